-- What majors print differently: a manifest of this from any of them holds on every other.
CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE DOMAIN positive AS int NOT NULL CHECK (VALUE > 0);
CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text NOT NULL DEFAULT 'x', at timestamptz DEFAULT now(), d date,
  n numeric(10,2), m mood, p positive, CONSTRAINT c1 CHECK (a IN ('a','b') OR n BETWEEN 1 AND 2), CONSTRAINT c2 CHECK (date_part('year', d) > 2000));
CREATE INDEX i1 ON t ((a || 'x'), lower(a) DESC) INCLUDE (n) WHERE a LIKE 'b%';
CREATE INDEX i2 ON t (substring(a from 1 for 2));
CREATE TABLE u (id int PRIMARY KEY, t_id bigint REFERENCES t ON DELETE CASCADE, UNIQUE (t_id));
CREATE TABLE part (k int, v text) PARTITION BY RANGE (k);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t USING (a = (SELECT v FROM part WHERE k = 1)) WITH CHECK (position('x' in a) > 0 AND at AT TIME ZONE 'utc' > '2020-01-01');
CREATE FUNCTION f(a int, b text DEFAULT 'x') RETURNS text LANGUAGE sql AS $$ SELECT b || a $$;
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tr BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (trim(OLD.a) IS DISTINCT FROM NEW.a) EXECUTE FUNCTION tf();
CREATE VIEW v1 AS SELECT id, a, at AT TIME ZONE 'utc' AS z FROM t WHERE n > 1;
CREATE VIEW v2 AS SELECT v1.id, u.id AS uid, overlay(v1.a placing 'y' from 1 for 1) AS o FROM v1 JOIN u ON u.t_id = v1.id;
CREATE VIEW v3 AS SELECT extract(epoch from at)::int AS e, count(*) OVER (PARTITION BY a) FROM t;
CREATE VIEW v4 AS WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r;
CREATE MATERIALIZED VIEW mv AS SELECT a, sum(n) AS s, trim(both ' ' from a) AS b FROM t GROUP BY a;
CREATE RULE r AS ON INSERT TO v4 DO INSTEAD NOTHING;
CREATE RULE r2 AS ON DELETE TO u DO ALSO INSERT INTO part VALUES (1, (SELECT a FROM t LIMIT 1));
CREATE STATISTICS s ON a, n FROM t;
GRANT ALL ON t TO PUBLIC;
GRANT SELECT ON v1 TO PUBLIC;
