-- The policy that lets admins read configurations does so by itself, without the wider one that lets them write.

DROP POLICY "Admins can update admin_config" ON public.admin_config;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.admin_config) = 0, 'a user must see no configuration';
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

  UPDATE public.admin_config SET updated_by = NULL;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'reading must not be enough to write';
END;
$$;
