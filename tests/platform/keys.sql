-- Every table of auth and storage has its primary key, and the foreign keys of a hosted project with their actions.

SET LOCAL search_path = '';

DO $$
DECLARE
  wrong text;
BEGIN
  SELECT string_agg(pg_class.oid::regclass::text, ', ') INTO wrong
  FROM pg_class
  WHERE relkind = 'r' AND relnamespace IN ('auth'::regnamespace, 'storage'::regnamespace)
    AND NOT EXISTS (
      SELECT FROM pg_constraint
      JOIN pg_attribute ON attrelid = conrelid AND conkey = ARRAY[attnum]
      WHERE conrelid = pg_class.oid AND contype = 'p'
        AND attname = CASE relname WHEN 'schema_migrations' THEN 'version' ELSE 'id' END
    );
  ASSERT wrong IS NULL, 'no primary key: ' || wrong;

  SELECT string_agg(coalesce(wanted, present), E'\n') INTO wrong
  FROM (VALUES
    ('auth.identities.user_id auth.users c'), ('auth.mfa_amr_claims.session_id auth.sessions c'),
    ('auth.mfa_challenges.factor_id auth.mfa_factors c'), ('auth.mfa_factors.user_id auth.users c'),
    ('auth.oauth_authorizations.client_id auth.oauth_clients c'),
    ('auth.oauth_authorizations.user_id auth.users c'), ('auth.oauth_consents.client_id auth.oauth_clients c'),
    ('auth.oauth_consents.user_id auth.users c'), ('auth.one_time_tokens.user_id auth.users c'),
    ('auth.refresh_tokens.session_id auth.sessions c'), ('auth.saml_providers.sso_provider_id auth.sso_providers c'),
    ('auth.saml_relay_states.flow_state_id auth.flow_state c'),
    ('auth.saml_relay_states.sso_provider_id auth.sso_providers c'),
    ('auth.sessions.oauth_client_id auth.oauth_clients c'), ('auth.sessions.user_id auth.users c'),
    ('auth.sso_domains.sso_provider_id auth.sso_providers c'), ('auth.webauthn_challenges.user_id auth.users c'),
    ('auth.webauthn_credentials.user_id auth.users c'),
    ('storage.iceberg_namespaces.catalog_id storage.buckets_analytics c'),
    ('storage.iceberg_tables.catalog_id storage.buckets_analytics c'),
    ('storage.iceberg_tables.namespace_id storage.iceberg_namespaces c'),
    ('storage.objects.bucket_id storage.buckets a'), ('storage.s3_multipart_uploads.bucket_id storage.buckets a'),
    ('storage.s3_multipart_uploads_parts.bucket_id storage.buckets a'),
    ('storage.s3_multipart_uploads_parts.upload_id storage.s3_multipart_uploads c'),
    ('storage.vector_indexes.bucket_id storage.buckets_vectors a')
  ) AS expected (wanted)
  FULL JOIN (
    SELECT format('%s.%s %s %s', conrelid::regclass, attname, confrelid::regclass, confdeltype) AS present
    FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND conkey = ARRAY[attnum]
    WHERE contype = 'f' AND connamespace IN ('auth'::regnamespace, 'storage'::regnamespace)
  ) AS actual ON wanted = present
  WHERE wanted IS NULL OR present IS NULL;
  ASSERT wrong IS NULL, wrong;
END
$$;
