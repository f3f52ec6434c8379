CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE t (
  a integer PRIMARY KEY, b text NOT NULL DEFAULT 'x', c integer GENERATED ALWAYS AS (a + 1) STORED,
  CONSTRAINT pair UNIQUE (a, b), CONSTRAINT positive CHECK (a > 0)
);
CREATE INDEX i ON t (b, a) INCLUDE (c) WHERE c > 0;
CREATE INDEX e ON t (lower(b), a DESC);
CREATE TRIGGER tr BEFORE UPDATE OF a, c ON t FOR EACH ROW WHEN (OLD.b <> NEW.b) EXECUTE FUNCTION act();
CREATE POLICY p ON t USING (b = 'x');
CREATE VIEW v AS SELECT a, b FROM t;
CREATE TABLE parts (a integer, b date) PARTITION BY RANGE (b, (a + 1));
CREATE TYPE composite AS (a integer, b text);
CREATE TABLE referring (a integer, b text, CONSTRAINT f FOREIGN KEY (a, b) REFERENCES t (a, b));
