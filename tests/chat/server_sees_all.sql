-- The server, as service_role, is not held back by row security, and writes the logs that users cannot change.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

INSERT INTO public."Chat" (title, user_id)
VALUES
  ('of alice', '11111111-1111-1111-1111-111111111111'),
  ('of bob', '22222222-2222-2222-2222-222222222222');

SET LOCAL ROLE service_role;

DO $$
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Chat") = 2, 'the server must see all chats';
  ASSERT (SELECT COUNT(*) FROM public.admin_config) = 20, 'the server must see all configurations';

  UPDATE public."Chat" SET total_input_tokens = 1;
  INSERT INTO public.usage_logs (user_id, agent_type) VALUES ('22222222-2222-2222-2222-222222222222', 'python_agent');
  UPDATE public.usage_logs SET duration_ms = 1;
  ASSERT (SELECT COUNT(*) FROM public.usage_logs WHERE duration_ms = 1) = 1, 'the server must complete a log entry';
END;
$$;
