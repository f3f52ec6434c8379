-- Functions, procedures and aggregates.

-- drift: function app.add(integer, integer): body
CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT a + b + 0';

-- drift: function app.standard(integer): body
-- since: 14
CREATE OR REPLACE FUNCTION app.standard(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a + 2; END;

-- drift: function app.touch(): body
CREATE OR REPLACE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.placed := clock_timestamp();
  RETURN NEW;
END $$;

-- drift: function app.add(integer, integer): volatility
ALTER FUNCTION app.add(integer, integer) STABLE;

-- drift: function app.add(integer, integer): strict
ALTER FUNCTION app.add(integer, integer) CALLED ON NULL INPUT;

-- drift: function app.add(integer, integer): security
ALTER FUNCTION app.add(integer, integer) SECURITY DEFINER;

-- drift: function app.heavy(text): security
ALTER FUNCTION app.heavy(text) SECURITY INVOKER;

-- drift: function app.quiet(text): leakproof
ALTER FUNCTION app.quiet(text) NOT LEAKPROOF;

-- drift: function app.add(integer, integer): parallel
ALTER FUNCTION app.add(integer, integer) PARALLEL RESTRICTED;

-- drift: function app.heavy(text): cost
ALTER FUNCTION app.heavy(text) COST 100;

-- drift: function app.heavy(text): rows
ALTER FUNCTION app.heavy(text) ROWS 21;

-- drift: function app.heavy(text): settings
ALTER FUNCTION app.heavy(text) SET search_path = public;

-- drift: function app.heavy(text): settings
ALTER FUNCTION app.heavy(text) RESET ALL;

-- drift: function app.add(integer, integer): settings
ALTER FUNCTION app.add(integer, integer) SET search_path = '';

-- drift: function app.add(integer, integer): arguments
CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT a + b';

-- drift: function app.pair(): arguments
DROP FUNCTION app.pair;
SET LOCAL check_function_bodies = off;
CREATE FUNCTION app.pair(OUT one integer, OUT two integer) LANGUAGE sql AS $$ SELECT 1, 'x' $$;

-- drift: function app.pair(): arguments
DROP FUNCTION app.pair;
CREATE FUNCTION app.pair(OUT one integer, OUT three text) LANGUAGE sql AS $$ SELECT 1, 'x' $$;

-- drift: function app.listed(integer[]): returns
DROP FUNCTION app.listed;
CREATE FUNCTION app.listed(VARIADIC integer[]) RETURNS SETOF integer LANGUAGE sql AS 'SELECT unnest($1)';

-- drift: function app.listed(integer[]): arguments
DROP FUNCTION app.listed;
CREATE FUNCTION app.listed(integer[]) RETURNS TABLE (n integer) LANGUAGE sql AS 'SELECT unnest($1)';

-- drift: function app.open_to_all(): returns
DROP FUNCTION app.open_to_all();
CREATE FUNCTION app.open_to_all() RETURNS bigint LANGUAGE sql AS 'SELECT 1';

-- drift: function app.open_to_all(): language
-- drift: function app.open_to_all(): body
CREATE OR REPLACE FUNCTION app.open_to_all() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';

-- drift: function app.open_to_all(): missing
DROP FUNCTION app.open_to_all();

-- drift: function app.open_to_all(integer): unexpected
CREATE FUNCTION app.open_to_all(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- drift: function app.open_to_all(): missing
-- drift: function app.open_to_all(integer): unexpected
DROP FUNCTION app.open_to_all();
CREATE FUNCTION app.open_to_all(integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- drift: function app.tidy(text): body
CREATE OR REPLACE PROCEDURE app.tidy(INOUT how text) LANGUAGE plpgsql AS $$ BEGIN how := 'y'; END $$;

-- drift: function app.tidy(text): kind
-- drift: function app.tidy(text): returns
DROP PROCEDURE app.tidy;
CREATE FUNCTION app.tidy(INOUT how text) LANGUAGE plpgsql AS $$ BEGIN how := 'x'; END $$;

-- drift: function app.add(integer, integer): owner
ALTER FUNCTION app.add(integer, integer) OWNER TO drift_owner;

-- drift: function app.add(integer, integer): comment
COMMENT ON FUNCTION app.add(integer, integer) IS 'Adds';

-- drift: function app.add(integer, integer): support
ALTER FUNCTION app.add(integer, integer) SUPPORT textlike_support;

-- drift: aggregate app.total(numeric): parts
DROP AGGREGATE app.total(numeric);
CREATE AGGREGATE app.total(numeric) (sfunc = numeric_add, stype = numeric, initcond = '1', parallel = safe);
COMMENT ON AGGREGATE app.total(numeric) IS 'Sums all up';

-- drift: aggregate app.total(numeric): parts
DROP AGGREGATE app.total(numeric);
CREATE AGGREGATE app.total(numeric) (sfunc = numeric_mul, stype = numeric, initcond = '0', parallel = safe);
COMMENT ON AGGREGATE app.total(numeric) IS 'Sums all up';

-- drift: aggregate app.total(numeric): parallel
DROP AGGREGATE app.total(numeric);
CREATE AGGREGATE app.total(numeric) (sfunc = numeric_add, stype = numeric, initcond = '0');
COMMENT ON AGGREGATE app.total(numeric) IS 'Sums all up';

-- drift: aggregate app.total(numeric): missing
DROP AGGREGATE app.total(numeric);
