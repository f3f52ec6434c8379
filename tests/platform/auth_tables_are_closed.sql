-- The API's roles may name the schema auth, but none of them reads or writes a table in it.

DO $$
DECLARE
  wrong text;
  api name;
BEGIN
  SELECT string_agg(format('%s on %s', role, pg_class.oid::regclass), ', ') INTO wrong
  FROM pg_class, unnest(ARRAY['anon', 'authenticated', 'service_role']) AS role
  WHERE relnamespace = 'auth'::regnamespace AND relkind = 'r'
    AND has_table_privilege(role, pg_class.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER');
  ASSERT wrong IS NULL, wrong;

  FOREACH api IN ARRAY ARRAY['anon', 'authenticated'] LOOP
    EXECUTE format('SET LOCAL ROLE %I', api);
    BEGIN
      PERFORM FROM auth.users;
      ASSERT false, api || ' reads auth.users';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
  END LOOP;
END
$$;
