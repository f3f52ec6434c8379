CREATE EXTENSION btree_gist;
CREATE TABLE target (id integer PRIMARY KEY, a integer, CONSTRAINT pair UNIQUE (id, a));
CREATE TABLE t (
  a integer, b integer NOT NULL, c integer, during tsrange,
  CONSTRAINT key PRIMARY KEY (a),
  CONSTRAINT alone UNIQUE (b),
  CONSTRAINT put_off UNIQUE (c),
  CONSTRAINT range_check CHECK (a > 0),
  CONSTRAINT not_checked CHECK (b > 0),
  CONSTRAINT no_inherit CHECK (b > 1),
  CONSTRAINT on_delete FOREIGN KEY (a) REFERENCES target,
  CONSTRAINT matched FOREIGN KEY (a, b) REFERENCES target (id, a),
  CONSTRAINT apart EXCLUDE USING gist (a WITH =, during WITH &&),
  CONSTRAINT gone CHECK (b <> 9),
  CONSTRAINT same CHECK (a <> b)
);
