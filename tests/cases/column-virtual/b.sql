CREATE TABLE t (a integer, kept integer GENERATED ALWAYS AS (a + 1) VIRTUAL, told integer GENERATED ALWAYS AS (a + 1) VIRTUAL);
