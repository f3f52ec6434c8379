-- Claims that were local to something that has ended read as an empty string, which means the role user and no error.

DO $$
BEGIN
  -- A block with an exception is a transaction in small: what it set locally ends with it.
  BEGIN
    PERFORM set_config('request.jwt.claims', '{"user_metadata": {"role": "admin"}}', true);
    ASSERT public.get_user_role() = 'admin', 'the claims must hold inside the block';
    RAISE EXCEPTION 'end of the block' USING ERRCODE = 'P0999';
  EXCEPTION WHEN SQLSTATE 'P0999' THEN
    NULL;
  END;

  -- Whether the setting is now NULL or empty depends on the session, so the empty string is also set outright.
  ASSERT public.get_user_role() = 'user', 'the role must end with the claims';

  PERFORM set_config('request.jwt.claims', '', true);
  ASSERT public.get_user_role() = 'user', 'empty claims must mean user';
  ASSERT NOT public.is_current_user_admin(), 'empty claims must not mean admin';
  ASSERT auth.uid() IS NULL, 'empty claims must name nobody';
END;
$$;

-- Every policy that asks for the role must get by as well.
SET LOCAL ROLE authenticated;

DO $$
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.admin_config) = 0, 'empty claims must show no configuration';
  ASSERT (SELECT COUNT(*) FROM public.model_config) = 0, 'empty claims must show no model';
END;
$$;
