-- An agent type that the rules do not know needs what all agents need, and nothing more.

DO $$
BEGIN
  INSERT INTO public.admin_config (config_key, config_data)
  VALUES ('video_agent_google', '{"enabled": true, "rateLimit": {"perMinute": 1, "perHour": 2, "perDay": 3}}');

  INSERT INTO public.admin_config (config_key, config_data)
  VALUES ('audio_agent_google', '{"enabled": true, "rateLimit": {"perMinute": 1, "perHour": 2}}');
  ASSERT false, 'a daily limit must be asked for';
EXCEPTION WHEN check_violation THEN
  ASSERT SQLERRM LIKE '%"audio_agent_google": rateLimit.perDay %', SQLERRM;
END;
$$;
