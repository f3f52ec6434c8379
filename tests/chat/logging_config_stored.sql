-- Stored logging settings count, for users who cannot read them from the table as well, and each switch works alone.

DO $$
DECLARE
  v_case RECORD;
BEGIN
  FOR v_case IN
    SELECT *
    FROM (
      VALUES
        ('{"user_activity_logging_enabled": true, "agent_activity_logging_enabled": false}'::jsonb, true, false),
        ('{"user_activity_logging_enabled": false, "agent_activity_logging_enabled": true}', false, true),
        ('{"user_activity_logging_enabled": "on", "agent_activity_logging_enabled": 1}', false, false),
        ('{"user_activity_logging_enabled": null}', false, false),
        ('{}', false, false)
    ) AS c (stored, users, agents)
  LOOP
    RESET ROLE;
    UPDATE public.admin_config SET config_data = v_case.stored WHERE config_key = 'logging_settings';

    SET LOCAL ROLE authenticated;
    ASSERT (SELECT COUNT(*) FROM public.admin_config) = 0, 'a user must not read the table';
    ASSERT public.get_logging_config() = v_case.stored, format('settings: %s', public.get_logging_config());
    ASSERT public.is_user_activity_logging_enabled() = v_case.users, format('users: %s', v_case.stored);
    ASSERT public.is_agent_activity_logging_enabled() = v_case.agents, format('agents: %s', v_case.stored);
  END LOOP;
END;
$$;
