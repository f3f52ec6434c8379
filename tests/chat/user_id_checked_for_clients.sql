-- The check of user ids works for signed-in clients, who may not read auth.users themselves.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
BEGIN
  INSERT INTO public."Chat" (title, user_id) VALUES ('talk', '11111111-1111-1111-1111-111111111111');
  ASSERT (SELECT COUNT(*) FROM public."Chat") = 1, 'alice must be able to open a chat';

  BEGIN
    INSERT INTO public.usage_logs (user_id, agent_type) VALUES ('99999999-9999-9999-9999-999999999999', 'python_agent');
    ASSERT false, 'usage must not be logged for an unknown user';
  EXCEPTION WHEN foreign_key_violation THEN
    NULL;
  END;

  -- A token may outlive its user.
  PERFORM set_config('request.jwt.claims', '{"sub": "99999999-9999-9999-9999-999999999999"}', true);
  BEGIN
    INSERT INTO public."Chat" (title, user_id) VALUES ('talk', '99999999-9999-9999-9999-999999999999');
    ASSERT false, 'a deleted user must not open a chat';
  EXCEPTION WHEN foreign_key_violation THEN
    NULL;
  END;
END;
$$;
