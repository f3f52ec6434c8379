CREATE TABLE t (a integer, b text);
CREATE TABLE plain (a integer);
CREATE INDEX i ON t (a);
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
