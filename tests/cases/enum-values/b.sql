CREATE TYPE grown AS ENUM ('a', 'b');
ALTER TYPE grown ADD VALUE 'c' BEFORE 'b';
CREATE TYPE turned AS ENUM ('b', 'a');
CREATE TYPE "Added" AS ENUM ();
CREATE TYPE kept AS ENUM ('a', 'it''s', 'B c');
