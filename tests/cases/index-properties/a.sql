CREATE TABLE t (a integer, b text, c text, tags text[]);
CREATE MATERIALIZED VIEW m AS SELECT 1 AS one, 2 AS two;
CREATE INDEX columns ON t (a, b);
CREATE INDEX direction ON t (a DESC, b NULLS FIRST);
CREATE INDEX expression ON t (lower(b));
CREATE INDEX operators ON t (b);
CREATE INDEX "collation" ON t (b COLLATE "C");
CREATE INDEX include ON t (a) INCLUDE (b);
CREATE INDEX method ON t (a);
CREATE UNIQUE INDEX "unique" ON t (a);
CREATE INDEX "where" ON t (a) WHERE b IS NULL;
CREATE INDEX valid ON t (a);
CREATE INDEX clustered ON t (a);
CREATE INDEX options ON t (a) WITH (fillfactor = 70);
CREATE INDEX of_view ON m (one);
CREATE INDEX gone ON t (c);
CREATE INDEX same ON t USING gin (tags);

-- An index may sort a column of another collation by the database's own.
CREATE TABLE sorted (word text COLLATE "C");
CREATE INDEX of_sorted ON sorted (word);
