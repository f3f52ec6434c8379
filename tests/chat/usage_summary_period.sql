-- The usage summary covers both days of its period from midnight to midnight, and 30 days up to today by default.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

INSERT INTO public.usage_logs (user_id, agent_type, input_tokens, request_timestamp)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'python_agent', 1, '2024-02-29 23:59:59.999999'),
  ('11111111-1111-1111-1111-111111111111', 'python_agent', 10, '2024-03-01 00:00:00'),
  ('11111111-1111-1111-1111-111111111111', 'python_agent', 100, '2024-03-31 23:59:59.999999'),
  ('11111111-1111-1111-1111-111111111111', 'python_agent', 1000, '2024-04-01 00:00:00'),
  ('11111111-1111-1111-1111-111111111111', 'document_agent', 1, CURRENT_DATE - INTERVAL '30 days 1 microsecond'),
  ('11111111-1111-1111-1111-111111111111', 'document_agent', 10, CURRENT_DATE - 30),
  ('11111111-1111-1111-1111-111111111111', 'document_agent', 100, CURRENT_DATE + TIME '23:59:59.999999'),
  ('11111111-1111-1111-1111-111111111111', 'document_agent', 1000, CURRENT_DATE + 1);

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  v_tokens BIGINT;
BEGIN
  SELECT total_input_tokens INTO v_tokens
  FROM public.get_current_user_usage_summary('2024-03-01', '2024-03-31');
  ASSERT v_tokens = 110, format('March must count both its ends and no more: %s', v_tokens);

  SELECT total_input_tokens INTO v_tokens
  FROM public.get_current_user_usage_summary(p_start_date => '2024-03-31', p_end_date => '2024-03-31');
  ASSERT v_tokens = 100, format('a single day must count: %s', v_tokens);

  SELECT total_input_tokens INTO v_tokens FROM public.get_current_user_usage_summary();
  ASSERT v_tokens = 110, format('the default period must reach from 30 days ago to the end of today: %s', v_tokens);
END;
$$;
