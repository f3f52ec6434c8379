CREATE TABLE moved (a integer, b integer, c integer, d integer);
CREATE TABLE one_more (a integer, b integer, c integer);
CREATE TABLE swapped (a integer, b integer);
CREATE TYPE composite AS (a integer, b integer, c integer);
CREATE VIEW seen AS SELECT 1 AS a, 2 AS b;
