-- Every configuration must be an object, the special ones too, and an agent key must name a provider.

DO $$
DECLARE
  v_key  TEXT;
  v_data JSONB;
BEGIN
  FOREACH v_key IN ARRAY ARRAY['app_settings', 'logging_settings', 'python_agent_google'] LOOP
    FOREACH v_data IN ARRAY ARRAY['[]', '"on"', 'null', '1']::jsonb[] LOOP
      BEGIN
        UPDATE public.admin_config SET config_data = v_data WHERE config_key = v_key;
        ASSERT false, format('%s must refuse %s', v_key, v_data);
      EXCEPTION WHEN check_violation THEN
        ASSERT SQLERRM LIKE format('%%"%s": config_data %%', v_key), SQLERRM;
      END;
    END LOOP;
  END LOOP;

  FOREACH v_key IN ARRAY ARRAY['python_agent', 'python_agent_'] LOOP
    BEGIN
      UPDATE public.admin_config SET config_key = v_key WHERE config_key = 'python_agent_google';
      ASSERT false, format('%s must be refused', v_key);
    EXCEPTION WHEN check_violation THEN
      ASSERT SQLERRM LIKE format('%%"%s": config_key %%', v_key), SQLERRM;
    END;
  END LOOP;
END;
$$;
