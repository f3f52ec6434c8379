CREATE OPERATOR FAMILY members USING btree;
ALTER OPERATOR FAMILY members USING btree ADD OPERATOR 1 < (integer, integer), FUNCTION 1 (integer, integer) btint4cmp(integer, integer);
CREATE OPERATOR FAMILY owner USING btree;
CREATE OPERATOR FAMILY gone USING hash;
COMMENT ON OPERATOR FAMILY owner USING btree IS 'One thing';
