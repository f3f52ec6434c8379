-- Row security is on for each table, and the 14 tables of the chat system have their 37 policies.

DO $$
DECLARE
  v_open     TEXT[];
  v_policies BIGINT;
BEGIN
  SELECT array_agg(c.relname::text) INTO v_open
  FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity;
  ASSERT v_open IS NULL, format('without row security: %s', v_open);

  SELECT COUNT(*) INTO v_policies
  FROM pg_catalog.pg_policies
  WHERE schemaname = 'public'
    AND tablename IN (
      'Chat', 'Message_v2', 'Vote_v2', 'Document', 'Suggestion', 'Stream', 'admin_config', 'model_config', 'usage_logs',
      'rate_limit_tracking', 'github_repositories', 'error_logs', 'user_activity_logs', 'agent_activity_logs'
    );
  ASSERT v_policies = 37, format('policies: %s', v_policies);
END;
$$;
