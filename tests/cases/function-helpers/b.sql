CREATE EXTENSION tsm_system_rows;
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE FUNCTION support(text, text) RETURNS boolean LANGUAGE internal STRICT SUPPORT textlike_support AS 'texteq';
CREATE FUNCTION transforms(a integer) RETURNS integer LANGUAGE sql TRANSFORM FOR TYPE integer AS 'SELECT 1';
CREATE FUNCTION depends_on_extensions() RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION depends_on_extensions() DEPENDS ON EXTENSION tsm_system_rows;
CREATE FUNCTION library() RETURNS language_handler LANGUAGE c AS 'plpgsql', 'plpgsql_call_handler';
