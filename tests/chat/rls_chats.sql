-- A user sees, creates, changes and deletes own chats only; an admin sees all and changes none; anon sees none.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com'),
  ('33333333-3333-3333-3333-333333333333', 'carol@example.com');

INSERT INTO public."Chat" (title, user_id)
VALUES
  ('of alice', '11111111-1111-1111-1111-111111111111'),
  ('of bob', '22222222-2222-2222-2222-222222222222');

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Chat") = 0, 'anon must see no chat';
  BEGIN
    INSERT INTO public."Chat" (title, user_id)
    VALUES ('of anon', '11111111-1111-1111-1111-111111111111');
    ASSERT false, 'anon must not create a chat';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public."Chat" SET title = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must change no chat';

  DELETE FROM public."Chat";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must delete no chat';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" =
  '{"sub": "33333333-3333-3333-3333-333333333333", "role": "authenticated", "user_metadata": {"role": "admin"}}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT array_agg(title::text ORDER BY title) FROM public."Chat") = ARRAY['of alice', 'of bob'],
    'an admin must see the chats of all';

  UPDATE public."Chat" SET title = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must change no chat of others';

  DELETE FROM public."Chat";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must delete no chat of others';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT array_agg(title::text) FROM public."Chat") = ARRAY['of alice'], 'alice must see her chat only';

  INSERT INTO public."Chat" (title, user_id)
  VALUES ('new', '11111111-1111-1111-1111-111111111111');
  ASSERT (SELECT COUNT(*) FROM public."Chat") = 2, 'alice must see the chat that she created';
  BEGIN
    INSERT INTO public."Chat" (title, user_id)
    VALUES ('forged', '22222222-2222-2222-2222-222222222222');
    ASSERT false, 'alice must not create a chat for bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  -- Without WHERE, so that only the policies for changing decide, and not those for reading.
  UPDATE public."Chat" SET title = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must change her own chats only';
  BEGIN
    UPDATE public."Chat" SET user_id = '22222222-2222-2222-2222-222222222222';
    ASSERT false, 'alice must not give a chat to bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  DELETE FROM public."Chat";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must delete her own chats only';
END;
$$;

RESET ROLE;

DO $$
BEGIN
  ASSERT (SELECT array_agg(title::text) FROM public."Chat") = ARRAY['of bob'],
    'the chat of bob must be left as it was';
END;
$$;
