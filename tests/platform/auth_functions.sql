-- The functions of auth are stable SQL with the caller's rights, owned by supabase_auth_admin, open to the API's roles.

DO $$
BEGIN
  ASSERT (
    SELECT string_agg(format('%s %s', proname, prorettype::regtype), ', ' ORDER BY proname)
    FROM pg_proc
    WHERE pronamespace = 'auth'::regnamespace AND pronargs = 0 AND provolatile = 's' AND NOT prosecdef
      AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql')
      AND pg_get_userbyid(proowner) = 'supabase_auth_admin'
      AND has_function_privilege('anon', oid, 'EXECUTE')
      AND has_function_privilege('authenticated', oid, 'EXECUTE')
      AND has_function_privilege('service_role', oid, 'EXECUTE')
      AND has_function_privilege('postgres', oid, 'EXECUTE')
  ) = 'email text, jwt jsonb, role text, uid uuid';
END
$$;
