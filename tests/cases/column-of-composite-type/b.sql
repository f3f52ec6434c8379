CREATE TYPE address AS (street text COLLATE "C", number text, zip text, country text);
COMMENT ON COLUMN address.zip IS 'What b says.';
