-- auth.role(), auth.email() and auth.jwt() read the claims, whatever their style, and are NULL without them.

SET LOCAL ROLE anon;

DO $$
BEGIN
  ASSERT auth.role() IS NULL AND auth.email() IS NULL AND auth.jwt() IS NULL, 'missing settings';

  PERFORM set_config('request.jwt.claims', '{"role": "authenticated", "email": "a@b.c", "aal": "aal1"}', true);
  ASSERT auth.role() = 'authenticated' AND auth.email() = 'a@b.c', 'the claims as JSON';
  ASSERT auth.jwt() ->> 'aal' = 'aal1', 'the whole token';
  ASSERT auth.jwt() -> 'app_metadata' IS NULL, 'a claim that is not in the token';

  PERFORM set_config('request.jwt.claim.role', 'service_role', true);
  PERFORM set_config('request.jwt.claim.email', 'd@e.f', true);
  PERFORM set_config('request.jwt.claim', '{"aal": "aal2"}', true);
  ASSERT auth.role() = 'service_role' AND auth.email() = 'd@e.f', 'single claims come first';
  ASSERT auth.jwt() = '{"aal": "aal2"}', 'the single setting comes first';

  PERFORM set_config('request.jwt.claim.role', '', true), set_config('request.jwt.claim.email', '', true),
    set_config('request.jwt.claim', '', true);
  ASSERT auth.role() = 'authenticated' AND auth.email() = 'a@b.c' AND auth.jwt() ->> 'aal' = 'aal1', 'empty is absent';

  PERFORM set_config('request.jwt.claims', '', true);
  ASSERT auth.role() IS NULL AND auth.email() IS NULL AND auth.jwt() IS NULL, 'all empty';
END
$$;
