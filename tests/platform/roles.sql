-- The roles have the attributes, memberships and settings of a hosted project.

DO $$
DECLARE
  wrong text;
BEGIN
  SELECT string_agg(format('%s: expected %s, found %s', name, wanted, present), E'\n') INTO wrong
  FROM (VALUES
    -- Superuser, createdb, createrole, replication, bypass of row security, login, inherit.
    ('supabase_admin', 'ttttttt'),
    ('postgres', 'ftttttt'),
    ('anon', 'fffffft'),
    ('authenticated', 'fffffft'),
    ('service_role', 'fffftft'),
    ('authenticator', 'ffffftf'),
    ('supabase_auth_admin', 'fftfftf'),
    ('supabase_storage_admin', 'fftfftf'),
    ('supabase_replication_admin', 'ffftftt'),
    ('supabase_read_only_user', 'ffffttt'),
    ('dashboard_user', 'ftttfft')
  ) AS expected (name, wanted)
  LEFT JOIN (
    SELECT rolname::text AS name, concat(rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
      rolcanlogin, rolinherit) AS present
    FROM pg_roles
  ) AS actual USING (name)
  WHERE wanted IS DISTINCT FROM present;
  ASSERT wrong IS NULL, wrong;

  ASSERT pg_has_role('authenticator', 'anon', 'MEMBER') AND pg_has_role('authenticator', 'authenticated', 'MEMBER')
    AND pg_has_role('authenticator', 'service_role', 'MEMBER'), 'authenticator cannot switch';
  ASSERT NOT pg_has_role('authenticator', 'service_role', 'USAGE'), 'authenticator has the rights without switching';
  ASSERT pg_has_role('postgres', 'pg_monitor', 'USAGE') AND pg_has_role('postgres', 'pg_signal_backend', 'USAGE'),
    'postgres lacks a predefined role';
  ASSERT current_setting('server_version_num')::integer < 140000
    OR pg_has_role('postgres', 'pg_read_all_data', 'USAGE'), 'postgres lacks pg_read_all_data';
  ASSERT (
    SELECT count(*) FROM pg_auth_members
    WHERE member = 'postgres'::regrole AND admin_option
      AND roleid IN ('anon'::regrole, 'authenticated'::regrole, 'service_role'::regrole)
  ) = 3, 'postgres cannot hand on the API''s roles';

  ASSERT (SELECT rolconfig @> ARRAY['statement_timeout=3s'] FROM pg_roles WHERE rolname = 'anon'), 'anon';
  ASSERT (SELECT rolconfig @> ARRAY['statement_timeout=8s'] FROM pg_roles WHERE rolname = 'authenticated'),
    'authenticated';
END
$$;
