-- Deleting a user takes its identities, sessions, tokens and factors along.

DO $$
DECLARE
  alice CONSTANT uuid := gen_random_uuid();
  session CONSTANT uuid := gen_random_uuid();
  factor CONSTANT uuid := gen_random_uuid();
BEGIN
  INSERT INTO auth.users (id, email) VALUES (alice, 'a@b.c');
  INSERT INTO auth.identities (provider_id, user_id, identity_data, provider)
  VALUES ('1', alice, '{"email": "Alice@Example.ORG"}', 'email');
  INSERT INTO auth.sessions (id, user_id) VALUES (session, alice);
  INSERT INTO auth.refresh_tokens (token, session_id) VALUES ('t', session);
  INSERT INTO auth.mfa_amr_claims VALUES (session, now(), now(), 'password', gen_random_uuid());
  INSERT INTO auth.one_time_tokens VALUES (gen_random_uuid(), alice, 'recovery_token', 'hash', 'a@b.c');
  INSERT INTO auth.mfa_factors VALUES (factor, alice, NULL, 'totp', 'verified', now(), now());
  INSERT INTO auth.mfa_challenges VALUES (gen_random_uuid(), factor, now(), NULL, '127.0.0.1');

  ASSERT (SELECT email FROM auth.identities) = 'alice@example.org', 'the address of an identity is generated';
  SET LOCAL ROLE postgres;
  DELETE FROM auth.users WHERE id = alice;
  RESET ROLE;

  ASSERT NOT EXISTS (SELECT FROM auth.identities), 'identities';
  ASSERT NOT EXISTS (SELECT FROM auth.sessions), 'sessions';
  ASSERT NOT EXISTS (SELECT FROM auth.refresh_tokens), 'refresh_tokens';
  ASSERT NOT EXISTS (SELECT FROM auth.mfa_amr_claims), 'mfa_amr_claims';
  ASSERT NOT EXISTS (SELECT FROM auth.one_time_tokens), 'one_time_tokens';
  ASSERT NOT EXISTS (SELECT FROM auth.mfa_factors), 'mfa_factors';
  ASSERT NOT EXISTS (SELECT FROM auth.mfa_challenges), 'mfa_challenges';
END
$$;
