CREATE TABLE t (plain text COMPRESSION pglz, chosen text);
