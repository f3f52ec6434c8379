-- Seeding a configuration again keeps what an admin made of it, and brings back one that was deleted.

UPDATE public.admin_config SET config_data = '{"activeProvider": "openai"}' WHERE config_key = 'app_settings';
DELETE FROM public.admin_config WHERE config_key = 'logging_settings';

-- The form of the seeds.
INSERT INTO public.admin_config (config_key, config_data)
SELECT seed.config_key, seed.config_data
FROM (
  VALUES
    ('app_settings', '{"activeProvider": "google"}'::jsonb),
    ('logging_settings', '{"error_logging_enabled": true}'::jsonb)
) AS seed (config_key, config_data)
WHERE NOT EXISTS (
  SELECT 1 FROM public.admin_config AS present WHERE present.config_key = seed.config_key
);

DO $$
BEGIN
  ASSERT (SELECT config_data FROM public.admin_config WHERE config_key = 'app_settings')
    = '{"activeProvider": "openai"}',
    'the choice of the admin must be kept';
  ASSERT (SELECT COUNT(*) FROM public.admin_config) = 20, 'the deleted row must be back';
END;
$$;
