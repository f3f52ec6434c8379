CREATE TYPE grown AS ENUM ('a', 'b');
CREATE TYPE turned AS ENUM ('a', 'b');
CREATE TYPE gone AS ENUM ('a');
CREATE TYPE kept AS ENUM ('a', 'it''s', 'B c');
CREATE TYPE of_owner AS ENUM ('a');
CREATE TYPE of_privileges AS ENUM ('a');
CREATE TYPE of_comment AS ENUM ('a');
COMMENT ON TYPE of_comment IS 'What a says.';
