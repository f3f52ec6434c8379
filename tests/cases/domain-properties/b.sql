CREATE DOMAIN type AS varchar(20);
CREATE DOMAIN nullable AS integer;
CREATE DOMAIN "default" AS text DEFAULT 'b';
CREATE DOMAIN "collation" AS text;
CREATE DOMAIN added AS text;
