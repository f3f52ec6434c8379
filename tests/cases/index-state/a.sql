CREATE EXTENSION tsm_system_rows;
CREATE TABLE whole (id integer) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (10);
CREATE INDEX whole_id ON whole (id);
CREATE TABLE t (a integer, b tsvector);
CREATE INDEX statistics ON t (a, (a + 1));
ALTER INDEX statistics ALTER COLUMN 2 SET STATISTICS 100;
CREATE INDEX depends_on_extensions ON t (a);
CREATE INDEX class_options ON t USING gist (b tsvector_ops (siglen = 100));
