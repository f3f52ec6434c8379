CREATE TYPE one AS (a integer);
CREATE TYPE two AS (a integer);
CREATE FUNCTION one_to_two(one) RETURNS two LANGUAGE sql AS 'SELECT NULL::two';
CREATE FUNCTION another(one) RETURNS two LANGUAGE sql AS 'SELECT NULL::two';
CREATE CAST (one AS two) WITH FUNCTION one_to_two(one);
CREATE CAST (two AS integer) WITH INOUT AS ASSIGNMENT;
CREATE CAST (two AS one) WITH INOUT;
COMMENT ON CAST (one AS two) IS 'One thing';
CREATE FUNCTION two_to_integer(two) RETURNS integer LANGUAGE sql AS 'SELECT 1';
