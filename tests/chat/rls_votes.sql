-- A user sees, creates, changes and deletes votes in own chats only; an admin and anon see none.

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

INSERT INTO public."Vote_v2" ("chatId", "messageId", "isUpvoted")
VALUES
  ('aaaaaaaa-0000-0000-0000-00000000000c', 'aaaaaaaa-0000-0000-0000-00000000000d', true),
  ('bbbbbbbb-0000-0000-0000-00000000000c', 'bbbbbbbb-0000-0000-0000-00000000000d', true);

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Vote_v2") = 0, 'anon must see no vote of others';
  BEGIN
    INSERT INTO public."Vote_v2" ("chatId", "messageId", "isUpvoted")
    VALUES ('aaaaaaaa-0000-0000-0000-00000000000c', 'aaaaaaaa-0000-0000-0000-00000000000e', true);
    ASSERT false, 'anon must not create a vote in the chat of alice';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  DELETE FROM public."Vote_v2";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must delete no vote of others';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" =
  '{"sub": "33333333-3333-3333-3333-333333333333", "role": "authenticated", "user_metadata": {"role": "admin"}}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Vote_v2") = 0, 'an admin must see no vote of others';
  BEGIN
    INSERT INTO public."Vote_v2" ("chatId", "messageId", "isUpvoted")
    VALUES ('aaaaaaaa-0000-0000-0000-00000000000c', 'aaaaaaaa-0000-0000-0000-00000000000e', true);
    ASSERT false, 'an admin must not create a vote in the chat of alice';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  DELETE FROM public."Vote_v2";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must delete no vote of others';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT array_agg("chatId") FROM public."Vote_v2") = ARRAY['aaaaaaaa-0000-0000-0000-00000000000c'::uuid],
    'alice must see the vote of her chat only';

  INSERT INTO public."Vote_v2" ("chatId", "messageId", "isUpvoted")
  VALUES ('aaaaaaaa-0000-0000-0000-00000000000c', 'aaaaaaaa-0000-0000-0000-00000000000e', true);
  ASSERT (SELECT COUNT(*) FROM public."Vote_v2") = 2, 'alice must see the vote that she created';
  BEGIN
    INSERT INTO public."Vote_v2" ("chatId", "messageId", "isUpvoted")
    VALUES ('bbbbbbbb-0000-0000-0000-00000000000c', 'bbbbbbbb-0000-0000-0000-00000000000e', true);
    ASSERT false, 'alice must not create a vote in the chat of bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public."Vote_v2" SET "isUpvoted" = false;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must change the votes of her chat only';
  BEGIN
    UPDATE public."Vote_v2" SET "chatId" = 'bbbbbbbb-0000-0000-0000-00000000000c';
    ASSERT false, 'alice must not move a vote into the chat of bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  DELETE FROM public."Vote_v2";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must delete the votes of her chat only';
END;
$$;
