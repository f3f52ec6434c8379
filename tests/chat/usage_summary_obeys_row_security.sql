-- The usage summary runs with the rights of its caller, so that row security holds inside it.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

INSERT INTO public.usage_logs (user_id, agent_type, input_tokens)
VALUES ('11111111-1111-1111-1111-111111111111', 'python_agent', 1);

DROP POLICY "Users can read own usage_logs" ON public.usage_logs;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
BEGIN
  ASSERT (SELECT total_calls FROM public.get_current_user_usage_summary()) = 0,
    'rows that a policy hides must not be counted';
END;
$$;
