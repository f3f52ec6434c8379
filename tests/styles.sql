-- Everything that a schema can have at once, with names that need care wherever a name can stand.
CREATE SCHEMA "Odd.(schema)";
CREATE TYPE "Odd.(schema)"."a ""type""(x), y" AS ENUM ('one, two', 'it''s', E'back\\slash');
CREATE DOMAIN "Odd.(schema)"."Dom, ain" AS text DEFAULT 'x' CONSTRAINT "not(empty" CHECK (VALUE <> '') NOT NULL;
COMMENT ON CONSTRAINT "not(empty" ON DOMAIN "Odd.(schema)"."Dom, ain" IS 'said';
CREATE TYPE "Odd.(schema)"."Pair" AS ("first (1)" integer, "second.2" "Odd.(schema)"."a ""type""(x), y");
COMMENT ON COLUMN "Odd.(schema)"."Pair"."second.2" IS 'said';
CREATE SEQUENCE "Odd.(schema)"."Numbers.of(x)" AS integer START 5 INCREMENT 5 MINVALUE 5 MAXVALUE 500 CACHE 2 CYCLE;

-- A function that a default uses, one that takes a row, one of a newer kind.
CREATE FUNCTION public.token(length integer DEFAULT 8) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, "Odd.(schema)", "$user" SET work_mem = '8MB'
AS $f$ BEGIN RETURN substr('$$' || md5(random()::text), 1, length); END $f$;
CREATE TABLE "Odd.(schema)"."Table ""quoted"" with.dots" (
    "Id (key)" bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME "Odd.(schema)"."Ids ""of"" it" START 10),
    "default" text DEFAULT public.token(4) NOT NULL,
    "line
break" "Odd.(schema)"."a ""type""(x), y"[],
    parent bigint,
    pair "Odd.(schema)"."Pair",
    "Dom" "Odd.(schema)"."Dom, ain",
    doubled integer GENERATED ALWAYS AS (length("default") * 2) STORED,
    abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk integer DEFAULT nextval('"Odd.(schema)"."Numbers.of(x)"'),
    CONSTRAINT "Primary ""key""" PRIMARY KEY ("Id (key)"),
    CONSTRAINT "Un.ique" UNIQUE ("default", parent) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT "chec(k" CHECK (doubled > 0),
    CONSTRAINT "self" FOREIGN KEY (parent) REFERENCES "Odd.(schema)"."Table ""quoted"" with.dots" ON DELETE SET NULL
);
ALTER SEQUENCE "Odd.(schema)"."Numbers.of(x)" OWNED BY "Odd.(schema)"."Table ""quoted"" with.dots".abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk;
ALTER TABLE "Odd.(schema)"."Table ""quoted"" with.dots" OWNER TO postgres;
COMMENT ON TABLE "Odd.(schema)"."Table ""quoted"" with.dots" IS E'It''s\nsaid \\ twice';
COMMENT ON COLUMN "Odd.(schema)"."Table ""quoted"" with.dots"."line
break" IS 'said';
COMMENT ON CONSTRAINT "chec(k" ON "Odd.(schema)"."Table ""quoted"" with.dots" IS 'said';
CREATE INDEX "In.dex (of)" ON "Odd.(schema)"."Table ""quoted"" with.dots" (lower("default") DESC, parent NULLS FIRST) INCLUDE ("Dom") WHERE (parent IS NOT NULL);
COMMENT ON INDEX "Odd.(schema)"."In.dex (of)" IS 'said';
CREATE FUNCTION "Odd.(schema)"."of row(s)"("the row" "Odd.(schema)"."Table ""quoted"" with.dots", VARIADIC "more, args" integer[]) RETURNS TABLE ("first, one" integer, b "Odd.(schema)"."Pair")
LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT 1, NULL::"Odd.(schema)"."Pair" $$;
COMMENT ON FUNCTION "Odd.(schema)"."of row(s)"("Odd.(schema)"."Table ""quoted"" with.dots", integer[]) IS 'said';
CREATE PROCEDURE "Odd.(schema)"."Pro.cedure("(a integer, INOUT b text DEFAULT 'x') LANGUAGE plpgsql AS $$ BEGIN b := a; END $$;
CREATE FUNCTION "Odd.(schema)"."Tou""ch"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER "Tri.gger(" BEFORE UPDATE OF "Id (key)", "default" ON "Odd.(schema)"."Table ""quoted"" with.dots" FOR EACH ROW WHEN (NEW.parent > 0) EXECUTE FUNCTION "Odd.(schema)"."Tou""ch"('it''s', 'b');
COMMENT ON TRIGGER "Tri.gger(" ON "Odd.(schema)"."Table ""quoted"" with.dots" IS 'said';
ALTER TABLE "Odd.(schema)"."Table ""quoted"" with.dots" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Pol: icy" ON "Odd.(schema)"."Table ""quoted"" with.dots" FOR UPDATE TO anon, authenticated USING (parent > 0) WITH CHECK ("default" <> 'x');
COMMENT ON POLICY "Pol: icy" ON "Odd.(schema)"."Table ""quoted"" with.dots" IS 'said';
CREATE RULE "Ru.le" AS ON DELETE TO "Odd.(schema)"."Table ""quoted"" with.dots" WHERE OLD.parent = 1 DO ALSO NOTHING;
CREATE STATISTICS "Odd.(schema)"."Sta.tistics" (mcv) ON parent, "default" FROM "Odd.(schema)"."Table ""quoted"" with.dots";
CREATE AGGREGATE "Odd.(schema)"."Sum(s)" (integer) (sfunc = int4pl, stype = integer, initcond = '0');
COMMENT ON AGGREGATE "Odd.(schema)"."Sum(s)" (integer) IS 'said';
CREATE FUNCTION "Odd.(schema)"."equal(s)"("Odd.(schema)"."Pair", "Odd.(schema)"."Pair") RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1."first (1)" = $2."first (1)"; END $$;
CREATE OPERATOR "Odd.(schema)".~~== (leftarg = "Odd.(schema)"."Pair", rightarg = "Odd.(schema)"."Pair", function = "Odd.(schema)"."equal(s)", commutator = OPERATOR("Odd.(schema)".~~==));
CREATE COLLATION "Odd.(schema)"."Col.lation" (locale = 'C');

