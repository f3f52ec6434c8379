-- Purging obeys the stored retention, and takes the default for a log that has none.

-- Entries that are 0, 1, … 99 days and an hour old.
INSERT INTO public.user_activity_logs (user_id, correlation_id, activity_type, activity_category, created_at)
SELECT gen_random_uuid(), gen_random_uuid(), 'chat_view', 'chat', LOCALTIMESTAMP - make_interval(hours => 24 * age + 1)
FROM generate_series(0, 99) AS age;
INSERT INTO public.agent_activity_logs (
  correlation_id, agent_type, operation_type, operation_category, created_at
)
SELECT gen_random_uuid(), 'python_agent', 'search', 'search', LOCALTIMESTAMP - make_interval(hours => 24 * age + 1)
FROM generate_series(0, 99) AS age;
INSERT INTO public.error_logs (error_type, error_category, error_message, resolved, created_at)
SELECT 'api', 'timeout', 'no answer', resolved, LOCALTIMESTAMP - make_interval(hours => 24 * age + 1)
FROM generate_series(0, 99) AS age CROSS JOIN (VALUES (true), (false), (NULL)) AS r (resolved);

UPDATE public.admin_config
SET config_data = '{"log_retention_days": {"user_activity_logs": 3, "error_logs": 0}}'
WHERE config_key = 'logging_settings';

DO $$
DECLARE
  v_done RECORD;
BEGIN
  SELECT * INTO STRICT v_done FROM public.purge_old_activity_logs();
  ASSERT v_done.user_logs_deleted = 97, format('user activity: %s', v_done);
  ASSERT v_done.agent_logs_deleted = 93, format('agent activity: %s', v_done);
  ASSERT v_done.error_logs_deleted = 100, format('errors: %s', v_done);
END;
$$;
