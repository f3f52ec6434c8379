-- A session of postgres searches its own schema, public and extensions, by a setting of the role and of no database.

DO $$
BEGIN
  ASSERT (
    SELECT rolconfig @> ARRAY['search_path="$user", public, extensions'] FROM pg_roles WHERE rolname = 'postgres'
  ), 'the role has another search path';
  ASSERT NOT EXISTS (
    SELECT FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
  ), 'the database has settings';
END
$$;

SET LOCAL ROLE postgres;
SET LOCAL search_path = "$user", public, extensions;

DO $$
BEGIN
  ASSERT current_schemas(false) = ARRAY['public', 'extensions']::name[], 'a schema is not there or not open';
  ASSERT NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'uuid-ossp')
    OR to_regprocedure('uuid_generate_v4()') IS NOT NULL, 'uuid_generate_v4() needs its schema';
  ASSERT NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pgcrypto')
    OR to_regprocedure('crypt(text, text)') IS NOT NULL, 'crypt() needs its schema';
END
$$;
