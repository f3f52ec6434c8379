-- When a user is deleted, errors and configurations forget that the user touched them and are otherwise kept.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

UPDATE public.admin_config SET updated_by = '11111111-1111-1111-1111-111111111111'
WHERE config_key = 'app_settings';
UPDATE public.admin_config SET updated_by = '22222222-2222-2222-2222-222222222222'
WHERE config_key = 'logging_settings';

INSERT INTO public.error_logs (error_type, error_category, error_message, resolved, resolved_by)
VALUES
  ('api', 'timeout', 'by alice', true, '11111111-1111-1111-1111-111111111111'),
  ('api', 'timeout', 'by bob', true, '22222222-2222-2222-2222-222222222222');

DELETE FROM auth.users WHERE id = '11111111-1111-1111-1111-111111111111';

DO $$
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.admin_config) = 20, 'every configuration must be left';
  ASSERT (SELECT updated_by FROM public.admin_config WHERE config_key = 'app_settings') IS NULL,
    'the change by alice must be anonymous';
  ASSERT (SELECT updated_by FROM public.admin_config WHERE config_key = 'logging_settings') IS NOT NULL,
    'the change by bob must stay his';

  ASSERT (SELECT COUNT(*) FROM public.error_logs WHERE resolved) = 2, 'both errors must be left, and resolved';
  ASSERT (SELECT resolved_by FROM public.error_logs WHERE error_message = 'by alice') IS NULL,
    'the error that alice resolved must be anonymous';
  ASSERT (SELECT resolved_by FROM public.error_logs WHERE error_message = 'by bob') IS NOT NULL,
    'the error that bob resolved must stay his';
END;
$$;
