CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE t (
  x text, a integer, y text, b text NOT NULL DEFAULT 'x', z integer, c integer GENERATED ALWAYS AS (a + 1) STORED
);
ALTER TABLE t DROP COLUMN x, DROP COLUMN y, DROP COLUMN z;
ALTER TABLE t ADD PRIMARY KEY (a), ADD CONSTRAINT pair UNIQUE (a, b), ADD CONSTRAINT positive CHECK (a > 0);
CREATE INDEX i ON t (b, a) INCLUDE (c) WHERE c > 0;
CREATE INDEX e ON t (lower(b), a DESC);
CREATE TRIGGER tr BEFORE UPDATE OF a, c ON t FOR EACH ROW WHEN (OLD.b <> NEW.b) EXECUTE FUNCTION act();
CREATE POLICY p ON t USING (b = 'x');
CREATE VIEW v AS SELECT a, b FROM t;
CREATE TABLE parts (x integer, a integer, b date) PARTITION BY RANGE (b, (a + 1));
ALTER TABLE parts DROP COLUMN x;
CREATE TYPE composite AS (x integer, a integer, b text);
ALTER TYPE composite DROP ATTRIBUTE x;
CREATE TABLE referring (x text, a integer, b text);
ALTER TABLE referring DROP COLUMN x;
ALTER TABLE referring ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES t (a, b);
