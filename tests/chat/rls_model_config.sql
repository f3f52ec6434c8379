-- Models are seen by signed-in users and by admins, changed by admins only, and not seen by anon.

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.model_config) = 0, 'anon must see no model';
  BEGIN
    INSERT INTO public.model_config
      (model_id, name, provider, input_pricing_per_million_tokens, output_pricing_per_million_tokens)
    VALUES ('extra', 'Extra', 'google', 1, 1);
    ASSERT false, 'anon must not add a model';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public.model_config SET name = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must change no model';

  DELETE FROM public.model_config;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must delete no model';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.model_config) = 10, 'a user must see every model';
  BEGIN
    INSERT INTO public.model_config
      (model_id, name, provider, input_pricing_per_million_tokens, output_pricing_per_million_tokens)
    VALUES ('extra', 'Extra', 'google', 1, 1);
    ASSERT false, 'a user must not add a model';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public.model_config SET name = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'a user must change no model';

  DELETE FROM public.model_config;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'a user must delete no model';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" =
  '{"sub": "33333333-3333-3333-3333-333333333333", "role": "authenticated", "user_metadata": {"role": "admin"}}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  INSERT INTO public.model_config
    (model_id, name, provider, input_pricing_per_million_tokens, output_pricing_per_million_tokens)
  VALUES ('extra', 'Extra', 'google', 1, 1);

  UPDATE public.model_config SET name = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 11, 'an admin must change every model';

  DELETE FROM public.model_config WHERE model_id = 'extra';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 1, 'an admin must delete a model';
END;
$$;
