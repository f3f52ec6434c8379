CREATE FUNCTION one(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION two(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (leftarg = integer, rightarg = integer, function = two, commutator = ===, negator = !==, restrict = eqsel, join = eqjoinsel, hashes, merges);
CREATE OPERATOR !== (leftarg = integer, rightarg = integer, function = one);
ALTER OPERATOR !== (integer, integer) OWNER TO postgres;
CREATE OPERATOR ### (rightarg = bigint, function = int8abs);
CREATE OPERATOR ~== (leftarg = bigint, rightarg = bigint, function = int8eq);
COMMENT ON OPERATOR === (integer, integer) IS 'Another thing';
