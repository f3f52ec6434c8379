CREATE VIEW definition AS SELECT 1 AS one, 2 AS two, 3 AS three;
CREATE VIEW options AS SELECT 1 AS one;
CREATE VIEW gone AS SELECT 1 AS one;
CREATE TABLE was_a_view (id integer);
CREATE VIEW of_owner AS SELECT 1 AS one;
CREATE VIEW of_privileges AS SELECT 1 AS one;
CREATE VIEW of_comment AS SELECT 1 AS one;
COMMENT ON VIEW of_comment IS 'What a says.';
