CREATE TABLE t (a integer, b text, c text, tags text[]);
CREATE MATERIALIZED VIEW m AS SELECT 1 AS one, 2 AS two;
CREATE INDEX columns ON t (b, a);
CREATE INDEX direction ON t (a, b DESC);
CREATE INDEX expression ON t (upper(b));
CREATE INDEX operators ON t (b text_pattern_ops);
CREATE INDEX "collation" ON t (b);
CREATE INDEX include ON t (a) INCLUDE (b, c);
CREATE INDEX method ON t USING hash (a);
CREATE INDEX "unique" ON t (a);
CREATE INDEX "where" ON t (a) WHERE b IS NOT NULL;
CREATE INDEX valid ON t (a);
-- What a failed CREATE INDEX CONCURRENTLY leaves.
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'valid'::regclass;
CREATE INDEX clustered ON t (a);
ALTER TABLE t CLUSTER ON clustered;
CREATE INDEX options ON t (a);
CREATE INDEX of_view ON m (two);
CREATE INDEX "Added" ON t (c);
CREATE INDEX same ON t USING gin (tags);
COMMENT ON INDEX same IS 'What b says.';

CREATE TABLE sorted (word text COLLATE "C");
CREATE INDEX of_sorted ON sorted (word COLLATE "default");
