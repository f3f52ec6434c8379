-- Purging deletes what is older than its retention, by default 30, 7 and 90 days, and of errors the resolved ones only.

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

DELETE FROM public.admin_config WHERE config_key = 'logging_settings';

SET LOCAL ROLE service_role;

DO $$
DECLARE
  v_done RECORD;
BEGIN
  SELECT * INTO STRICT v_done FROM public.purge_old_activity_logs();
  ASSERT v_done.user_logs_deleted = 70, format('user activity: %s', v_done);
  ASSERT v_done.agent_logs_deleted = 93, format('agent activity: %s', v_done);
  ASSERT v_done.error_logs_deleted = 10, format('errors: %s', v_done);

  ASSERT (SELECT COUNT(*) FROM public.user_activity_logs) = 30, 'user activity of 30 days must be left';
  ASSERT (SELECT MIN(created_at) FROM public.user_activity_logs) > LOCALTIMESTAMP - INTERVAL '30 days',
    'the older user activity must go';
  ASSERT (SELECT COUNT(*) FROM public.agent_activity_logs) = 7, 'agent activity of 7 days must be left';
  ASSERT (SELECT MIN(created_at) FROM public.agent_activity_logs) > LOCALTIMESTAMP - INTERVAL '7 days',
    'the older agent activity must go';
  ASSERT (SELECT COUNT(*) FROM public.error_logs WHERE resolved) = 90, 'resolved errors of 90 days must be left';
  ASSERT (SELECT MIN(created_at) FROM public.error_logs WHERE resolved) > LOCALTIMESTAMP - INTERVAL '90 days',
    'the older resolved errors must go';
  ASSERT (SELECT COUNT(*) FROM public.error_logs WHERE resolved IS NOT TRUE) = 200, 'unresolved errors must be left';

  SELECT * INTO STRICT v_done FROM public.purge_old_activity_logs();
  ASSERT (v_done.user_logs_deleted, v_done.agent_logs_deleted, v_done.error_logs_deleted) = (0, 0, 0),
    format('a second purge must find nothing: %s', v_done);
END;
$$;
