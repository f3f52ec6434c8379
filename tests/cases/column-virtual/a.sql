-- since: 18
CREATE TABLE t (a integer, kept integer GENERATED ALWAYS AS (a + 1) STORED, told integer GENERATED ALWAYS AS (a + 1) VIRTUAL);
