CREATE SCHEMA kept;
CREATE SCHEMA "Added";
CREATE TABLE "Added".inside (id integer);
CREATE SCHEMA of_owner;
CREATE SCHEMA of_privileges;
CREATE SCHEMA of_comment;
ALTER SCHEMA of_owner OWNER TO postgres;
GRANT USAGE ON SCHEMA of_privileges TO anon;
COMMENT ON SCHEMA of_comment IS 'What b says.';
