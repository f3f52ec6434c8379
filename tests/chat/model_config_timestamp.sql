-- Any update of a row in model_config sets updated_at to the present time, whatever the client says.

ALTER TABLE public.model_config DISABLE TRIGGER USER;
UPDATE public.model_config SET created_at = '2020-01-01', updated_at = '2020-01-01';
ALTER TABLE public.model_config ENABLE TRIGGER USER;

UPDATE public.model_config SET name = 'Renamed' WHERE model_id = 'gpt-4o';

DO $$
BEGIN
  ASSERT (SELECT updated_at FROM public.model_config WHERE model_id = 'gpt-4o') = LOCALTIMESTAMP,
    'updated_at must be the present time';
  ASSERT (SELECT created_at FROM public.model_config WHERE model_id = 'gpt-4o') = '2020-01-01',
    'created_at must stay';
  ASSERT (SELECT updated_at FROM public.model_config WHERE model_id = 'gpt-4o-mini') = '2020-01-01',
    'the other rows must stay';

  UPDATE public.model_config SET updated_at = '2030-01-01' WHERE model_id = 'gpt-4o';
  ASSERT (SELECT updated_at FROM public.model_config WHERE model_id = 'gpt-4o') = LOCALTIMESTAMP,
    'a client must not choose updated_at';
END;
$$;
