-- Anyone may read and write a new table in public until its row security is on; then only service_role still sees rows.

SET LOCAL ROLE postgres;
CREATE TABLE public.things (id bigserial PRIMARY KEY, name text);

SET LOCAL ROLE anon;

DO $$
BEGIN
  INSERT INTO public.things (name) VALUES ('one'), ('two');
  UPDATE public.things SET name = 'first' WHERE name = 'one';
  DELETE FROM public.things WHERE name = 'two';
  ASSERT (SELECT array_agg(name) FROM public.things) = ARRAY['first'], 'anon cannot use a new table';
END
$$;

SET LOCAL ROLE postgres;
ALTER TABLE public.things ENABLE ROW LEVEL SECURITY;

SET LOCAL ROLE anon;

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM public.things) = 0, 'anon sees rows in spite of row security';
  BEGIN
    INSERT INTO public.things (name) VALUES ('three');
    ASSERT false, 'anon writes in spite of row security';
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
END
$$;

SET LOCAL ROLE authenticated;

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM public.things) = 0, 'authenticated sees rows in spite of row security';
END
$$;

SET LOCAL ROLE service_role;

DO $$
BEGIN
  INSERT INTO public.things (name) VALUES ('three');
  ASSERT (SELECT count(*) FROM public.things) = 2, 'service_role does not bypass row security';
END
$$;
