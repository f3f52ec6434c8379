-- Inserting a default model that exists already changes nothing with DO NOTHING, and moves the default with DO UPDATE.

UPDATE public.model_config SET is_default = true WHERE model_id = 'gemini-2.5-pro';

DO $$
DECLARE
  v_defaults TEXT[];
BEGIN
  INSERT INTO public.model_config (
    model_id, name, provider, is_default, input_pricing_per_million_tokens, output_pricing_per_million_tokens
  )
  VALUES ('gemini-2.0-flash', 'Gemini 2.0 Flash', 'google', true, 1, 1)
  ON CONFLICT DO NOTHING;
  SELECT array_agg(model_id::text) INTO v_defaults FROM public.model_config WHERE is_default AND provider = 'google';
  ASSERT v_defaults = ARRAY['gemini-2.5-pro'], format('DO NOTHING: %s', v_defaults);

  INSERT INTO public.model_config (
    model_id, name, provider, is_default, input_pricing_per_million_tokens, output_pricing_per_million_tokens
  )
  VALUES ('gemini-2.0-flash', 'Gemini 2.0 Flash', 'google', true, 1, 1)
  ON CONFLICT (model_id) DO UPDATE SET is_default = excluded.is_default;
  SELECT array_agg(model_id::text) INTO v_defaults FROM public.model_config WHERE is_default AND provider = 'google';
  ASSERT v_defaults = ARRAY['gemini-2.0-flash'], format('DO UPDATE: %s', v_defaults);
END;
$$;
