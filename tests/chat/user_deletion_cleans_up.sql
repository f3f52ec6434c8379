-- When the authentication service deletes a user, the user's content, usage, limits and repositories go too.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

INSERT INTO public."Chat" (id, title, user_id)
VALUES
  ('aaaaaaaa-0000-0000-0000-00000000000c', 'of alice', '11111111-1111-1111-1111-111111111111'),
  ('bbbbbbbb-0000-0000-0000-00000000000c', 'of bob', '22222222-2222-2222-2222-222222222222');

INSERT INTO public."Message_v2" (id, "chatId", role, parts)
SELECT id, id, 'user', '[]' FROM public."Chat";
INSERT INTO public."Vote_v2" ("chatId", "messageId", "isUpvoted")
SELECT id, id, true FROM public."Chat";
INSERT INTO public."Stream" ("chatId")
SELECT id FROM public."Chat";

-- These documents belong to no chat, so that they do not go with one.
INSERT INTO public."Document" (id, "createdAt", title, user_id)
SELECT id, '2024-01-01', title, user_id FROM public."Chat";

-- Each user makes a suggestion on the document of each.
INSERT INTO public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", user_id)
SELECT d.id, d."createdAt", 'a', 'b', u.user_id
FROM public."Document" AS d CROSS JOIN public."Chat" AS u;

INSERT INTO public.usage_logs (user_id, chat_id, agent_type)
SELECT user_id, id, 'python_agent' FROM public."Chat";
INSERT INTO public.rate_limit_tracking (user_id, agent_type, period_start, period_end, limit_type, limit_value)
SELECT user_id, 'python_agent', NOW(), NOW(), 'daily', 1 FROM public."Chat";
INSERT INTO public.github_repositories (user_id, repo_owner, repo_name)
SELECT user_id, 'example', 'plans' FROM public."Chat";

SET LOCAL ROLE supabase_auth_admin;
DELETE FROM auth.users WHERE id = '11111111-1111-1111-1111-111111111111';
RESET ROLE;

DO $$
DECLARE
  v_table TEXT;
  v_users TEXT[];
  v_count BIGINT;
BEGIN
  ASSERT NOT EXISTS (SELECT 1 FROM auth.users WHERE email = 'alice@example.com'), 'alice must be gone';
  ASSERT EXISTS (SELECT 1 FROM auth.users WHERE email = 'bob@example.com'), 'bob must be left';

  FOREACH v_table IN ARRAY ARRAY[
    'Chat', 'Document', 'Suggestion', 'usage_logs', 'rate_limit_tracking', 'github_repositories'
  ] LOOP
    EXECUTE format('SELECT array_agg(user_id::text) FROM public.%I', v_table) INTO v_users;
    ASSERT v_users = ARRAY['22222222-2222-2222-2222-222222222222'],
      format('%s must hold one row, that of bob, not %s', v_table, v_users);
  END LOOP;

  FOREACH v_table IN ARRAY ARRAY['Message_v2', 'Vote_v2', 'Stream'] LOOP
    EXECUTE format('SELECT COUNT(*) FROM public.%I', v_table) INTO v_count;
    ASSERT v_count = 1, format('%s must hold one row, not %s', v_table, v_count);
  END LOOP;
END;
$$;
