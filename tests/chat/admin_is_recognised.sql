-- Only the role admin makes a user an admin, and every API role may ask.

DO $$
BEGIN
  ASSERT public.is_current_user_admin() IS FALSE, 'without claims nobody is an admin';

  SET LOCAL ROLE anon;
  ASSERT public.is_current_user_admin() IS FALSE, 'anon must be able to ask';

  SET LOCAL ROLE authenticated;
  PERFORM set_config('request.jwt.claims', '{"user_metadata": {"role": "user"}}', true);
  ASSERT public.is_current_user_admin() IS FALSE, 'the role user must not be an admin';

  PERFORM set_config('request.jwt.claims', '{"user_metadata": {"role": "administrator"}}', true);
  ASSERT public.is_current_user_admin() IS FALSE, 'another role must not be an admin';

  PERFORM set_config('request.jwt.claims', '{"user_metadata": {"role": "admin"}}', true);
  ASSERT public.is_current_user_admin() IS TRUE, 'the role admin must be an admin';
END;
$$;
