CREATE VIEW open AS SELECT 1 AS one;
CREATE VIEW kept WITH (security_barrier = true, security_invoker = true) AS SELECT 1 AS one;
