-- What postgres or supabase_admin makes in public is open to the API's roles; what they make elsewhere is not.

DO $$
DECLARE
  maker name;
  api name;
BEGIN
  FOREACH maker IN ARRAY ARRAY['postgres', 'supabase_admin'] LOOP
    EXECUTE format('SET LOCAL ROLE %I', maker);
    EXECUTE format('CREATE TABLE public.%I (id serial)', maker || '_table');
    EXECUTE format('CREATE VIEW public.%I AS SELECT 1 AS one', maker || '_view');
    EXECUTE format('CREATE FUNCTION public.%I() RETURNS integer LANGUAGE sql AS ''SELECT 1''', maker || '_function');
    EXECUTE format('REVOKE ALL ON FUNCTION public.%I() FROM public', maker || '_function');
    EXECUTE format('CREATE SCHEMA %I', maker || '_schema');
    EXECUTE format('CREATE TABLE %I.hidden ()', maker || '_schema');
    RESET ROLE;

    FOREACH api IN ARRAY ARRAY['postgres', 'anon', 'authenticated', 'service_role'] LOOP
      ASSERT has_table_privilege(api, 'public.' || maker || '_table', 'SELECT')
        AND has_table_privilege(api, 'public.' || maker || '_table', 'INSERT')
        AND has_table_privilege(api, 'public.' || maker || '_table', 'UPDATE')
        AND has_table_privilege(api, 'public.' || maker || '_table', 'DELETE')
        AND has_table_privilege(api, 'public.' || maker || '_table', 'TRUNCATE')
        AND has_table_privilege(api, 'public.' || maker || '_table', 'REFERENCES')
        AND has_table_privilege(api, 'public.' || maker || '_table', 'TRIGGER'), api || ' on a table of ' || maker;
      ASSERT has_table_privilege(api, 'public.' || maker || '_view', 'SELECT'), api || ' on a view of ' || maker;
      ASSERT has_sequence_privilege(api, 'public.' || maker || '_table_id_seq', 'USAGE')
        AND has_sequence_privilege(api, 'public.' || maker || '_table_id_seq', 'UPDATE'),
        api || ' on a sequence of ' || maker;
      ASSERT has_function_privilege(api, 'public.' || maker || '_function()', 'EXECUTE'),
        api || ' on a function of ' || maker;
    END LOOP;
    ASSERT NOT has_schema_privilege('anon', maker || '_schema', 'USAGE')
      AND NOT has_table_privilege('anon', maker || '_schema.hidden', 'SELECT'), 'another schema of ' || maker;
  END LOOP;
END
$$;
