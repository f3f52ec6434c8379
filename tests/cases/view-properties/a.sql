CREATE VIEW definition AS SELECT 1 AS one, 2 AS two, 3 AS three;
CREATE VIEW options AS SELECT 1 AS one;
CREATE VIEW gone AS SELECT 1 AS one;
CREATE TABLE was_a_view (id integer);
