CREATE TABLE owner (id integer, other integer);
CREATE SEQUENCE type AS bigint MAXVALUE 1000;
CREATE SEQUENCE start START 100;
CREATE SEQUENCE increment INCREMENT 10;
CREATE SEQUENCE minimum MINVALUE -5 START 1;
CREATE SEQUENCE maximum MAXVALUE 2000;
CREATE SEQUENCE cache CACHE 20;
CREATE SEQUENCE cycle CYCLE;
CREATE SEQUENCE owned_by OWNED BY owner.other;
CREATE SEQUENCE given_away;
CREATE SEQUENCE added;
-- The sequence of an identity column is the column's own affair.
CREATE TABLE numbered (id integer GENERATED ALWAYS AS IDENTITY);
CREATE SEQUENCE of_owner;
CREATE SEQUENCE of_privileges;
CREATE SEQUENCE of_comment;
ALTER SEQUENCE of_owner OWNER TO postgres;
GRANT USAGE ON SEQUENCE of_privileges TO anon;
COMMENT ON SEQUENCE of_comment IS 'What b says.';
