-- since: 14
CREATE TABLE t (plain text, chosen text COMPRESSION pglz);
