-- since: 14
CREATE FUNCTION same(integer) RETURNS integer LANGUAGE sql RETURN $1 + 1;
CREATE FUNCTION other(integer) RETURNS integer LANGUAGE sql RETURN $1 + 1;
CREATE FUNCTION as_text() RETURNS integer LANGUAGE sql RETURN 1;
