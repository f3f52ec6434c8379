-- A user sees, creates, changes and deletes own documents only; an admin and anon see none.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com'),
  ('33333333-3333-3333-3333-333333333333', 'carol@example.com');

INSERT INTO public."Document" (id, "createdAt", title, user_id)
VALUES
  (gen_random_uuid(), NOW(), 'of alice', '11111111-1111-1111-1111-111111111111'),
  (gen_random_uuid(), NOW(), 'of bob', '22222222-2222-2222-2222-222222222222');

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Document") = 0, 'anon must see no document';
  BEGIN
    INSERT INTO public."Document" (id, "createdAt", title, user_id)
    VALUES (gen_random_uuid(), NOW(), 'of anon', '11111111-1111-1111-1111-111111111111');
    ASSERT false, 'anon must not create a document';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public."Document" SET title = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must change no document';

  DELETE FROM public."Document";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must delete no document';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" =
  '{"sub": "33333333-3333-3333-3333-333333333333", "role": "authenticated", "user_metadata": {"role": "admin"}}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Document") = 0, 'an admin must see no document of others';

  UPDATE public."Document" SET title = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must change no document of others';

  DELETE FROM public."Document";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must delete no document of others';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT array_agg(title::text) FROM public."Document") = ARRAY['of alice'],
    'alice must see her document only';

  INSERT INTO public."Document" (id, "createdAt", title, user_id)
  VALUES (gen_random_uuid(), NOW(), 'new', '11111111-1111-1111-1111-111111111111');
  ASSERT (SELECT COUNT(*) FROM public."Document") = 2, 'alice must see the document that she created';
  BEGIN
    INSERT INTO public."Document" (id, "createdAt", title, user_id)
    VALUES (gen_random_uuid(), NOW(), 'forged', '22222222-2222-2222-2222-222222222222');
    ASSERT false, 'alice must not create a document for bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  -- Without WHERE, so that only the policies for changing decide, and not those for reading.
  UPDATE public."Document" SET title = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must change her own documents only';
  BEGIN
    UPDATE public."Document" SET user_id = '22222222-2222-2222-2222-222222222222';
    ASSERT false, 'alice must not give a document to bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  DELETE FROM public."Document";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must delete her own documents only';
END;
$$;

RESET ROLE;

DO $$
BEGIN
  ASSERT (SELECT array_agg(title::text) FROM public."Document") = ARRAY['of bob'],
    'the document of bob must be left as it was';
END;
$$;
