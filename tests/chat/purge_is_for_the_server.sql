-- Neither anon nor a signed-in user, not even an admin, can purge the logs.

DO $$
DECLARE
  v_role TEXT;
BEGIN
  PERFORM set_config('request.jwt.claims', '{"user_metadata": {"role": "admin"}}', true);

  FOREACH v_role IN ARRAY ARRAY['anon', 'authenticated'] LOOP
    EXECUTE format('SET LOCAL ROLE %I', v_role);
    BEGIN
      PERFORM public.purge_old_activity_logs();
      ASSERT false, format('%s must not purge', v_role);
    EXCEPTION WHEN insufficient_privilege THEN
      ASSERT SQLERRM LIKE '%purge_old_activity_logs%', SQLERRM;
    END;
  END LOOP;
END;
$$;
