-- Seeding models again keeps the default that an admin chose and edited prices, and adds what is missing.

UPDATE public.model_config
SET is_default = true, input_pricing_per_million_tokens = 9
WHERE model_id = 'gemini-2.5-pro';
DELETE FROM public.model_config WHERE model_id = 'gemini-2.0-flash';
DELETE FROM public.model_config WHERE provider = 'openai';

-- The form of the seeds.
INSERT INTO public.model_config (
  model_id, name, provider, is_default, input_pricing_per_million_tokens, output_pricing_per_million_tokens
)
SELECT
  seed.model_id,
  seed.name,
  seed.provider,
  seed.is_default AND NOT EXISTS (
    SELECT 1 FROM public.model_config AS present WHERE present.provider = seed.provider AND present.is_default
  ),
  1,
  1
FROM (
  VALUES
    ('gemini-2.0-flash', 'Gemini 2.0 Flash', 'google', true),
    ('gemini-2.5-pro', 'Gemini 2.5 Pro', 'google', false),
    ('gpt-4o', 'GPT-4o', 'openai', true),
    ('gpt-4o-mini', 'GPT-4o mini', 'openai', false)
) AS seed (model_id, name, provider, is_default)
WHERE NOT EXISTS (
  SELECT 1 FROM public.model_config AS present WHERE present.model_id = seed.model_id
);

DO $$
DECLARE
  v_defaults TEXT[];
BEGIN
  SELECT array_agg(model_id::text ORDER BY model_id) INTO v_defaults FROM public.model_config WHERE is_default;
  ASSERT v_defaults = ARRAY['claude-3-5-sonnet-20241022', 'gemini-2.5-pro', 'gpt-4o'],
    format('defaults: %s', v_defaults);
  ASSERT (SELECT input_pricing_per_million_tokens FROM public.model_config WHERE model_id = 'gemini-2.5-pro') = 9,
    'the edited price must be kept';
  ASSERT (SELECT COUNT(*) FROM public.model_config) = 9, 'missing models must be added once';
END;
$$;
