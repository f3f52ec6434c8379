CREATE SCHEMA extensions;
CREATE EXTENSION hstore VERSION '1.5';
CREATE EXTENSION citext SCHEMA public VERSION '1.4';
-- Its functions and its composite types are its own affair.
CREATE EXTENSION tablefunc;
SET ROLE postgres;
CREATE EXTENSION pg_trgm;
RESET ROLE;
CREATE EXTENSION pgcrypto;
COMMENT ON EXTENSION pgcrypto IS 'What b says.';
