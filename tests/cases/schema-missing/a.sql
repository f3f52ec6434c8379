CREATE SCHEMA kept;
CREATE SCHEMA gone;
-- What stands in a missing schema is not told again.
CREATE TABLE gone.inside (id integer);
