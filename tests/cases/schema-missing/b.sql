CREATE SCHEMA kept;
CREATE SCHEMA "Added";
CREATE TABLE "Added".inside (id integer);
