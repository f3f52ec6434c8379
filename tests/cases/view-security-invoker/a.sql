-- since: 15
CREATE VIEW open WITH (security_invoker = true) AS SELECT 1 AS one;
CREATE VIEW kept WITH (security_invoker = true, security_barrier = true) AS SELECT 1 AS one;
