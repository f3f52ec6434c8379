-- The usage summary counts the rows of the current user only, for an admin as well, who may see the rows of all.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

INSERT INTO public.usage_logs (user_id, agent_type, input_tokens)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'python_agent', 1),
  ('22222222-2222-2222-2222-222222222222', 'python_agent', 10);

SET LOCAL ROLE authenticated;

DO $$
DECLARE
  v_tokens BIGINT;
BEGIN
  PERFORM set_config(
    'request.jwt.claims',
    '{"sub": "11111111-1111-1111-1111-111111111111", "user_metadata": {"role": "admin"}}',
    true
  );
  ASSERT (SELECT COUNT(*) FROM public.usage_logs) = 2, 'an admin must see the rows of all';

  SELECT total_input_tokens INTO v_tokens FROM public.get_current_user_usage_summary();
  ASSERT v_tokens = 1, format('the summary of an admin must count the own rows: %s', v_tokens);

  PERFORM set_config('request.jwt.claims', '{"sub": "22222222-2222-2222-2222-222222222222"}', true);
  SELECT total_input_tokens INTO v_tokens FROM public.get_current_user_usage_summary();
  ASSERT v_tokens = 10, format('the summary of bob must count his rows: %s', v_tokens);
END;
$$;
