-- Anybody may log agent activity; a user sees the own entries, an admin sees all, and nobody changes or deletes one.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com'),
  ('33333333-3333-3333-3333-333333333333', 'carol@example.com');

INSERT INTO public.agent_activity_logs (user_id, correlation_id, agent_type, operation_type, operation_category)
VALUES
  ('11111111-1111-1111-1111-111111111111', gen_random_uuid(), 'python_agent', 'code_generation', 'generation'),
  ('22222222-2222-2222-2222-222222222222', gen_random_uuid(), 'python_agent', 'code_generation', 'generation');

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.agent_activity_logs) = 0, 'anon must see no entry';

  INSERT INTO public.agent_activity_logs (user_id, correlation_id, agent_type, operation_type, operation_category)
  VALUES ('22222222-2222-2222-2222-222222222222', gen_random_uuid(), 'python_agent', 'code_generation', 'generation');

  UPDATE public.agent_activity_logs SET error_type = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must change no entry';

  DELETE FROM public.agent_activity_logs;
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
  ASSERT (SELECT array_agg(user_id::text) FROM public.agent_activity_logs)
    = ARRAY['11111111-1111-1111-1111-111111111111'],
    'alice must see her entry only';

  INSERT INTO public.agent_activity_logs (user_id, correlation_id, agent_type, operation_type, operation_category)
  VALUES ('11111111-1111-1111-1111-111111111111', gen_random_uuid(), 'python_agent', 'code_generation', 'generation');
  ASSERT (SELECT COUNT(*) FROM public.agent_activity_logs) = 2, 'alice must see the entry that she added';

  UPDATE public.agent_activity_logs SET error_type = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'alice must change no entry';

  DELETE FROM public.agent_activity_logs;
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
  ASSERT (SELECT COUNT(*) FROM public.agent_activity_logs) = 4, 'an admin must see the entries of all';

  UPDATE public.agent_activity_logs SET error_type = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must change no entry';

  DELETE FROM public.agent_activity_logs;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must delete no entry';
END;
$$;
