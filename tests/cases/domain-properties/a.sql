CREATE DOMAIN type AS varchar(10);
CREATE DOMAIN nullable AS integer NOT NULL;
CREATE DOMAIN "default" AS text DEFAULT 'a';
CREATE DOMAIN "collation" AS text COLLATE "C";
CREATE DOMAIN gone AS text;
CREATE DOMAIN of_owner AS text;
CREATE DOMAIN of_privileges AS text;
CREATE DOMAIN of_comment AS text;
COMMENT ON DOMAIN of_comment IS 'What a says.';
