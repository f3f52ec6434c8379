CREATE SCHEMA kept;
CREATE SCHEMA gone;
-- What stands in a missing schema is not told again.
CREATE TABLE gone.inside (id integer);
CREATE SCHEMA of_owner;
CREATE SCHEMA of_privileges;
CREATE SCHEMA of_comment;
COMMENT ON SCHEMA of_comment IS 'What a says.';
