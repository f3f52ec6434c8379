-- Deleting a message deletes the votes on it, and no others.

INSERT INTO auth.users (id, email) VALUES ('11111111-1111-1111-1111-111111111111', 'alice@example.com');

INSERT INTO public."Chat" (id, title, user_id)
VALUES ('aaaaaaaa-0000-0000-0000-00000000000c', 'talk', '11111111-1111-1111-1111-111111111111');
INSERT INTO public."Message_v2" (id, "chatId", role, parts)
VALUES
  ('aaaaaaaa-0000-0000-0000-00000000000d', 'aaaaaaaa-0000-0000-0000-00000000000c', 'assistant', '[]'),
  ('aaaaaaaa-0000-0000-0000-00000000000e', 'aaaaaaaa-0000-0000-0000-00000000000c', 'assistant', '[]');
INSERT INTO public."Vote_v2" ("chatId", "messageId", "isUpvoted")
SELECT "chatId", id, true FROM public."Message_v2";

DELETE FROM public."Message_v2" WHERE id = 'aaaaaaaa-0000-0000-0000-00000000000d';

DO $$
BEGIN
  ASSERT (SELECT array_agg("messageId"::text) FROM public."Vote_v2") = ARRAY['aaaaaaaa-0000-0000-0000-00000000000e'],
    'the vote on the other message must be left alone';
END;
$$;
