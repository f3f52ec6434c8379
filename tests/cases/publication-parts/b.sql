CREATE SCHEMA other;
CREATE TABLE one (id integer PRIMARY KEY, a integer, b integer);
CREATE TABLE two (id integer PRIMARY KEY);
CREATE PUBLICATION tables FOR TABLE one (id, b), two WHERE (id > 1);
CREATE PUBLICATION schemas FOR TABLES IN SCHEMA public, other;
