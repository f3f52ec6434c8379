-- Rate limits are open to everybody, anon included, as the specification has it.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com'),
  ('33333333-3333-3333-3333-333333333333', 'carol@example.com');

INSERT INTO public.rate_limit_tracking
  (user_id, agent_type, period_start, period_end, limit_type, limit_value)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'python_agent', NOW(), NOW() + INTERVAL '1 hour', 'hourly', 50),
  ('22222222-2222-2222-2222-222222222222', 'python_agent', NOW(), NOW() + INTERVAL '1 hour', 'hourly', 50);

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.rate_limit_tracking) = 2, 'every counter must be seen';

  INSERT INTO public.rate_limit_tracking
    (user_id, agent_type, period_start, period_end, limit_type, limit_value)
  VALUES ('11111111-1111-1111-1111-111111111111', 'python_agent', NOW(), NOW() + INTERVAL '1 hour', 'hourly', 50);

  UPDATE public.rate_limit_tracking SET request_count = request_count + 1;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 3, 'every counter must be changed';

  DELETE FROM public.rate_limit_tracking;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 3, 'every counter must be deleted';
END;
$$;
