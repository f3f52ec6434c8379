-- Making a model the default, by update or by insert, takes the place of the old default of its provider only.

DO $$
DECLARE
  v_defaults TEXT[];
BEGIN
  UPDATE public.model_config SET is_default = true WHERE model_id = 'gemini-2.5-pro';
  SELECT array_agg(model_id::text ORDER BY model_id) INTO v_defaults FROM public.model_config WHERE is_default;
  ASSERT v_defaults = ARRAY['claude-3-5-sonnet-20241022', 'gemini-2.5-pro', 'gpt-4o'], format('update: %s', v_defaults);

  INSERT INTO public.model_config (
    model_id, name, provider, is_default, input_pricing_per_million_tokens, output_pricing_per_million_tokens
  )
  VALUES ('gemini-next', 'Gemini Next', 'google', true, 1, 1);
  SELECT array_agg(model_id::text ORDER BY model_id) INTO v_defaults FROM public.model_config WHERE is_default;
  ASSERT v_defaults = ARRAY['claude-3-5-sonnet-20241022', 'gemini-next', 'gpt-4o'], format('insert: %s', v_defaults);

  -- The default itself stays it when something else about it changes.
  UPDATE public.model_config SET name = 'Gemini Next One', model_id = 'gemini-next-1' WHERE model_id = 'gemini-next';
  SELECT array_agg(model_id::text ORDER BY model_id) INTO v_defaults FROM public.model_config WHERE is_default;
  ASSERT v_defaults = ARRAY['claude-3-5-sonnet-20241022', 'gemini-next-1', 'gpt-4o'], format('rename: %s', v_defaults);

  -- A model that is no default changes nothing.
  INSERT INTO public.model_config (
    model_id, name, provider, input_pricing_per_million_tokens, output_pricing_per_million_tokens
  )
  VALUES ('gpt-next', 'GPT Next', 'openai', 1, 1);
  UPDATE public.model_config SET is_default = false, is_active = false WHERE model_id = 'gpt-next';
  SELECT array_agg(model_id::text ORDER BY model_id) INTO v_defaults FROM public.model_config WHERE is_default;
  ASSERT v_defaults = ARRAY['claude-3-5-sonnet-20241022', 'gemini-next-1', 'gpt-4o'], format('others: %s', v_defaults);
END;
$$;
