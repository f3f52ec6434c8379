CREATE TYPE parts;
CREATE FUNCTION parts_in(cstring) RETURNS parts LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION parts_out(parts) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE parts (input = parts_in, output = parts_out, internallength = 4, passedbyvalue);
CREATE TYPE announced;
COMMENT ON TYPE parts IS 'One thing';
