-- The seeds give ten models with prices and limits, three of them inactive, and one active default per provider.

DO $$
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.model_config) = 10, 'there must be ten models';

  ASSERT (SELECT array_agg(model_id::text ORDER BY model_id) FROM public.model_config WHERE is_default)
    = ARRAY['claude-3-5-sonnet-20241022', 'gemini-2.0-flash', 'gpt-4o'], 'the defaults';
  ASSERT (SELECT array_agg(model_id::text ORDER BY model_id) FROM public.model_config WHERE NOT is_active)
    = ARRAY['claude-3-opus-20240229', 'gemma-3', 'gpt-4-turbo'], 'the inactive models';

  ASSERT NOT EXISTS (
    SELECT 1
    FROM public.model_config
    WHERE input_pricing_per_million_tokens < 0
      OR output_pricing_per_million_tokens < input_pricing_per_million_tokens
      OR thinking_enabled IS NULL
      OR jsonb_typeof(metadata -> 'contextWindow') IS DISTINCT FROM 'number'
      OR jsonb_typeof(metadata -> 'maxOutputTokens') IS DISTINCT FROM 'number'
  ), 'every model must have prices, a context window and an output limit';
END;
$$;
