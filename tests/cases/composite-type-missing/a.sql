CREATE TYPE gone AS (a integer);
CREATE TYPE kept AS (a integer, b text);
