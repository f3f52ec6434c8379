-- The platform's schemas, extensions and publication are there, with their owners and the roles that may use them.

DO $$
DECLARE
  wrong text;
BEGIN
  SELECT string_agg(format('%s of %s', name, owner), ', ') INTO wrong
  FROM (VALUES
    ('auth', 'supabase_admin'), ('storage', 'supabase_admin'), ('realtime', 'supabase_admin'),
    ('vault', 'supabase_admin'), ('graphql', 'supabase_admin'), ('graphql_public', 'supabase_admin'),
    ('extensions', 'postgres')
  ) AS expected (name, owner)
  WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = name AND pg_get_userbyid(nspowner) = owner);
  ASSERT wrong IS NULL, wrong;

  SELECT string_agg(format('%s on %s', role, schema), ', ') INTO wrong
  FROM unnest(ARRAY['postgres', 'anon', 'authenticated', 'service_role']) AS role,
    unnest(ARRAY['public', 'extensions', 'auth', 'storage']) AS schema
  WHERE NOT has_schema_privilege(role, schema, 'USAGE');
  ASSERT wrong IS NULL, wrong;
  ASSERT has_schema_privilege('postgres', 'public', 'CREATE'), 'postgres cannot create in public';
  ASSERT NOT has_schema_privilege('postgres', 'auth', 'CREATE')
    AND NOT has_schema_privilege('postgres', 'storage', 'CREATE'), 'postgres can create in a schema of the platform';

  SELECT string_agg(name, ', ') INTO wrong
  FROM pg_available_extensions AS available
  WHERE name IN ('uuid-ossp', 'pgcrypto', 'pgjwt') AND NOT EXISTS (
    SELECT FROM pg_extension
    WHERE extname = available.name AND extnamespace = 'extensions'::regnamespace
  );
  ASSERT wrong IS NULL, 'an extension is available but not installed: ' || wrong;

  ASSERT (
    SELECT pubowner = 'postgres'::regrole AND NOT puballtables FROM pg_publication WHERE pubname = 'supabase_realtime'
  ), 'publication supabase_realtime';
  ASSERT NOT EXISTS (SELECT FROM pg_publication_tables WHERE pubname = 'supabase_realtime'), 'it is not empty';
END
$$;
