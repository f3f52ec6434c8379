-- In six tables a row can be written only for a user who exists, by clients as well, and is not handed to nobody later.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

INSERT INTO public."Document" (id, "createdAt", title, user_id)
VALUES ('aaaaaaaa-0000-0000-0000-000000000001', '2024-01-01', 'notes', '11111111-1111-1111-1111-111111111111');

-- Row security would refuse most of these rows before the trigger is asked, and is not what is tested here.
SET LOCAL ROLE service_role;

DO $$
DECLARE
  alice    CONSTANT TEXT := '11111111-1111-1111-1111-111111111111';
  bob      CONSTANT TEXT := '22222222-2222-2222-2222-222222222222';
  nobody   CONSTANT TEXT := '99999999-9999-9999-9999-999999999999';
  v_insert CONSTANT TEXT := 'INSERT INTO public.%I (user_id, %s) VALUES (%L, %s)';
  v_case   RECORD;
BEGIN
  FOR v_case IN
    SELECT *
    FROM (
      VALUES
        ('Chat', 'title', '''talk'''),
        ('Document', 'id, "createdAt", title', 'gen_random_uuid(), NOW(), ''notes'''),
        (
          'Suggestion',
          '"documentId", "documentCreatedAt", "originalText", "suggestedText"',
          '''aaaaaaaa-0000-0000-0000-000000000001'', ''2024-01-01'', ''a'', ''b'''
        ),
        ('usage_logs', 'agent_type', '''python_agent'''),
        (
          'rate_limit_tracking',
          'agent_type, period_start, period_end, limit_type, limit_value',
          '''python_agent'', NOW(), NOW(), ''daily'', 1'
        ),
        ('github_repositories', 'repo_owner, repo_name', '''example'', ''plans''')
    ) AS c (tab, cols, vals)
  LOOP
    BEGIN
      EXECUTE format(v_insert, v_case.tab, v_case.cols, nobody, v_case.vals);
      ASSERT false, format('%s must refuse an unknown user', v_case.tab);
    EXCEPTION WHEN foreign_key_violation THEN
      ASSERT SQLERRM LIKE '%' || v_case.tab || '%' AND SQLERRM LIKE '%' || nobody || '%',
        format('the message must name table and user: %s', SQLERRM);
    END;

    EXECUTE format(v_insert, v_case.tab, v_case.cols, alice, v_case.vals);

    BEGIN
      EXECUTE format('UPDATE public.%I SET user_id = %L WHERE user_id = %L', v_case.tab, nobody, alice);
      ASSERT false, format('%s must not be handed to an unknown user', v_case.tab);
    EXCEPTION WHEN foreign_key_violation THEN
      ASSERT SQLERRM LIKE '%' || nobody || '%', format('the message must name the user: %s', SQLERRM);
    END;

    EXECUTE format('UPDATE public.%I SET user_id = %L WHERE user_id = %L', v_case.tab, bob, alice);
  END LOOP;
END;
$$;
