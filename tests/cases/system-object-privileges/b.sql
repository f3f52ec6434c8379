CREATE EXTENSION tablefunc;
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO authenticated;
REVOKE EXECUTE ON FUNCTION normal_rand(integer, float8, float8) FROM PUBLIC;
GRANT SELECT ON pg_authid TO anon;
