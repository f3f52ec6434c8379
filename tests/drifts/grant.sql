-- Privileges.

-- drift: table app.customers: privileges
REVOKE SELECT ON app.customers FROM drift_reader;

-- drift: table app.customers: privileges
GRANT DELETE ON app.customers TO drift_reader;

-- drift: table app.customers: privileges
REVOKE GRANT OPTION FOR SELECT ON app.customers FROM drift_writer;

-- drift: table app.tenants: privileges
GRANT SELECT ON app.tenants TO PUBLIC;

-- What the owner itself has not.
-- drift: table app.owned: privileges
REVOKE DELETE ON app.owned FROM supabase_admin;

-- drift: column app.customers.name: privileges
REVOKE UPDATE (name) ON app.customers FROM drift_reader;

-- drift: column app.customers.email: privileges
GRANT SELECT (email) ON app.customers TO drift_group;

-- drift: view app.big_orders: privileges
REVOKE ALL ON app.big_orders FROM drift_reader;

-- drift: view column app.big_orders.total: privileges
GRANT SELECT (total) ON app.big_orders TO drift_writer;

-- drift: materialized view app.per_customer: privileges
GRANT SELECT ON app.per_customer TO drift_reader;

-- drift: sequence app.numbers: privileges
REVOKE USAGE ON SEQUENCE app.numbers FROM drift_writer;

-- drift: sequence app.plain: privileges
GRANT SELECT ON SEQUENCE app.plain TO drift_reader;

-- drift: function app.open_to_all(): privileges
REVOKE EXECUTE ON FUNCTION app.open_to_all() FROM PUBLIC;

-- drift: function app.closed(): privileges
GRANT EXECUTE ON FUNCTION app.closed() TO PUBLIC;

-- drift: function app.closed(): privileges
GRANT EXECUTE ON FUNCTION app.closed() TO drift_reader;

-- drift: function app.tidy(text): privileges
REVOKE EXECUTE ON PROCEDURE app.tidy(text) FROM PUBLIC;

-- drift: aggregate app.total(numeric): privileges
GRANT EXECUTE ON FUNCTION app.total(numeric) TO drift_reader;

-- drift: enum app.status: privileges
REVOKE USAGE ON TYPE app.status FROM drift_reader;

-- drift: composite type app.address: privileges
GRANT USAGE ON TYPE app.address TO PUBLIC;

-- drift: domain app.email: privileges
REVOKE USAGE ON DOMAIN app.email FROM PUBLIC;

-- drift: range type app.period: privileges
REVOKE USAGE ON TYPE app.period FROM PUBLIC;

-- drift: base type app.whole: privileges
REVOKE USAGE ON TYPE app.whole FROM PUBLIC;

-- drift: schema app: privileges
REVOKE USAGE ON SCHEMA app FROM drift_reader;

-- drift: schema public: privileges
-- until: 14
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- drift: schema public: privileges
-- since: 15
GRANT CREATE ON SCHEMA public TO PUBLIC;

-- drift: default privileges "tables of supabase_admin in app": missing
ALTER DEFAULT PRIVILEGES IN SCHEMA app REVOKE SELECT ON TABLES FROM drift_reader;

-- drift: default privileges "tables of supabase_admin in app": privileges
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT INSERT ON TABLES TO drift_reader;

-- drift: default privileges "functions of drift_owner": missing
ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC;

-- drift: default privileges "sequences of drift_owner": unexpected
ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner GRANT USAGE ON SEQUENCES TO drift_reader;

-- drift: default privileges "types of drift_owner": unexpected
ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner REVOKE USAGE ON TYPES FROM PUBLIC;

-- drift: default privileges "schemas of drift_owner": unexpected
ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner GRANT USAGE ON SCHEMAS TO drift_reader;

-- drift: default privileges "large objects of drift_owner": unexpected
-- since: 18
ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner GRANT SELECT ON LARGE OBJECTS TO drift_reader;

-- drift: table app.customers: privileges
-- since: 17
GRANT MAINTAIN ON app.customers TO drift_reader;

-- What was granted on objects of the system.
-- drift: system object "function pg_catalog.pg_sleep(double precision)": unexpected
REVOKE EXECUTE ON FUNCTION pg_sleep(double precision) FROM PUBLIC;

-- drift: system object "table pg_catalog.pg_authid": unexpected
GRANT SELECT ON pg_authid TO drift_reader;

-- drift: system object "schema pg_catalog": unexpected
GRANT CREATE ON SCHEMA pg_catalog TO drift_reader;

-- drift: system object "language sql": unexpected
REVOKE USAGE ON LANGUAGE sql FROM PUBLIC;

-- drift: foreign server post: privileges
REVOKE USAGE ON FOREIGN SERVER post FROM drift_reader;

-- drift: foreign-data wrapper mail: privileges
GRANT USAGE ON FOREIGN DATA WRAPPER mail TO drift_reader;

-- drift: large objects "of supabase_admin": privileges
REVOKE SELECT ON LARGE OBJECT 4711 FROM drift_reader;

-- drift: system object "table column pg_catalog.pg_authid.rolname": unexpected
GRANT SELECT (rolname) ON pg_authid TO drift_reader;

-- drift: system object "foreign-data wrapper postgres_fdw": unexpected
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO drift_reader;

-- A sequence, a table and a server that an extension made.
-- drift: sequence app.plain: missing
-- drift: system object "sequence app.plain": unexpected
-- drift: system object "table app.loose": unexpected
-- drift: table app.loose: missing
ALTER EXTENSION hstore ADD SEQUENCE app.plain;
ALTER EXTENSION hstore ADD TABLE app.loose;
GRANT USAGE ON SEQUENCE app.plain TO drift_reader;
GRANT SELECT ON app.loose TO drift_reader;
