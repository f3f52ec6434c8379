CREATE PROCEDURE kind() LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION arguments(a integer, b text DEFAULT 'y') RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION returns(integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION returns_table() RETURNS TABLE (b integer) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION language() RETURNS integer LANGUAGE plpgsql AS ' BEGIN RETURN 1; END ';
CREATE FUNCTION volatility() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION security() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION strict() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION leakproof() RETURNS integer LANGUAGE sql LEAKPROOF AS 'SELECT 1';
CREATE FUNCTION parallel() RETURNS integer LANGUAGE sql PARALLEL RESTRICTED AS 'SELECT 1';
CREATE FUNCTION settings() RETURNS integer LANGUAGE sql SET search_path = public SET work_mem = '8MB' AS 'SELECT 1';
CREATE FUNCTION cost() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION rows() RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION body() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  -- Two.
  RETURN 2;
END
$$;
CREATE FUNCTION overloaded(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION overloaded(bigint) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION "Added"("Odd name" integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION of_owner(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION of_privileges(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION of_comment(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION of_owner(integer) OWNER TO postgres;
GRANT EXECUTE ON FUNCTION of_privileges(integer) TO anon;
COMMENT ON FUNCTION of_comment(integer) IS 'What b says.';
REVOKE EXECUTE ON FUNCTION of_privileges(integer) FROM PUBLIC;
