-- Only admins see, add, change and delete configurations.

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.admin_config) = 0, 'anon must see no configuration';
  BEGIN
    INSERT INTO public.admin_config (config_key, config_data) VALUES ('extra', '{}');
    ASSERT false, 'anon must not add a configuration';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public.admin_config SET updated_by = NULL;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must change no configuration';

  DELETE FROM public.admin_config;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must delete no configuration';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.admin_config) = 0, 'a user must see no configuration';
  BEGIN
    INSERT INTO public.admin_config (config_key, config_data) VALUES ('extra', '{}');
    ASSERT false, 'a user must not add a configuration';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public.admin_config SET updated_by = NULL;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'a user must change no configuration';

  DELETE FROM public.admin_config;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'a user must delete no configuration';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" =
  '{"sub": "33333333-3333-3333-3333-333333333333", "role": "authenticated", "user_metadata": {"role": "admin"}}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.admin_config) = 20, 'an admin must see all configurations';

  INSERT INTO public.admin_config (config_key, config_data) VALUES ('extra', '{}');
  UPDATE public.admin_config SET updated_by = NULL;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 21, 'an admin must change all configurations';

  DELETE FROM public.admin_config WHERE config_key = 'extra';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 1, 'an admin must delete a configuration';
END;
$$;
