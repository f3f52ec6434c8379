-- The models that the application offers at first, with prices in US dollars per million tokens.
--
-- Prices, context windows and output limits are placeholders taken from public price lists. They change often, and
-- admins keep them in the application; nothing here corrects a row that exists.
--
-- A row is inserted only where its model_id is missing, and becomes the default only where its provider has none
-- yet, so that a repeated run leaves the choice of an admin alone. ON CONFLICT DO NOTHING would not do: it fires
-- the triggers for rows that are then not inserted.

INSERT INTO public.model_config (
  model_id,
  name,
  description,
  provider,
  is_active,
  is_default,
  thinking_enabled,
  input_pricing_per_million_tokens,
  output_pricing_per_million_tokens,
  metadata
)
SELECT
  seed.model_id,
  seed.name,
  seed.description,
  seed.provider,
  seed.is_active,
  seed.is_default AND NOT EXISTS (
    SELECT 1 FROM public.model_config AS present WHERE present.provider = seed.provider AND present.is_default
  ),
  seed.thinking_enabled,
  seed.input_price,
  seed.output_price,
  seed.metadata
FROM (
  VALUES
    -- The models of Google.
    (
      'gemini-2.0-flash', 'Gemini 2.0 Flash', 'Fast model for everyday questions.', 'google',
      true, true, false, 0.1000, 0.4000,
      $json${"contextWindow": 1048576, "maxOutputTokens": 8192}$json$::jsonb
    ),
    (
      'gemini-2.5-flash', 'Gemini 2.5 Flash', 'Fast model that can reason before it answers.', 'google',
      true, false, true, 0.3000, 2.5000,
      $json${"contextWindow": 1048576, "maxOutputTokens": 65536}$json$::jsonb
    ),
    (
      'gemini-2.5-pro', 'Gemini 2.5 Pro', 'Strongest Gemini model, for hard questions and long inputs.', 'google',
      true, false, true, 1.2500, 10.0000,
      $json${"contextWindow": 1048576, "maxOutputTokens": 65536}$json$::jsonb
    ),
    (
      'gemma-3', 'Gemma 3', 'Open model, for trials.', 'google',
      false, false, false, 0.0000, 0.0000,
      $json${"contextWindow": 131072, "maxOutputTokens": 8192}$json$::jsonb
    ),
    -- The models of OpenAI.
    (
      'gpt-4o', 'GPT-4o', 'Versatile model for text and images.', 'openai',
      true, true, false, 2.5000, 10.0000,
      $json${"contextWindow": 128000, "maxOutputTokens": 16384}$json$::jsonb
    ),
    (
      'gpt-4o-mini', 'GPT-4o mini', 'Small and cheap model for simple tasks.', 'openai',
      true, false, false, 0.1500, 0.6000,
      $json${"contextWindow": 128000, "maxOutputTokens": 16384}$json$::jsonb
    ),
    (
      'gpt-4-turbo', 'GPT-4 Turbo', 'Earlier large model, kept for comparison.', 'openai',
      false, false, false, 10.0000, 30.0000,
      $json${"contextWindow": 128000, "maxOutputTokens": 4096}$json$::jsonb
    ),
    -- The models of Anthropic.
    (
      'claude-3-5-sonnet-20241022', 'Claude 3.5 Sonnet', 'Strong model for writing and code.', 'anthropic',
      true, true, false, 3.0000, 15.0000,
      $json${"contextWindow": 200000, "maxOutputTokens": 8192}$json$::jsonb
    ),
    (
      'claude-3-5-haiku-20241022', 'Claude 3.5 Haiku', 'Fast model for short tasks.', 'anthropic',
      true, false, false, 0.8000, 4.0000,
      $json${"contextWindow": 200000, "maxOutputTokens": 8192}$json$::jsonb
    ),
    (
      'claude-3-opus-20240229', 'Claude 3 Opus', 'Earlier large model, kept for comparison.', 'anthropic',
      false, false, false, 15.0000, 75.0000,
      $json${"contextWindow": 200000, "maxOutputTokens": 4096}$json$::jsonb
    )
) AS seed (
  model_id, name, description, provider,
  is_active, is_default, thinking_enabled, input_price, output_price,
  metadata
)
WHERE NOT EXISTS (
  SELECT 1 FROM public.model_config AS present WHERE present.model_id = seed.model_id
);
