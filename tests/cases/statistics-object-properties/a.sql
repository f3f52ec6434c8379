CREATE TABLE t (a integer, b integer, c integer);
CREATE TABLE other (a integer, b integer, c integer);
CREATE STATISTICS "table" ON a, b FROM t;
CREATE STATISTICS columns ON a, b FROM t;
CREATE STATISTICS kinds ON a, b FROM t;
CREATE STATISTICS target ON a, b FROM t;
CREATE STATISTICS owner ON a, b FROM t;
CREATE STATISTICS gone ON a, b FROM t;
COMMENT ON STATISTICS owner IS 'One thing';
