-- Owners, row security and privileges of the objects in auth and storage, after all of them exist.

-- On hosted projects the service that keeps a schema owns what is in it.
DO $$
DECLARE
  command text;
BEGIN
  FOR command IN
    WITH keeper (schema, role) AS (
      SELECT nsp.oid, 'supabase_' || nspname || '_admin'
      FROM pg_namespace AS nsp WHERE nspname IN ('auth', 'storage')
    )
    SELECT format('ALTER TABLE %s OWNER TO %I', pg_class.oid::regclass, role)
    FROM keeper JOIN pg_class ON relnamespace = schema WHERE relkind = 'r'
    UNION ALL
    SELECT format('ALTER TYPE %s OWNER TO %I', pg_type.oid::regtype, role)
    FROM keeper JOIN pg_type ON typnamespace = schema WHERE typtype = 'e'
    UNION ALL
    SELECT format('ALTER FUNCTION %s OWNER TO %I', pg_proc.oid::regprocedure, role)
    FROM keeper JOIN pg_proc ON pronamespace = schema
  LOOP
    EXECUTE command;
  END LOOP;
END
$$;

-- Row security is on, and there is no policy: the API's roles see nothing until the project writes one. The newest
-- tables of auth go without it, since no role of the API holds a privilege on them.
DO $$
DECLARE
  secured regclass;
BEGIN
  FOR secured IN
    SELECT oid FROM pg_class
    WHERE relkind = 'r' AND relnamespace IN ('auth'::regnamespace, 'storage'::regnamespace)
      AND oid::regclass::text NOT IN ('auth.custom_oauth_providers', 'auth.oauth_authorizations',
        'auth.oauth_client_states', 'auth.oauth_clients', 'auth.oauth_consents', 'auth.webauthn_challenges',
        'auth.webauthn_credentials')
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', secured);
  END LOOP;
END
$$;

-- The customer may read and change users, refer to them and put triggers on them, but owns none of it.
GRANT ALL ON ALL TABLES IN SCHEMA auth TO postgres, dashboard_user;
GRANT ALL ON ALL SEQUENCES IN SCHEMA auth TO postgres, dashboard_user;
GRANT ALL ON ALL ROUTINES IN SCHEMA auth TO postgres, dashboard_user;
GRANT SELECT ON ALL TABLES IN SCHEMA auth TO postgres WITH GRANT OPTION;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON auth.schema_migrations FROM postgres, dashboard_user;

-- What anon and authenticated may really do with objects and buckets is for policies to say.
GRANT ALL ON storage.buckets, storage.objects TO postgres WITH GRANT OPTION;
GRANT ALL ON storage.buckets, storage.objects, storage.buckets_analytics TO anon, authenticated, service_role;
GRANT ALL ON storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts, storage.iceberg_namespaces,
  storage.iceberg_tables TO service_role;
GRANT SELECT ON storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts, storage.iceberg_namespaces,
  storage.iceberg_tables, storage.buckets_vectors, storage.vector_indexes TO anon, authenticated, service_role;
GRANT ALL ON ALL ROUTINES IN SCHEMA storage TO postgres, anon, authenticated, service_role, dashboard_user;
