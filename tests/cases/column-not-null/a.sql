-- since: 18
CREATE TABLE t (a integer NOT NULL, b integer NOT NULL);
