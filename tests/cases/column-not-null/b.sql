CREATE TABLE t (a integer, b integer, CONSTRAINT t_a_not_null NOT NULL a NO INHERIT);
ALTER TABLE t ADD CONSTRAINT t_b_not_null NOT NULL b NOT VALID;
