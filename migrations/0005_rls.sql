-- Row level security of the chat system: every table is closed, and each policy opens one way in.
--
-- Policies name no role and so apply to all, as specified; what holds people back is what the rules ask. Rights on the
-- tables themselves come from the platform's default privileges. The table owner and service_role are not held back.
-- A policy is dropped and created again, because PostgreSQL knows neither IF NOT EXISTS nor OR REPLACE for policies.
--
-- Hazard, as specified: admins are told by user_metadata, which users may edit themselves (see get_user_role()).

-- Conversations and documents -----------------------------------------------------------------------------------------

ALTER TABLE public."Chat" ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can read own chats" ON public."Chat";
CREATE POLICY "Users can read own chats" ON public."Chat"
  FOR SELECT
  USING (auth.uid() = user_id);

DROP POLICY IF EXISTS "Users can create own chats" ON public."Chat";
CREATE POLICY "Users can create own chats" ON public."Chat"
  FOR INSERT
  WITH CHECK (auth.uid() = user_id);

DROP POLICY IF EXISTS "Users can update own chats" ON public."Chat";
CREATE POLICY "Users can update own chats" ON public."Chat"
  FOR UPDATE
  USING (auth.uid() = user_id)
  WITH CHECK (auth.uid() = user_id);

DROP POLICY IF EXISTS "Users can delete own chats" ON public."Chat";
CREATE POLICY "Users can delete own chats" ON public."Chat"
  FOR DELETE
  USING (auth.uid() = user_id);

DROP POLICY IF EXISTS "Admins can read all chats" ON public."Chat";
CREATE POLICY "Admins can read all chats" ON public."Chat"
  FOR SELECT
  USING (public.get_user_role() = 'admin');

-- Messages are written once: no policy lets anybody change or delete one, other than with its chat.
ALTER TABLE public."Message_v2" ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can read own messages" ON public."Message_v2";
CREATE POLICY "Users can read own messages" ON public."Message_v2"
  FOR SELECT
  USING (EXISTS (
    SELECT 1 FROM public."Chat" AS c WHERE c.id = "Message_v2"."chatId" AND c.user_id = auth.uid()
  ));

DROP POLICY IF EXISTS "Users can create messages in own chats" ON public."Message_v2";
CREATE POLICY "Users can create messages in own chats" ON public."Message_v2"
  FOR INSERT
  WITH CHECK (EXISTS (
    SELECT 1 FROM public."Chat" AS c WHERE c.id = "Message_v2"."chatId" AND c.user_id = auth.uid()
  ));

ALTER TABLE public."Vote_v2" ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can vote on messages in own chats" ON public."Vote_v2";
CREATE POLICY "Users can vote on messages in own chats" ON public."Vote_v2"
  FOR ALL
  USING (EXISTS (
    SELECT 1 FROM public."Chat" AS c WHERE c.id = "Vote_v2"."chatId" AND c.user_id = auth.uid()
  ))
  WITH CHECK (EXISTS (
    SELECT 1 FROM public."Chat" AS c WHERE c.id = "Vote_v2"."chatId" AND c.user_id = auth.uid()
  ));

ALTER TABLE public."Document" ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can read own documents" ON public."Document";
CREATE POLICY "Users can read own documents" ON public."Document"
  FOR SELECT
  USING (auth.uid() = user_id);

DROP POLICY IF EXISTS "Users can create own documents" ON public."Document";
CREATE POLICY "Users can create own documents" ON public."Document"
  FOR INSERT
  WITH CHECK (auth.uid() = user_id);

DROP POLICY IF EXISTS "Users can update own documents" ON public."Document";
CREATE POLICY "Users can update own documents" ON public."Document"
  FOR UPDATE
  USING (auth.uid() = user_id)
  WITH CHECK (auth.uid() = user_id);

DROP POLICY IF EXISTS "Users can delete own documents" ON public."Document";
CREATE POLICY "Users can delete own documents" ON public."Document"
  FOR DELETE
  USING (auth.uid() = user_id);

-- The specification asks for rules like those of documents and names none, so the names are ours.
ALTER TABLE public."Suggestion" ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can read own suggestions" ON public."Suggestion";
CREATE POLICY "Users can read own suggestions" ON public."Suggestion"
  FOR SELECT
  USING (auth.uid() = user_id);

DROP POLICY IF EXISTS "Users can create own suggestions" ON public."Suggestion";
CREATE POLICY "Users can create own suggestions" ON public."Suggestion"
  FOR INSERT
  WITH CHECK (auth.uid() = user_id);

DROP POLICY IF EXISTS "Users can update own suggestions" ON public."Suggestion";
CREATE POLICY "Users can update own suggestions" ON public."Suggestion"
  FOR UPDATE
  USING (auth.uid() = user_id)
  WITH CHECK (auth.uid() = user_id);

DROP POLICY IF EXISTS "Users can delete own suggestions" ON public."Suggestion";
CREATE POLICY "Users can delete own suggestions" ON public."Suggestion"
  FOR DELETE
  USING (auth.uid() = user_id);

ALTER TABLE public."Stream" ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can access streams in own chats" ON public."Stream";
CREATE POLICY "Users can access streams in own chats" ON public."Stream"
  FOR ALL
  USING (EXISTS (
    SELECT 1 FROM public."Chat" AS c WHERE c.id = "Stream"."chatId" AND c.user_id = auth.uid()
  ))
  WITH CHECK (EXISTS (
    SELECT 1 FROM public."Chat" AS c WHERE c.id = "Stream"."chatId" AND c.user_id = auth.uid()
  ));

