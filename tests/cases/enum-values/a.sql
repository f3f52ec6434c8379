CREATE TYPE grown AS ENUM ('a', 'b');
CREATE TYPE turned AS ENUM ('a', 'b');
CREATE TYPE gone AS ENUM ('a');
CREATE TYPE kept AS ENUM ('a', 'it''s', 'B c');
