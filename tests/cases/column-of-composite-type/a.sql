CREATE TYPE address AS (street text, number integer, city text, zip text);
