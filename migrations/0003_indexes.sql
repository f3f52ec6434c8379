-- The indexes of the chat system, grouped by table and written for the queries that the application sends most.
--
-- They are built inside the migration's transaction, which blocks writers. On tables that already hold much data, build
-- them CONCURRENTLY by hand first; IF NOT EXISTS then makes this script skip them.

-- Chats: by user, and in the order of the chat list.
CREATE INDEX IF NOT EXISTS idx_chat_user_id ON public."Chat" (user_id);
CREATE INDEX IF NOT EXISTS idx_chat_user_created ON public."Chat" (user_id, "createdAt" DESC);

-- Messages: a chat from its first message to its last.
CREATE INDEX IF NOT EXISTS idx_message_chat ON public."Message_v2" ("chatId", "createdAt");

-- Documents: by user and chat, through versions and the version tree, by kind.
CREATE INDEX IF NOT EXISTS idx_document_user_id ON public."Document" (user_id);
CREATE INDEX IF NOT EXISTS idx_document_user ON public."Document" (user_id, "createdAt" DESC);
CREATE INDEX IF NOT EXISTS idx_document_versions ON public."Document" (id, version_number DESC);
CREATE INDEX IF NOT EXISTS idx_document_chat ON public."Document" (chat_id);
CREATE INDEX IF NOT EXISTS idx_document_parent ON public."Document" (parent_version_id);
CREATE INDEX IF NOT EXISTS idx_document_kind ON public."Document" (kind);

-- Suggestions: by author.
CREATE INDEX IF NOT EXISTS idx_suggestion_user_id ON public."Suggestion" (user_id);

-- Usage: per user and agent over time, for charts and sums of cost.
CREATE INDEX IF NOT EXISTS idx_usage_logs_user_id ON public.usage_logs (user_id);
CREATE INDEX IF NOT EXISTS idx_usage_logs_user_timestamp ON public.usage_logs (user_id, request_timestamp DESC);
CREATE INDEX IF NOT EXISTS idx_usage_logs_agent_timestamp ON public.usage_logs (agent_type, request_timestamp DESC);
CREATE INDEX IF NOT EXISTS idx_usage_logs_date_range ON public.usage_logs (request_timestamp);
CREATE INDEX IF NOT EXISTS idx_usage_logs_model_provider ON public.usage_logs (model_used, provider);
-- The cast to a date can be indexed only because the column has no time zone.
CREATE INDEX IF NOT EXISTS idx_usage_logs_date_agent ON public.usage_logs ((request_timestamp::date), agent_type);
CREATE INDEX IF NOT EXISTS idx_usage_logs_cost_date ON public.usage_logs (request_timestamp, total_cost);

-- Rate limits: the counter of a user and agent for the present period.
CREATE INDEX IF NOT EXISTS idx_rate_limit_user_id ON public.rate_limit_tracking (user_id);
CREATE INDEX IF NOT EXISTS idx_rate_limit_user_agent ON public.rate_limit_tracking (user_id, agent_type);
CREATE INDEX IF NOT EXISTS idx_rate_limit_user_agent_period
  ON public.rate_limit_tracking (user_id, agent_type, limit_type, period_start, period_end);

-- Repositories: the active ones of a user, most recently used first.
CREATE INDEX IF NOT EXISTS idx_github_repos_user_id ON public.github_repositories (user_id);
-- Partial, because the list of repositories leaves out those that were disconnected.
CREATE INDEX IF NOT EXISTS idx_github_repos_user ON public.github_repositories (user_id) WHERE is_active;
CREATE INDEX IF NOT EXISTS idx_github_repos_user_active
  ON public.github_repositories (user_id, last_accessed DESC) WHERE is_active;

