CREATE TABLE t (
  type varchar(10),
  nullable integer NOT NULL,
  "default" text DEFAULT 'private',
  no_default text DEFAULT 'a',
  identity integer GENERATED ALWAYS AS IDENTITY,
  generated integer GENERATED ALWAYS AS (1 + 1) STORED,
  "collation" text COLLATE "C",
  storage text,
  statistics integer,
  options integer,
  gone text
);
ALTER TABLE t ADD of_privileges integer, ADD of_comment integer;
