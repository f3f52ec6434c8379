-- The policy for own rate limits shows a user the own ones only, once the one that is open to all is taken away.

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

DROP POLICY "System can manage rate_limits" ON public.rate_limit_tracking;

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.rate_limit_tracking) = 0, 'anon must see no counter';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT array_agg(user_id::text) FROM public.rate_limit_tracking)
    = ARRAY['11111111-1111-1111-1111-111111111111'],
    'alice must see her counter only';

  UPDATE public.rate_limit_tracking SET request_count = 0;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'seeing a counter must not be enough to change it';
END;
$$;
