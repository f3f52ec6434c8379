CREATE TABLE moved (b integer, c integer, d integer);
ALTER TABLE moved ADD a integer;
CREATE TABLE one_more (a integer, added integer, b integer, c integer);
CREATE TABLE swapped (b integer, a integer);
CREATE TYPE composite AS (b integer, c integer, a integer);
CREATE VIEW seen AS SELECT 1 AS a, 2 AS b;
