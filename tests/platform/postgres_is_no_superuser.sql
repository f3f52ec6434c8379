-- postgres is not a superuser: it can neither alter, drop nor take over auth.users, nor become its owner.

SET LOCAL SESSION AUTHORIZATION postgres;

DO $$
DECLARE
  attempt text;
BEGIN
  ASSERT NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), 'postgres is a superuser';
  ASSERT NOT pg_has_role('postgres', 'supabase_auth_admin', 'MEMBER'), 'postgres is a member of supabase_auth_admin';
  FOREACH attempt IN ARRAY ARRAY[
    'DROP TABLE auth.users CASCADE',
    'ALTER TABLE auth.users ADD COLUMN extra text',
    'ALTER TABLE auth.users DISABLE ROW LEVEL SECURITY',
    'ALTER TABLE auth.users OWNER TO postgres',
    'CREATE INDEX ON auth.users (last_sign_in_at)',
    'CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS ''SELECT NULL::uuid''',
    'CREATE TABLE auth.extra ()',
    'CREATE TABLE storage.extra ()',
    'DROP SCHEMA auth CASCADE',
    'DROP SCHEMA storage CASCADE',
    'SET LOCAL ROLE supabase_auth_admin',
    'SET LOCAL ROLE supabase_admin',
    'ALTER ROLE postgres SUPERUSER'
  ] LOOP
    BEGIN
      EXECUTE attempt;
      ASSERT false, 'postgres can do this: ' || attempt;
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
  END LOOP;
END
$$;
