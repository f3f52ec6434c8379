-- auth.uid() is the caller's id from either style of claim, and NULL where the setting is missing, empty or over.

SET LOCAL ROLE authenticated;

DO $$
DECLARE
  alice CONSTANT uuid := '11111111-1111-1111-1111-111111111111';
  bob CONSTANT uuid := '22222222-2222-2222-2222-222222222222';
BEGIN
  ASSERT auth.uid() IS NULL, 'missing settings';

  BEGIN
    PERFORM set_config('request.jwt.claims', json_build_object('sub', alice)::text, true);
    ASSERT auth.uid() = alice, 'the claims as JSON';
    RAISE SQLSTATE 'T0001';
  EXCEPTION WHEN SQLSTATE 'T0001' THEN
    ASSERT current_setting('request.jwt.claims', true) = '', 'a setting that is over reads as empty';
    ASSERT auth.uid() IS NULL, 'a setting that is over';
  END;

  PERFORM set_config('request.jwt.claims', '{"role": "authenticated"}', true);
  ASSERT auth.uid() IS NULL, 'claims without a subject';

  PERFORM set_config('request.jwt.claim.sub', bob::text, true);
  ASSERT auth.uid() = bob, 'the single claim';
  PERFORM set_config('request.jwt.claims', json_build_object('sub', alice)::text, true);
  ASSERT auth.uid() = bob, 'the single claim comes first';
  PERFORM set_config('request.jwt.claim.sub', '', true);
  ASSERT auth.uid() = alice, 'an empty single claim counts as absent';
  PERFORM set_config('request.jwt.claims', '', true);
  ASSERT auth.uid() IS NULL, 'both empty';

  BEGIN
    PERFORM set_config('request.jwt.claim.sub', 'nobody', true);
    PERFORM auth.uid();
    ASSERT false, 'a subject that is not a uuid is an error';
  EXCEPTION WHEN invalid_text_representation THEN NULL;
  END;
END
$$;
