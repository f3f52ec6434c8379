CREATE EXTENSION btree_gist;
CREATE TABLE target (id integer PRIMARY KEY, a integer, CONSTRAINT pair UNIQUE (id, a));
CREATE TABLE t (
  a integer NOT NULL, b integer NOT NULL, c integer, during tsrange,
  CONSTRAINT key PRIMARY KEY (a, b),
  CONSTRAINT alone UNIQUE (b, a),
  CONSTRAINT put_off UNIQUE (c) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT range_check CHECK (a >= 0),
  CONSTRAINT no_inherit CHECK (b > 1) NO INHERIT,
  CONSTRAINT on_delete FOREIGN KEY (a) REFERENCES target ON DELETE CASCADE,
  CONSTRAINT matched FOREIGN KEY (a, b) REFERENCES target (id, a) MATCH FULL,
  CONSTRAINT apart EXCLUDE USING gist (during WITH &&),
  CONSTRAINT "Added" CHECK (b <> 9),
  CONSTRAINT same CHECK (a <> b)
);
ALTER TABLE t ADD CONSTRAINT not_checked CHECK (b > 0) NOT VALID;
COMMENT ON CONSTRAINT same ON t IS 'What b says.';
