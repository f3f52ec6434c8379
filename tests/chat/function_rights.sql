-- API roles can execute the functions that clients need and no others, and definer functions have a fixed search_path.

DO $$
DECLARE
  v_case RECORD;
BEGIN
  FOR v_case IN
    SELECT f.name, r.role, r.allowed
    FROM (
      VALUES
        ('get_user_role()', true, true, true),
        ('is_current_user_admin()', true, true, true),
        ('get_current_user_usage_summary(date, date)', true, true, true),
        ('get_logging_config()', false, true, true),
        ('is_user_activity_logging_enabled()', false, true, true),
        ('is_agent_activity_logging_enabled()', false, true, true),
        ('purge_old_activity_logs()', false, false, true),
        ('validate_user_id()', false, false, NULL),
        ('handle_auth_user_deletion()', false, false, NULL),
        ('update_admin_config_timestamp()', false, false, NULL),
        ('update_model_config_timestamp()', false, false, NULL),
        ('ensure_single_default_model_per_provider()', false, false, NULL),
        ('validate_admin_config_data()', false, false, NULL)
    ) AS f (name, anon, authenticated, service_role)
    CROSS JOIN LATERAL (
      VALUES ('anon', f.anon), ('authenticated', f.authenticated), ('service_role', f.service_role)
    ) AS r (role, allowed)
    WHERE r.allowed IS NOT NULL
  LOOP
    ASSERT has_function_privilege(v_case.role, 'public.' || v_case.name, 'EXECUTE') = v_case.allowed,
      format('%s may execute %s: %s was expected', v_case.role, v_case.name, v_case.allowed);
  END LOOP;

  ASSERT NOT EXISTS (
    SELECT 1
    FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = 'public'::regnamespace
      AND p.prosecdef
      AND array_position(p.proconfig, 'search_path=""') IS NULL
  ), 'a SECURITY DEFINER function without an empty search_path';

  ASSERT (
    SELECT array_agg(p.proname::text ORDER BY p.proname)
    FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
  ) = ARRAY[
    'get_logging_config', 'handle_auth_user_deletion', 'is_agent_activity_logging_enabled',
    'is_user_activity_logging_enabled', 'purge_old_activity_logs', 'validate_user_id'
  ], 'exactly six functions must be SECURITY DEFINER';
END;
$$;
