-- A policy on auth.uid() shows each signed-in user the own rows, and anon none.

SET LOCAL ROLE postgres;
CREATE TABLE public.notes (owner uuid NOT NULL DEFAULT auth.uid(), body text);
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own notes" ON public.notes USING (auth.uid() = owner);
INSERT INTO public.notes VALUES
  ('11111111-1111-1111-1111-111111111111', 'of alice'), ('22222222-2222-2222-2222-222222222222', 'of bob');

SET LOCAL ROLE authenticated;
SET LOCAL request.jwt.claims = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
BEGIN
  ASSERT (SELECT array_agg(body) FROM public.notes) = ARRAY['of alice'], 'alice sees other rows';
  INSERT INTO public.notes (body) VALUES ('a second of alice');
  ASSERT (SELECT count(*) FROM public.notes) = 2, 'alice does not see the own new row';
  BEGIN
    INSERT INTO public.notes VALUES ('22222222-2222-2222-2222-222222222222', 'forged');
    ASSERT false, 'alice wrote as bob';
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
END
$$;

SET LOCAL ROLE anon;
SET LOCAL request.jwt.claims = '{"role": "anon"}';

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM public.notes) = 0, 'anon sees rows';
END
$$;
