CREATE TYPE kept AS (a integer, b text);
CREATE TYPE added AS (a integer);