-- A view on a view, one on a table's key, and one that is kept.
CREATE VIEW public."View.1" AS SELECT "Id (key)", "default", count(*) AS "how (many)" FROM "Odd.(schema)"."Table ""quoted"" with.dots" GROUP BY "Id (key)";
CREATE VIEW public.a_view_on_it WITH (security_barrier = true) AS SELECT * FROM public."View.1" WHERE "how (many)" > 0;
CREATE MATERIALIZED VIEW public.kept AS SELECT "default" AS name FROM public.a_view_on_it;
CREATE UNIQUE INDEX "kept.index" ON public.kept (name);
COMMENT ON VIEW public."View.1" IS 'said';
COMMENT ON COLUMN public."View.1"."how (many)" IS 'said';
COMMENT ON MATERIALIZED VIEW public.kept IS 'said';
CREATE TRIGGER instead INSTEAD OF INSERT ON public."View.1" FOR EACH ROW EXECUTE FUNCTION "Odd.(schema)"."Tou""ch"();
CREATE RULE in_place AS ON UPDATE TO public.a_view_on_it DO INSTEAD NOTHING;

-- Foreign keys in a circle.
CREATE TABLE public.hen (id integer PRIMARY KEY, egg integer);
CREATE TABLE public.egg (id integer PRIMARY KEY, hen integer REFERENCES public.hen);
ALTER TABLE public.hen ADD FOREIGN KEY (egg) REFERENCES public.egg DEFERRABLE;

-- Partitions in three storeys with keys, indexes and foreign keys, one of them with columns in another order.
CREATE TABLE public.sale (number bigint GENERATED ALWAYS AS IDENTITY, day date NOT NULL, shop integer NOT NULL, hen integer REFERENCES public.hen, note text, CONSTRAINT "no.te" CHECK (note <> ''), PRIMARY KEY (day, shop)) PARTITION BY RANGE (day);
CREATE INDEX sale_note ON public.sale (note);
CREATE TABLE public.sale_2025 PARTITION OF public.sale FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (shop);
CREATE TABLE public.sale_2025_1 PARTITION OF public.sale_2025 FOR VALUES IN (1);
CREATE TABLE public.sale_2025_rest PARTITION OF public.sale_2025 DEFAULT;
CREATE TABLE public.a_sale (note text, hen integer, number bigint NOT NULL, shop integer NOT NULL, day date NOT NULL, CONSTRAINT "no.te" CHECK (note <> ''));
CREATE INDEX own_name ON public.a_sale (note);
ALTER TABLE public.a_sale ADD CONSTRAINT own_key PRIMARY KEY (day, shop);
ALTER TABLE public.sale ATTACH PARTITION public.a_sale FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX twice_one ON public.sale (shop);
CREATE INDEX twice_two ON public.sale (shop);
CREATE TRIGGER of_all AFTER INSERT ON public.sale FOR EACH ROW EXECUTE FUNCTION "Odd.(schema)"."Tou""ch"();
CREATE TABLE public.refund (day date, shop integer, FOREIGN KEY (day, shop) REFERENCES public.sale);

-- Tables that inherit.
CREATE TABLE public.animal (id integer NOT NULL, name text DEFAULT 'x', CONSTRAINT named CHECK (name <> ''));
CREATE TABLE public.dog (barks boolean, CHECK (barks)) INHERITS (public.animal);
CREATE TABLE public.puppy (name text DEFAULT 'y') INHERITS (public.dog);

-- Privileges of every sort.
GRANT SELECT, INSERT ON public.animal TO anon WITH GRANT OPTION;
GRANT SELECT (id), UPDATE (id, name) ON public.dog TO authenticated;
GRANT UPDATE (name) ON public.dog TO anon WITH GRANT OPTION;
GRANT USAGE ON SCHEMA "Odd.(schema)" TO anon WITH GRANT OPTION;
GRANT USAGE ON SEQUENCE "Odd.(schema)"."Numbers.of(x)" TO anon;
GRANT USAGE ON TYPE "Odd.(schema)"."a ""type""(x), y" TO anon WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION public.token(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.token(integer) TO authenticated WITH GRANT OPTION;
REVOKE EXECUTE ON PROCEDURE "Odd.(schema)"."Pro.cedure("(integer, text) FROM PUBLIC;
REVOKE UPDATE ON public.puppy FROM supabase_admin;
GRANT SELECT ON public."View.1" TO PUBLIC;

CREATE PUBLICATION "Pub.lication" FOR TABLE public.animal, "Odd.(schema)"."Table ""quoted"" with.dots";
