CREATE FUNCTION apart(integer, integer) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE TYPE subtype AS RANGE (subtype = integer);
CREATE TYPE "collation" AS RANGE (subtype = text, collation = "C");
CREATE TYPE operator_class AS RANGE (subtype = text);
CREATE TYPE difference AS RANGE (subtype = integer, subtype_diff = int4range_subdiff);
CREATE TYPE canonical AS RANGE (subtype = integer);
CREATE TYPE gone AS RANGE (subtype = float8);
