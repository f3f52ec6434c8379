-- A row without a user is refused as any missing value is, and not with a message about users.

DO $$
BEGIN
  INSERT INTO public."Chat" (title, user_id) VALUES ('talk', NULL);
  ASSERT false, 'a chat must have a user';
EXCEPTION WHEN not_null_violation THEN
  NULL;
END;
$$;
