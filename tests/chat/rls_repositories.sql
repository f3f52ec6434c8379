-- A user sees, creates, changes and deletes own repositories only; an admin and anon see none.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com'),
  ('33333333-3333-3333-3333-333333333333', 'carol@example.com');

INSERT INTO public.github_repositories (user_id, repo_owner, repo_name)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'example', 'of alice'),
  ('22222222-2222-2222-2222-222222222222', 'example', 'of bob');

SET LOCAL ROLE anon;
SET LOCAL "request.jwt.claims" = '{"role": "anon"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.github_repositories) = 0, 'anon must see no repository';
  BEGIN
    INSERT INTO public.github_repositories (user_id, repo_owner, repo_name)
    VALUES ('11111111-1111-1111-1111-111111111111', 'example', 'of anon');
    ASSERT false, 'anon must not create a repository';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  UPDATE public.github_repositories SET repo_name = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must change no repository';

  DELETE FROM public.github_repositories;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'anon must delete no repository';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" =
  '{"sub": "33333333-3333-3333-3333-333333333333", "role": "authenticated", "user_metadata": {"role": "admin"}}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.github_repositories) = 0, 'an admin must see no repository of others';

  UPDATE public.github_repositories SET repo_name = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must change no repository of others';

  DELETE FROM public.github_repositories;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 0, 'an admin must delete no repository of others';
END;
$$;

SET LOCAL ROLE authenticated;
SET LOCAL "request.jwt.claims" = '{"sub": "11111111-1111-1111-1111-111111111111", "role": "authenticated"}';

DO $$
DECLARE
  n BIGINT;
BEGIN
  ASSERT (SELECT array_agg(repo_name::text) FROM public.github_repositories) = ARRAY['of alice'],
    'alice must see her repository only';

  INSERT INTO public.github_repositories (user_id, repo_owner, repo_name)
  VALUES ('11111111-1111-1111-1111-111111111111', 'example', 'new');
  ASSERT (SELECT COUNT(*) FROM public.github_repositories) = 2, 'alice must see the repository that she created';
  BEGIN
    INSERT INTO public.github_repositories (user_id, repo_owner, repo_name)
    VALUES ('22222222-2222-2222-2222-222222222222', 'example', 'forged');
    ASSERT false, 'alice must not create a repository for bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  -- Without WHERE, so that only the policies for changing decide, and not those for reading.
  UPDATE public.github_repositories SET repo_name = 'changed';
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must change her own repositories only';
  BEGIN
    UPDATE public.github_repositories SET user_id = '22222222-2222-2222-2222-222222222222';
    ASSERT false, 'alice must not give a repository to bob';
  EXCEPTION WHEN insufficient_privilege THEN
    ASSERT SQLERRM LIKE '%row-level security%', SQLERRM;
  END;

  DELETE FROM public.github_repositories;
  GET DIAGNOSTICS n = ROW_COUNT;
  ASSERT n = 2, 'alice must delete her own repositories only';
END;
$$;

RESET ROLE;

DO $$
BEGIN
  ASSERT (SELECT array_agg(repo_name::text) FROM public.github_repositories) = ARRAY['of bob'],
    'the repository of bob must be left as it was';
END;
$$;
