CREATE TYPE kept AS (a integer, b text);
CREATE TYPE added AS (a integer);
CREATE TYPE of_owner AS (a integer);
CREATE TYPE of_privileges AS (a integer);
CREATE TYPE of_comment AS (a integer);
ALTER TYPE of_owner OWNER TO postgres;
GRANT USAGE ON TYPE of_privileges TO anon;
COMMENT ON TYPE of_comment IS 'What b says.';
