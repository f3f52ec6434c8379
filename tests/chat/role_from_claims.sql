-- The role of a request is the one in its JWT, and user where the JWT names none or there is no JWT.

DO $$
BEGIN
  ASSERT public.get_user_role() = 'user', 'without claims the role must be user';

  PERFORM set_config('request.jwt.claims', '{"role": "authenticated"}', true);
  ASSERT public.get_user_role() = 'user', 'the database role in the claims must not count';

  PERFORM set_config('request.jwt.claims', '{"user_metadata": {"name": "Alice"}}', true);
  ASSERT public.get_user_role() = 'user', 'user_metadata without a role must mean user';

  PERFORM set_config('request.jwt.claims', '{"user_metadata": {"role": "admin"}}', true);
  ASSERT public.get_user_role() = 'admin', 'the role in user_metadata must count';
END;
$$;
