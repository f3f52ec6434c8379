-- The logs of what a deleted user did are kept until their retention ends.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

INSERT INTO public.user_activity_logs (user_id, correlation_id, activity_type, activity_category)
VALUES ('11111111-1111-1111-1111-111111111111', gen_random_uuid(), 'chat_create', 'chat');
INSERT INTO public.agent_activity_logs (user_id, correlation_id, agent_type, operation_type, operation_category)
VALUES ('11111111-1111-1111-1111-111111111111', gen_random_uuid(), 'python_agent', 'code_generation', 'generation');
INSERT INTO public.error_logs (user_id, error_type, error_category, error_message)
VALUES ('11111111-1111-1111-1111-111111111111', 'api', 'timeout', 'no answer');

DELETE FROM auth.users WHERE id = '11111111-1111-1111-1111-111111111111';

DO $$
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.user_activity_logs) = 1, 'user activity must be kept';
  ASSERT (SELECT COUNT(*) FROM public.agent_activity_logs) = 1, 'agent activity must be kept';
  ASSERT (SELECT COUNT(*) FROM public.error_logs) = 1, 'errors must be kept';
END;
$$;
