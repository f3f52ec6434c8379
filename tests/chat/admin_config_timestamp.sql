-- Any update of a row in admin_config sets updated_at to the present time, whatever the client says.

ALTER TABLE public.admin_config DISABLE TRIGGER USER;
UPDATE public.admin_config SET created_at = '2020-01-01', updated_at = '2020-01-01';
ALTER TABLE public.admin_config ENABLE TRIGGER USER;

UPDATE public.admin_config SET config_data = '{"activeProvider": "openai"}' WHERE config_key = 'app_settings';

DO $$
BEGIN
  ASSERT (SELECT updated_at FROM public.admin_config WHERE config_key = 'app_settings') = LOCALTIMESTAMP,
    'updated_at must be the present time';
  ASSERT (SELECT created_at FROM public.admin_config WHERE config_key = 'app_settings') = '2020-01-01',
    'created_at must stay';
  ASSERT (SELECT updated_at FROM public.admin_config WHERE config_key = 'logging_settings') = '2020-01-01',
    'the other rows must stay';

  UPDATE public.admin_config SET updated_at = '2030-01-01' WHERE config_key = 'app_settings';
  ASSERT (SELECT updated_at FROM public.admin_config WHERE config_key = 'app_settings') = LOCALTIMESTAMP,
    'a client must not choose updated_at';
END;
$$;
