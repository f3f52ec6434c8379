-- An admin can change the default model through the API, with row security in force.

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "user_metadata": {"role": "admin"}}';

UPDATE public.model_config SET is_default = true WHERE model_id = 'gpt-4o-mini';

DO $$
BEGIN
  ASSERT (SELECT array_agg(model_id::text) FROM public.model_config WHERE provider = 'openai' AND is_default)
    = ARRAY['gpt-4o-mini'], 'gpt-4o-mini must be the only default of OpenAI';
END;
$$;
