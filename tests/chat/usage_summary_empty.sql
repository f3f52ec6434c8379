-- Without any usage, and without a user, the summary is one row of zeros.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

INSERT INTO public.usage_logs (user_id, agent_type, total_tokens)
VALUES ('22222222-2222-2222-2222-222222222222', 'python_agent', 1);

DO $$
DECLARE
  v_claims TEXT;
  v_sum    RECORD;
BEGIN
  FOREACH v_claims IN ARRAY ARRAY['{"sub": "11111111-1111-1111-1111-111111111111"}', '{}'] LOOP
    PERFORM set_config('request.jwt.claims', v_claims, true);
    SELECT * INTO STRICT v_sum FROM public.get_current_user_usage_summary();

    ASSERT (v_sum.total_calls, v_sum.total_input_tokens, v_sum.total_output_tokens, v_sum.total_tokens) = (0, 0, 0, 0),
      format('counts: %s', v_sum);
    ASSERT v_sum.total_cost = 0, format('cost: %s', v_sum.total_cost);
    ASSERT v_sum.agent_breakdown = '{}', format('per agent: %s', v_sum.agent_breakdown);
  END LOOP;
END;
$$;
