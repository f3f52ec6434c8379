CREATE FUNCTION one(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION two(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (leftarg = integer, rightarg = integer, function = one);
CREATE OPERATOR !== (leftarg = integer, rightarg = integer, function = one);
CREATE OPERATOR ### (rightarg = integer, function = int4abs);
CREATE OPERATOR ~== (leftarg = bigint, rightarg = bigint, function = int8eq);
COMMENT ON OPERATOR === (integer, integer) IS 'One thing';