-- Configuration, usage and limits -------------------------------------------------------------------------------------

-- The second policy covers reading too; both are kept, as specified.
ALTER TABLE public.admin_config ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Admins can read admin_config" ON public.admin_config;
CREATE POLICY "Admins can read admin_config" ON public.admin_config
  FOR SELECT
  USING (public.get_user_role() = 'admin');

DROP POLICY IF EXISTS "Admins can update admin_config" ON public.admin_config;
CREATE POLICY "Admins can update admin_config" ON public.admin_config
  FOR ALL
  USING (public.get_user_role() = 'admin')
  WITH CHECK (public.get_user_role() = 'admin');

ALTER TABLE public.model_config ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Authenticated users can read model_config" ON public.model_config;
CREATE POLICY "Authenticated users can read model_config" ON public.model_config
  FOR SELECT
  USING (auth.uid() IS NOT NULL);

DROP POLICY IF EXISTS "Admins can manage model_config" ON public.model_config;
CREATE POLICY "Admins can manage model_config" ON public.model_config
  FOR ALL
  USING (public.get_user_role() = 'admin')
  WITH CHECK (public.get_user_role() = 'admin');

-- Hazard, as specified: anybody, signed in or not, may insert usage for any user.
ALTER TABLE public.usage_logs ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can read own usage_logs" ON public.usage_logs;
CREATE POLICY "Users can read own usage_logs" ON public.usage_logs
  FOR SELECT
  USING (auth.uid() = user_id);

DROP POLICY IF EXISTS "Admins can read all usage_logs" ON public.usage_logs;
CREATE POLICY "Admins can read all usage_logs" ON public.usage_logs
  FOR SELECT
  USING (public.get_user_role() = 'admin');

DROP POLICY IF EXISTS "System can create usage_logs" ON public.usage_logs;
CREATE POLICY "System can create usage_logs" ON public.usage_logs
  FOR INSERT
  WITH CHECK (true);

-- Hazard, as specified: the second policy opens the table to everybody, for reading, writing and deleting. Users can
-- lift their own limits, and the first policy restricts nothing. Adding TO service_role would close it.
ALTER TABLE public.rate_limit_tracking ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can read own rate_limits" ON public.rate_limit_tracking;
CREATE POLICY "Users can read own rate_limits" ON public.rate_limit_tracking
  FOR SELECT
  USING (auth.uid() = user_id);

DROP POLICY IF EXISTS "System can manage rate_limits" ON public.rate_limit_tracking;
CREATE POLICY "System can manage rate_limits" ON public.rate_limit_tracking
  FOR ALL
  USING (true)
  WITH CHECK (true);

ALTER TABLE public.github_repositories ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can manage own repositories" ON public.github_repositories;
CREATE POLICY "Users can manage own repositories" ON public.github_repositories
  FOR ALL
  USING (auth.uid() = user_id)
  WITH CHECK (auth.uid() = user_id);

-- Logs ----------------------------------------------------------------------------------------------------------------

-- Hazard, as specified: anybody, signed in or not, may insert into the three log tables, in the name of any user.

ALTER TABLE public.error_logs ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can read own error_logs" ON public.error_logs;
CREATE POLICY "Users can read own error_logs" ON public.error_logs
  FOR SELECT
  USING (auth.uid() = user_id);

DROP POLICY IF EXISTS "Admins can read all error_logs" ON public.error_logs;
CREATE POLICY "Admins can read all error_logs" ON public.error_logs
  FOR SELECT
  USING (public.get_user_role() = 'admin');

DROP POLICY IF EXISTS "Admins can update error_logs" ON public.error_logs;
CREATE POLICY "Admins can update error_logs" ON public.error_logs
  FOR UPDATE
  USING (public.get_user_role() = 'admin')
  WITH CHECK (public.get_user_role() = 'admin');

DROP POLICY IF EXISTS "System can insert error_logs" ON public.error_logs;
CREATE POLICY "System can insert error_logs" ON public.error_logs
  FOR INSERT
  WITH CHECK (true);

ALTER TABLE public.user_activity_logs ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can read own activity logs" ON public.user_activity_logs;
CREATE POLICY "Users can read own activity logs" ON public.user_activity_logs
  FOR SELECT
  USING (auth.uid() = user_id);

DROP POLICY IF EXISTS "Admins can read all activity logs" ON public.user_activity_logs;
CREATE POLICY "Admins can read all activity logs" ON public.user_activity_logs
  FOR SELECT
  USING (public.get_user_role() = 'admin');

DROP POLICY IF EXISTS "System can insert activity logs" ON public.user_activity_logs;
CREATE POLICY "System can insert activity logs" ON public.user_activity_logs
  FOR INSERT
  WITH CHECK (true);

ALTER TABLE public.agent_activity_logs ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can read own agent logs" ON public.agent_activity_logs;
CREATE POLICY "Users can read own agent logs" ON public.agent_activity_logs
  FOR SELECT
  USING (auth.uid() = user_id);

DROP POLICY IF EXISTS "Admins can read all agent logs" ON public.agent_activity_logs;
CREATE POLICY "Admins can read all agent logs" ON public.agent_activity_logs
  FOR SELECT
  USING (public.get_user_role() = 'admin');

DROP POLICY IF EXISTS "System can insert agent logs" ON public.agent_activity_logs;
CREATE POLICY "System can insert agent logs" ON public.agent_activity_logs
  FOR INSERT
  WITH CHECK (true);
