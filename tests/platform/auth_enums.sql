-- The enums of auth and storage have the labels of a hosted project, in their order, and the services as owners.

DO $$
DECLARE
  wrong text;
BEGIN
  SELECT string_agg(format('%s: expected %s, found %s', name, wanted, present), E'\n') INTO wrong
  FROM (VALUES
    ('auth.aal_level', 'aal1 aal2 aal3'),
    ('auth.code_challenge_method', 's256 plain'),
    ('auth.factor_status', 'unverified verified'),
    ('auth.factor_type', 'totp webauthn phone'),
    ('auth.oauth_authorization_status', 'pending approved denied expired'),
    ('auth.oauth_client_type', 'public confidential'),
    ('auth.oauth_registration_type', 'dynamic manual'),
    ('auth.oauth_response_type', 'code'),
    ('auth.one_time_token_type', 'confirmation_token reauthentication_token recovery_token email_change_token_new'
      || ' email_change_token_current phone_change_token'),
    ('storage.buckettype', 'STANDARD ANALYTICS VECTOR')
  ) AS expected (name, wanted)
  FULL JOIN (
    SELECT format('%s.%s', nspname, typname) AS name, string_agg(enumlabel, ' ' ORDER BY enumsortorder) AS present
    FROM pg_enum
    JOIN pg_type ON pg_type.oid = enumtypid
    JOIN pg_namespace ON pg_namespace.oid = typnamespace
    WHERE nspname IN ('auth', 'storage') AND pg_get_userbyid(typowner) = 'supabase_' || nspname || '_admin'
    GROUP BY nspname, typname
  ) AS actual USING (name)
  WHERE wanted IS DISTINCT FROM present;
  ASSERT wrong IS NULL, wrong;
END
$$;
