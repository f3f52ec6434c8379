-- A default model that arrives from a provider with another default takes over where it arrives.

ALTER TABLE public.model_config DISABLE TRIGGER trigger_ensure_single_default_model;
UPDATE public.model_config SET is_default = true WHERE model_id IN ('gpt-4o', 'gpt-4o-mini');
ALTER TABLE public.model_config ENABLE TRIGGER trigger_ensure_single_default_model;

UPDATE public.model_config SET provider = 'google' WHERE model_id = 'gpt-4o-mini';

DO $$
DECLARE
  v_defaults TEXT[];
BEGIN
  SELECT array_agg(model_id::text ORDER BY model_id) INTO v_defaults
  FROM public.model_config
  WHERE is_default AND provider IN ('google', 'openai');
  ASSERT v_defaults = ARRAY['gpt-4o', 'gpt-4o-mini'], format('each provider must have one default: %s', v_defaults);
END;
$$;
