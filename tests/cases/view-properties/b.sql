CREATE VIEW definition AS SELECT 1 AS one, 2 + 2 AS two, 3 AS three;
CREATE VIEW options WITH (security_barrier = true) AS SELECT 1 AS one;
CREATE VIEW "Added" AS SELECT 1 AS one;
CREATE VIEW was_a_view AS SELECT 1 AS id;
