CREATE TYPE parts;
CREATE FUNCTION parts_in(cstring) RETURNS parts LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION parts_out(parts) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE parts (input = parts_in, output = parts_out, internallength = 4, passedbyvalue, category = 'N', default = '5');
ALTER TYPE parts OWNER TO postgres;
REVOKE USAGE ON TYPE parts FROM PUBLIC;
CREATE TYPE another;
COMMENT ON TYPE parts IS 'Another thing';
