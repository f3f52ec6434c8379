-- A user sees, creates, changes and deletes streams in own chats only; an admin and anon see none.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com'),
  ('33333333-3333-3333-3333-333333333333', 'carol@example.com');

INSERT INTO public."Chat" (id, title, user_id)
VALUES
  ('aaaaaaaa-0000-0000-0000-00000000000c', 'of alice', '11111111-1111-1111-1111-111111111111'),
  ('bbbbbbbb-0000-0000-0000-00000000000c', 'of bob', '22222222-2222-2222-2222-222222222222');

INSERT INTO public."Stream" ("chatId")
VALUES
  ('aaaaaaaa-0000-0000-0000-00000000000c'),
  ('bbbbbbbb-0000-0000-0000-00000000000c');

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Stream") = 0, 'anon must see no stream of others';
  BEGIN
    INSERT INTO public."Stream" ("chatId") VALUES ('aaaaaaaa-0000-0000-0000-00000000000c');
    ASSERT false, 'anon must not create a stream in the chat of alice';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  DELETE FROM public."Stream";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must delete no stream of others';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" =
  '{"sub": "33333333-3333-3333-3333-333333333333", "role": "authenticated", "user_metadata": {"role": "admin"}}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Stream") = 0, 'an admin must see no stream of others';
  BEGIN
    INSERT INTO public."Stream" ("chatId") VALUES ('aaaaaaaa-0000-0000-0000-00000000000c');
    ASSERT false, 'an admin must not create a stream in the chat of alice';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  DELETE FROM public."Stream";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must delete no stream of others';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT array_agg("chatId") FROM public."Stream") = ARRAY['aaaaaaaa-0000-0000-0000-00000000000c'::uuid],
    'alice must see the stream of her chat only';

  INSERT INTO public."Stream" ("chatId") VALUES ('aaaaaaaa-0000-0000-0000-00000000000c');
  ASSERT (SELECT COUNT(*) FROM public."Stream") = 2, 'alice must see the stream that she created';
  BEGIN
    INSERT INTO public."Stream" ("chatId") VALUES ('bbbbbbbb-0000-0000-0000-00000000000c');
    ASSERT false, 'alice must not create a stream in the chat of bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public."Stream" SET "createdAt" = '2024-01-01';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must change the streams of her chat only';
  BEGIN
    UPDATE public."Stream" SET "chatId" = 'bbbbbbbb-0000-0000-0000-00000000000c';
    ASSERT false, 'alice must not move a stream into the chat of bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  DELETE FROM public."Stream";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must delete the streams of her chat only';
END;
$$;
