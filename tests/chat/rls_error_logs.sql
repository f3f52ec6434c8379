-- Anybody may log errors; a user sees the own ones, an admin sees all and may change them, and nobody deletes.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com'),
  ('33333333-3333-3333-3333-333333333333', 'carol@example.com');

INSERT INTO public.error_logs (user_id, error_type, error_category, error_message)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'api', 'timeout', 'no answer'),
  ('22222222-2222-2222-2222-222222222222', 'api', 'timeout', 'no answer');

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.error_logs) = 0, 'anon must see no entry';

  INSERT INTO public.error_logs (user_id, error_type, error_category, error_message)
  VALUES ('22222222-2222-2222-2222-222222222222', 'api', 'timeout', 'no answer');

  UPDATE public.error_logs SET resolution_notes = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must change no entry';

  DELETE FROM public.error_logs;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must delete no entry';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT array_agg(user_id) FROM public.error_logs) = ARRAY['11111111-1111-1111-1111-111111111111'::uuid],
    'alice must see her entry only';

  INSERT INTO public.error_logs (user_id, error_type, error_category, error_message)
  VALUES ('11111111-1111-1111-1111-111111111111', 'api', 'timeout', 'no answer');
  ASSERT (SELECT COUNT(*) FROM public.error_logs) = 2, 'alice must see the entry that she added';

  UPDATE public.error_logs SET resolution_notes = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'alice must change no entry';

  DELETE FROM public.error_logs;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'alice must delete no entry';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" =
  '{"sub": "33333333-3333-3333-3333-333333333333", "role": "authenticated", "user_metadata": {"role": "admin"}}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.error_logs) = 4, 'an admin must see the entries of all';

  UPDATE public.error_logs SET resolution_notes = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 4, 'an admin must change every entry';

  DELETE FROM public.error_logs;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must delete no entry';
END;
$$;
