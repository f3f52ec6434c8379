-- A stored retention that is no number of days stops the purge, names the setting and deletes nothing.

INSERT INTO public.user_activity_logs (user_id, correlation_id, activity_type, activity_category, created_at)
VALUES (gen_random_uuid(), gen_random_uuid(), 'chat_view', 'chat', '2020-01-01');

DO $$
DECLARE
  v_days JSONB;
BEGIN
  FOREACH v_days IN ARRAY ARRAY['"30"', '-1', '2.5', 'null', 'true', '1000000']::jsonb[] LOOP
    UPDATE public.admin_config
    SET config_data = jsonb_build_object('log_retention_days', jsonb_build_object('error_logs', v_days))
    WHERE config_key = 'logging_settings';

    BEGIN
      PERFORM public.purge_old_activity_logs();
      ASSERT false, format('a retention of %s must be refused', v_days);
    EXCEPTION WHEN invalid_parameter_value THEN
      ASSERT SQLERRM LIKE '%log_retention_days.error_logs%', SQLERRM;
    END;
  END LOOP;

  UPDATE public.admin_config SET config_data = '{"log_retention_days": 30}' WHERE config_key = 'logging_settings';
  BEGIN
    PERFORM public.purge_old_activity_logs();
    ASSERT false, 'one number for all logs must be refused';
  EXCEPTION WHEN invalid_parameter_value THEN
    ASSERT SQLERRM LIKE '%log_retention_days%object%', SQLERRM;
  END;

  ASSERT (SELECT COUNT(*) FROM public.user_activity_logs) = 1, 'nothing must be deleted';
END;
$$;
