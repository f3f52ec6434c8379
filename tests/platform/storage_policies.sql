-- postgres may write policies on storage.objects and storage.buckets, and they decide what a signed-in user sees.

SET LOCAL ROLE postgres;
INSERT INTO storage.buckets (id, name, public) VALUES ('avatars', 'avatars', true) ON CONFLICT (id) DO NOTHING;
CREATE POLICY "own folder" ON storage.objects TO authenticated
  USING (bucket_id = 'avatars' AND (storage.foldername(name))[1] = auth.uid()::text);
CREATE POLICY "all buckets" ON storage.buckets FOR SELECT TO authenticated USING (true);
INSERT INTO storage.objects (bucket_id, name) VALUES ('avatars', '22222222-2222-2222-2222-222222222222/bob.png');

SET LOCAL ROLE authenticated;
SET LOCAL request.jwt.claims = '{"sub": "11111111-1111-1111-1111-111111111111"}';

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM storage.buckets) = 1, 'the policy on buckets';
  INSERT INTO storage.objects (bucket_id, name) VALUES ('avatars', '11111111-1111-1111-1111-111111111111/alice.png');
  ASSERT (SELECT array_agg(storage.filename(name)) FROM storage.objects) = ARRAY['alice.png'], 'others'' objects';
  BEGIN
    INSERT INTO storage.objects (bucket_id, name) VALUES ('avatars', '22222222-2222-2222-2222-222222222222/x.png');
    ASSERT false, 'an object in a folder of someone else';
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
END
$$;

SET LOCAL ROLE postgres;
ALTER POLICY "own folder" ON storage.objects USING (false);
DROP POLICY IF EXISTS "own folder" ON storage.objects;
