CREATE TYPE gone AS (a integer);
CREATE TYPE kept AS (a integer, b text);
CREATE TYPE of_owner AS (a integer);
CREATE TYPE of_privileges AS (a integer);
CREATE TYPE of_comment AS (a integer);
COMMENT ON TYPE of_comment IS 'What a says.';
