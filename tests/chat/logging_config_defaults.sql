-- Without stored logging settings the defaults hold, and they are the same as the seeded settings.

DO $$
DECLARE
  v_seeded JSONB;
BEGIN
  DELETE FROM public.admin_config WHERE config_key = 'logging_settings' RETURNING config_data INTO STRICT v_seeded;

  ASSERT public.get_logging_config() = v_seeded, format('defaults: %s', public.get_logging_config());
  ASSERT public.get_logging_config() -> 'error_logging_enabled' = 'true', 'errors must be logged by default';
  ASSERT public.get_logging_config() -> 'log_retention_days'
    = '{"error_logs": 90, "user_activity_logs": 30, "agent_activity_logs": 7}', 'the retention must be as specified';
  ASSERT public.is_user_activity_logging_enabled() IS FALSE, 'user activity must not be logged by default';
  ASSERT public.is_agent_activity_logging_enabled() IS FALSE, 'agent activity must not be logged by default';
END;
$$;
