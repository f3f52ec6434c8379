-- The usage summary adds up calls, tokens and cost in total and per agent, and fills in totals that an entry lacks.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

INSERT INTO public.usage_logs (
  user_id, agent_type, input_tokens, output_tokens, total_tokens, input_cost, output_cost, total_cost
)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'python_agent', 100, 50, 150, 0.01, 0.02, 0.03),
  ('11111111-1111-1111-1111-111111111111', 'python_agent', 10, 5, NULL, 0.001, 0.002, NULL),
  ('11111111-1111-1111-1111-111111111111', 'document_agent', 7, NULL, 7, NULL, NULL, 0.5);

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  v_sum RECORD;
BEGIN
  SELECT * INTO STRICT v_sum FROM public.get_current_user_usage_summary();

  ASSERT v_sum.total_calls = 3, format('calls: %s', v_sum.total_calls);
  ASSERT v_sum.total_input_tokens = 117, format('input tokens: %s', v_sum.total_input_tokens);
  ASSERT v_sum.total_output_tokens = 55, format('output tokens: %s', v_sum.total_output_tokens);
  ASSERT v_sum.total_tokens = 172, format('tokens: %s', v_sum.total_tokens);
  ASSERT v_sum.total_cost = 0.533, format('cost: %s', v_sum.total_cost);
  ASSERT v_sum.agent_breakdown = '{
    "python_agent": {
      "calls": 2, "input_tokens": 110, "output_tokens": 55, "total_tokens": 165, "total_cost": 0.033
    },
    "document_agent": {
      "calls": 1, "input_tokens": 7, "output_tokens": 0, "total_tokens": 7, "total_cost": 0.5
    }
  }', format('per agent: %s', v_sum.agent_breakdown);
END;
$$;
