-- auth.users has 35 columns; confirmed_at follows from the two confirmations; one address is one user, unless by SSO.

INSERT INTO auth.users (id, email, email_confirmed_at, phone_confirmed_at)
VALUES (gen_random_uuid(), 'a@b.c', '2026-01-02', '2026-01-01'), (gen_random_uuid(), 'd@e.f', NULL, NULL);

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM pg_attribute WHERE attrelid = 'auth.users'::regclass AND attnum > 0) = 35, 'columns';
  ASSERT (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'auth.users'::regclass) = 'supabase_auth_admin',
    'owner';
  ASSERT (
    SELECT array_agg(format_type(atttypid, atttypmod) ORDER BY attname)
    FROM pg_attribute
    WHERE attrelid = 'auth.users'::regclass AND attname IN ('id', 'email', 'raw_user_meta_data', 'phone')
  ) = ARRAY['character varying(255)', 'uuid', 'text', 'jsonb'], 'types';

  ASSERT (SELECT confirmed_at = '2026-01-01' FROM auth.users WHERE email = 'a@b.c'), 'the earlier confirmation';
  ASSERT (SELECT confirmed_at IS NULL FROM auth.users WHERE email = 'd@e.f'), 'no confirmation';
  BEGIN
    UPDATE auth.users SET confirmed_at = now();
    ASSERT false, 'confirmed_at can be written';
  EXCEPTION WHEN generated_always OR syntax_error THEN NULL;  -- syntax_error on 13
  END;

  BEGIN
    INSERT INTO auth.users (id, email) VALUES (gen_random_uuid(), 'a@b.c');
    ASSERT false, 'an address twice';
  EXCEPTION WHEN unique_violation THEN NULL;
  END;
  INSERT INTO auth.users (id, email, is_sso_user) VALUES (gen_random_uuid(), 'a@b.c', true);
  UPDATE auth.users SET phone = '123' WHERE email = 'd@e.f';
  BEGIN
    INSERT INTO auth.users (id, phone) VALUES (gen_random_uuid(), '123');
    ASSERT false, 'a phone twice';
  EXCEPTION WHEN unique_violation THEN NULL;
  END;
END
$$;
