-- Row security is on for the tables of auth and storage, except for the newest of auth, and never forced.

DO $$
DECLARE
  wrong text;
BEGIN
  SELECT string_agg(format('%s.%s', nspname, relname), ', ') INTO wrong
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relkind = 'r' AND nspname IN ('auth', 'storage') AND (relforcerowsecurity OR relrowsecurity =
    ((nspname || '.' || relname) IN (
      'auth.custom_oauth_providers',
      'auth.oauth_authorizations',
      'auth.oauth_client_states',
      'auth.oauth_clients',
      'auth.oauth_consents',
      'auth.webauthn_challenges',
      'auth.webauthn_credentials'
    )));
  ASSERT wrong IS NULL, 'row security is not as on a hosted project: ' || wrong;
  ASSERT (SELECT count(*) FROM pg_policies WHERE schemaname IN ('auth', 'storage')) = 0, 'there are policies already';
END
$$;
