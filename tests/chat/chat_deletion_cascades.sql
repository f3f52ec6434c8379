-- Deleting a chat deletes all that belongs to it, suggestions on its documents included, and keeps the usage.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

INSERT INTO public."Chat" (id, title, user_id)
VALUES
  ('aaaaaaaa-0000-0000-0000-00000000000c', 'talk', '11111111-1111-1111-1111-111111111111'),
  ('bbbbbbbb-0000-0000-0000-00000000000c', 'other', '22222222-2222-2222-2222-222222222222');
INSERT INTO public."Message_v2" (id, "chatId", role, parts)
VALUES
  ('aaaaaaaa-0000-0000-0000-00000000000d', 'aaaaaaaa-0000-0000-0000-00000000000c', 'user', '[]'),
  ('bbbbbbbb-0000-0000-0000-00000000000d', 'bbbbbbbb-0000-0000-0000-00000000000c', 'user', '[]');
-- The second vote goes with its chat, although its message stays.
INSERT INTO public."Vote_v2" ("chatId", "messageId", "isUpvoted")
VALUES
  ('aaaaaaaa-0000-0000-0000-00000000000c', 'aaaaaaaa-0000-0000-0000-00000000000d', true),
  ('aaaaaaaa-0000-0000-0000-00000000000c', 'bbbbbbbb-0000-0000-0000-00000000000d', true);
INSERT INTO public."Stream" ("chatId") VALUES ('aaaaaaaa-0000-0000-0000-00000000000c');
INSERT INTO public."Document" (id, "createdAt", title, user_id, chat_id)
VALUES (
  'aaaaaaaa-0000-0000-0000-000000000001', '2024-01-01', 'notes', '11111111-1111-1111-1111-111111111111',
  'aaaaaaaa-0000-0000-0000-00000000000c'
);
INSERT INTO public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", user_id)
VALUES ('aaaaaaaa-0000-0000-0000-000000000001', '2024-01-01', 'a', 'b', '22222222-2222-2222-2222-222222222222');
INSERT INTO public.usage_logs (user_id, chat_id, agent_type)
VALUES ('11111111-1111-1111-1111-111111111111', 'aaaaaaaa-0000-0000-0000-00000000000c', 'python_agent');

DELETE FROM public."Chat" WHERE title = 'talk';

DO $$
DECLARE
  v_table TEXT;
  v_count BIGINT;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['Vote_v2', 'Stream', 'Document', 'Suggestion'] LOOP
    EXECUTE format('SELECT COUNT(*) FROM public.%I', v_table) INTO v_count;
    ASSERT v_count = 0, format('%s must be empty', v_table);
  END LOOP;

  ASSERT (SELECT array_agg("chatId"::text) FROM public."Message_v2") = ARRAY['bbbbbbbb-0000-0000-0000-00000000000c'],
    'only the message of the other chat must be left';
  ASSERT (SELECT COUNT(*) FROM public.usage_logs WHERE chat_id IS NULL) = 1, 'the usage must stay, without its chat';
END;
$$;