-- Errors: the filters and the order of the monitoring page.
CREATE INDEX IF NOT EXISTS idx_error_logs_user_id ON public.error_logs (user_id);
CREATE INDEX IF NOT EXISTS idx_error_logs_error_type ON public.error_logs (error_type);
CREATE INDEX IF NOT EXISTS idx_error_logs_error_category ON public.error_logs (error_category);
CREATE INDEX IF NOT EXISTS idx_error_logs_severity ON public.error_logs (severity);
CREATE INDEX IF NOT EXISTS idx_error_logs_created_at ON public.error_logs (created_at DESC);
CREATE INDEX IF NOT EXISTS idx_error_logs_resolved ON public.error_logs (resolved);
CREATE INDEX IF NOT EXISTS idx_error_logs_user_created ON public.error_logs (user_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_error_logs_type_severity ON public.error_logs (error_type, severity);

-- Configuration: by key, and by last change.
-- The unique constraint on config_key already serves this look-up; the specification names the index all the same.
CREATE INDEX IF NOT EXISTS idx_admin_config_key ON public.admin_config (config_key);
CREATE INDEX IF NOT EXISTS idx_admin_config_updated ON public.admin_config (updated_at DESC);

-- Models: by id, and the active or default ones of a provider.
-- As above: named by the specification, beside the unique constraint on model_id.
CREATE INDEX IF NOT EXISTS idx_model_config_model_id ON public.model_config (model_id);
CREATE INDEX IF NOT EXISTS idx_model_config_provider ON public.model_config (provider);
CREATE INDEX IF NOT EXISTS idx_model_config_provider_active ON public.model_config (provider, is_active);
CREATE INDEX IF NOT EXISTS idx_model_config_provider_default ON public.model_config (provider, is_default);
CREATE INDEX IF NOT EXISTS idx_model_config_active ON public.model_config (is_active);

-- User activity: by user, kind, resource and outcome over time.
CREATE INDEX IF NOT EXISTS idx_user_activity_user_id ON public.user_activity_logs (user_id);
CREATE INDEX IF NOT EXISTS idx_user_activity_correlation ON public.user_activity_logs (correlation_id);
CREATE INDEX IF NOT EXISTS idx_user_activity_type ON public.user_activity_logs (activity_type);
CREATE INDEX IF NOT EXISTS idx_user_activity_category ON public.user_activity_logs (activity_category);
CREATE INDEX IF NOT EXISTS idx_user_activity_created ON public.user_activity_logs (created_at DESC);
CREATE INDEX IF NOT EXISTS idx_user_activity_user_created ON public.user_activity_logs (user_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_user_activity_resource ON public.user_activity_logs (resource_type, resource_id);
CREATE INDEX IF NOT EXISTS idx_user_activity_success ON public.user_activity_logs (success);
CREATE INDEX IF NOT EXISTS idx_user_activity_user_type_date
  ON public.user_activity_logs (user_id, activity_type, created_at DESC);

-- Agent activity: by user, agent, operation, model, speed and cost.
CREATE INDEX IF NOT EXISTS idx_agent_activity_user_id ON public.agent_activity_logs (user_id);
CREATE INDEX IF NOT EXISTS idx_agent_activity_correlation ON public.agent_activity_logs (correlation_id);
CREATE INDEX IF NOT EXISTS idx_agent_activity_agent_type ON public.agent_activity_logs (agent_type);
CREATE INDEX IF NOT EXISTS idx_agent_activity_operation ON public.agent_activity_logs (operation_type);
CREATE INDEX IF NOT EXISTS idx_agent_activity_category ON public.agent_activity_logs (operation_category);
CREATE INDEX IF NOT EXISTS idx_agent_activity_created ON public.agent_activity_logs (created_at DESC);
CREATE INDEX IF NOT EXISTS idx_agent_activity_model ON public.agent_activity_logs (model_id, provider);
CREATE INDEX IF NOT EXISTS idx_agent_activity_success ON public.agent_activity_logs (success);
CREATE INDEX IF NOT EXISTS idx_agent_activity_resource ON public.agent_activity_logs (resource_type, resource_id);
CREATE INDEX IF NOT EXISTS idx_agent_activity_duration ON public.agent_activity_logs (duration_ms);
CREATE INDEX IF NOT EXISTS idx_agent_activity_cost ON public.agent_activity_logs (total_cost);
CREATE INDEX IF NOT EXISTS idx_agent_activity_agent_op_date
  ON public.agent_activity_logs (agent_type, operation_type, created_at DESC);
