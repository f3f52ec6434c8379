CREATE SEQUENCE s;
CREATE TABLE t (a integer, b varchar(10), c text, d timestamptz DEFAULT now());
CREATE INDEX i ON t (a, b);
CREATE FUNCTION f(integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1';
CREATE POLICY p ON t USING (true);
CREATE VIEW v AS SELECT 1 AS one;
CREATE TABLE serial (id serial);
