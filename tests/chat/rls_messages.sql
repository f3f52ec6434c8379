-- Messages are seen and created only in own chats, and nobody changes or deletes one.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com'),
  ('33333333-3333-3333-3333-333333333333', 'carol@example.com');

INSERT INTO public."Chat" (id, title, user_id)
VALUES
  ('aaaaaaaa-0000-0000-0000-00000000000c', 'of alice', '11111111-1111-1111-1111-111111111111'),
  ('bbbbbbbb-0000-0000-0000-00000000000c', 'of bob', '22222222-2222-2222-2222-222222222222');

INSERT INTO public."Message_v2" (id, "chatId", role, parts)
VALUES
  ('aaaaaaaa-0000-0000-0000-00000000000d', 'aaaaaaaa-0000-0000-0000-00000000000c', 'user', '[]'),
  ('aaaaaaaa-0000-0000-0000-00000000000e', 'aaaaaaaa-0000-0000-0000-00000000000c', 'assistant', '[]'),
  ('bbbbbbbb-0000-0000-0000-00000000000d', 'bbbbbbbb-0000-0000-0000-00000000000c', 'user', '[]'),
  ('bbbbbbbb-0000-0000-0000-00000000000e', 'bbbbbbbb-0000-0000-0000-00000000000c', 'assistant', '[]');

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Message_v2") = 0, 'anon must see no message of others';
  BEGIN
    INSERT INTO public."Message_v2" ("chatId", role, parts)
    VALUES ('aaaaaaaa-0000-0000-0000-00000000000c', 'user', '[]');
    ASSERT false, 'anon must not write into the chat of alice';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" =
  '{"sub": "33333333-3333-3333-3333-333333333333", "role": "authenticated", "user_metadata": {"role": "admin"}}';

DO $$
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Message_v2") = 0, 'an admin must see no message of others';
  BEGIN
    INSERT INTO public."Message_v2" ("chatId", role, parts)
    VALUES ('aaaaaaaa-0000-0000-0000-00000000000c', 'user', '[]');
    ASSERT false, 'an admin must not write into the chat of alice';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Message_v2") = 2, 'alice must see the messages of her chat only';
  ASSERT (SELECT COUNT(*) FROM public."Message_v2" WHERE "chatId" = 'bbbbbbbb-0000-0000-0000-00000000000c') = 0,
    'alice must see no message of bob';

  INSERT INTO public."Message_v2" ("chatId", role, parts)
  VALUES ('aaaaaaaa-0000-0000-0000-00000000000c', 'user', '[]');
  ASSERT (SELECT COUNT(*) FROM public."Message_v2") = 3, 'alice must see the message that she wrote';
  BEGIN
    INSERT INTO public."Message_v2" ("chatId", role, parts)
    VALUES ('bbbbbbbb-0000-0000-0000-00000000000c', 'user', '[]');
    ASSERT false, 'alice must not write into the chat of bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public."Message_v2" SET role = 'system';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'a message must stay as it was written';

  DELETE FROM public."Message_v2";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'a message must not be deleted by itself';
END;
$$;
