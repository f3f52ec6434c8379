-- since: 15
CREATE SCHEMA other;
CREATE TABLE one (id integer PRIMARY KEY, a integer, b integer);
CREATE TABLE two (id integer PRIMARY KEY);
CREATE PUBLICATION tables FOR TABLE one (id, a), two WHERE (id > 0);
CREATE PUBLICATION schemas FOR TABLES IN SCHEMA public;
