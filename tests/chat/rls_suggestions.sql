-- A user sees, creates, changes and deletes own suggestions only; an admin and anon see none.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com'),
  ('33333333-3333-3333-3333-333333333333', 'carol@example.com');

INSERT INTO public."Document" (id, "createdAt", title, user_id)
VALUES
  ('aaaaaaaa-0000-0000-0000-000000000001', '2024-01-01', 'of alice', '11111111-1111-1111-1111-111111111111'),
  ('bbbbbbbb-0000-0000-0000-000000000001', '2024-01-01', 'of bob', '22222222-2222-2222-2222-222222222222');

INSERT INTO public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", user_id)
VALUES
  ('aaaaaaaa-0000-0000-0000-000000000001', '2024-01-01', 'of alice', 'better', '11111111-1111-1111-1111-111111111111'),
  ('bbbbbbbb-0000-0000-0000-000000000001', '2024-01-01', 'of bob', 'better', '22222222-2222-2222-2222-222222222222');

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Suggestion") = 0, 'anon must see no suggestion';
  BEGIN
    INSERT INTO public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", user_id)
   
    VALUES
      (
        'aaaaaaaa-0000-0000-0000-000000000001', '2024-01-01', 'of anon', 'better',
        '11111111-1111-1111-1111-111111111111'
      );
    ASSERT false, 'anon must not create a suggestion';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public."Suggestion" SET "originalText" = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must change no suggestion';

  DELETE FROM public."Suggestion";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must delete no suggestion';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" =
  '{"sub": "33333333-3333-3333-3333-333333333333", "role": "authenticated", "user_metadata": {"role": "admin"}}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public."Suggestion") = 0, 'an admin must see no suggestion of others';

  UPDATE public."Suggestion" SET "originalText" = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must change no suggestion of others';

  DELETE FROM public."Suggestion";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must delete no suggestion of others';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT array_agg("originalText"::text) FROM public."Suggestion") = ARRAY['of alice'],
    'alice must see her suggestion only';

  INSERT INTO public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", user_id)
 
  VALUES
    ('aaaaaaaa-0000-0000-0000-000000000001', '2024-01-01', 'new', 'better', '11111111-1111-1111-1111-111111111111');
  ASSERT (SELECT COUNT(*) FROM public."Suggestion") = 2, 'alice must see the suggestion that she created';
  BEGIN
    INSERT INTO public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", user_id)
   
    VALUES
      (
        'bbbbbbbb-0000-0000-0000-000000000001', '2024-01-01', 'forged', 'better',
        '22222222-2222-2222-2222-222222222222'
      );
    ASSERT false, 'alice must not create a suggestion for bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  -- Without WHERE, so that only the policies for changing decide, and not those for reading.
  UPDATE public."Suggestion" SET "originalText" = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must change her own suggestions only';
  BEGIN
    UPDATE public."Suggestion" SET user_id = '22222222-2222-2222-2222-222222222222';
    ASSERT false, 'alice must not give a suggestion to bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  DELETE FROM public."Suggestion";
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must delete her own suggestions only';
END;
$$;

RESET ROLE;

DO $$
BEGIN
  ASSERT (SELECT array_agg("originalText"::text) FROM public."Suggestion") = ARRAY['of bob'],
    'the suggestion of bob must be left as it was';
END;
$$;
