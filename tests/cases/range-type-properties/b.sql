CREATE FUNCTION apart(integer, integer) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE TYPE subtype AS RANGE (subtype = bigint);
CREATE TYPE "collation" AS RANGE (subtype = text, collation = "POSIX");
CREATE TYPE operator_class AS RANGE (subtype = text, subtype_opclass = text_pattern_ops);
CREATE TYPE difference AS RANGE (subtype = integer, subtype_diff = apart);
CREATE TYPE canonical;
CREATE FUNCTION canonical(canonical) RETURNS canonical LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE canonical AS RANGE (subtype = integer, canonical = canonical);
CREATE TYPE added AS RANGE (subtype = float8);
