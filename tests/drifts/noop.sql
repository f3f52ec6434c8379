-- What changes nothing that a manifest says. `-- alone`: it cannot run in a transaction, or must be committed first.

-- alone
ANALYZE;
VACUUM FULL;
REINDEX SCHEMA app;
REINDEX TABLE CONCURRENTLY app.customers;
CLUSTER;
REFRESH MATERIALIZED VIEW app.per_customer;
REFRESH MATERIALIZED VIEW CONCURRENTLY app.per_customer;
SELECT nextval('app.plain'), nextval('app.orders_id_seq'), nextval('app.customers_id_seq');
TRUNCATE app.cache;
CHECKPOINT;

-- Holes in the numbers of columns.
ALTER TABLE app.documents ADD COLUMN passing text;
ALTER TABLE app.documents DROP COLUMN passing;
ALTER TABLE app.products ADD COLUMN passing text;
ALTER TABLE app.products DROP COLUMN passing;
ALTER TYPE app.address ADD ATTRIBUTE passing text CASCADE;
ALTER TYPE app.address DROP ATTRIBUTE passing CASCADE;

-- The owner's own privileges, said aloud.
GRANT ALL ON app.tenants TO supabase_admin;
GRANT ALL ON app.products TO drift_owner;
GRANT ALL ON SEQUENCE app.plain TO supabase_admin;
GRANT ALL ON FUNCTION app.bound() TO supabase_admin;
GRANT ALL ON SCHEMA audit TO drift_owner;
GRANT ALL ON TYPE app.period TO supabase_admin;
GRANT ALL ON FOREIGN DATA WRAPPER mail TO supabase_admin;

-- What everyone has anyhow, said aloud.
GRANT EXECUTE ON FUNCTION app.open_to_all() TO PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ext TO PUBLIC;
REVOKE EXECUTE ON FUNCTION ext.hstore(text, text) FROM PUBLIC;
GRANT USAGE ON TYPE app.period TO PUBLIC;
GRANT USAGE ON DOMAIN app.email TO PUBLIC;
GRANT USAGE ON LANGUAGE spoken TO PUBLIC;
GRANT USAGE ON LANGUAGE sql TO PUBLIC;
GRANT USAGE ON SCHEMA pg_catalog TO PUBLIC;
DO $$ BEGIN EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$;

-- Granted again in another order, and granted and taken away.
REVOKE ALL ON app.customers FROM drift_reader, drift_writer;
GRANT UPDATE, INSERT, SELECT ON app.customers TO drift_writer WITH GRANT OPTION;
GRANT UPDATE (name), SELECT ON app.customers TO drift_reader;
GRANT SELECT ON app.tenants TO drift_reader;
REVOKE SELECT ON app.tenants FROM drift_reader;
REVOKE ALL ON app.big_orders FROM drift_reader;
GRANT SELECT ON app.big_orders TO drift_reader;
GRANT USAGE ON SCHEMA spare TO drift_reader;
REVOKE USAGE ON SCHEMA spare FROM drift_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner GRANT SELECT ON TABLES TO drift_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE drift_owner REVOKE SELECT ON TABLES FROM drift_reader;
GRANT SELECT (title) ON app.documents TO drift_reader;
REVOKE SELECT (title) ON app.documents FROM drift_reader;

-- Renamed there and back.
ALTER TABLE app.orders RENAME TO passing;
ALTER TABLE app.passing RENAME TO orders;
ALTER TABLE app.orders RENAME COLUMN total TO passing;
ALTER TABLE app.orders RENAME COLUMN passing TO total;
ALTER SCHEMA app RENAME TO passing;
ALTER SCHEMA passing RENAME TO app;
ALTER TYPE app.status RENAME TO passing;
ALTER TYPE app.passing RENAME TO status;
ALTER TYPE app.status RENAME VALUE 'paid' TO 'passing';
ALTER TYPE app.status RENAME VALUE 'passing' TO 'paid';
ALTER INDEX app.orders_status RENAME TO passing;
ALTER INDEX app.passing RENAME TO orders_status;
ALTER FUNCTION app.touch() RENAME TO passing;
ALTER FUNCTION app.passing() RENAME TO touch;
ALTER TABLE app.orders SET SCHEMA spare;
ALTER TABLE spare.orders SET SCHEMA app;
ALTER ROLE drift_group RENAME TO drift_passing;
ALTER ROLE drift_passing RENAME TO drift_group;

-- Changed there and back.
ALTER TABLE app.tenants ALTER id TYPE bigint;
ALTER TABLE app.tenants ALTER id TYPE integer;
ALTER TABLE app.tenants ALTER name SET NOT NULL, ALTER name SET DEFAULT 'x';
ALTER TABLE app.tenants ALTER name DROP NOT NULL, ALTER name DROP DEFAULT;
ALTER TABLE app.tenants SET (fillfactor = 50);
ALTER TABLE app.tenants RESET (fillfactor);
ALTER TABLE app.tenants SET (toast.autovacuum_enabled = false);
ALTER TABLE app.tenants RESET (toast.autovacuum_enabled);
ALTER TABLE app.tenants ALTER name SET STATISTICS 10;
ALTER TABLE app.tenants ALTER name SET STATISTICS -1;
ALTER TABLE app.tenants ALTER name SET (n_distinct = 5);
ALTER TABLE app.tenants ALTER name RESET (n_distinct);
ALTER TABLE app.tenants ALTER name SET STORAGE EXTERNAL;
ALTER TABLE app.tenants ALTER name SET STORAGE EXTENDED;
ALTER TABLE app.tenants OWNER TO drift_owner;
ALTER TABLE app.tenants OWNER TO supabase_admin;
ALTER TABLE app.tenants SET UNLOGGED;
ALTER TABLE app.tenants SET LOGGED;
ALTER TABLE app.tenants DISABLE TRIGGER ALL;
ALTER TABLE app.tenants ENABLE TRIGGER ALL;
ALTER TABLE app.lines DISABLE TRIGGER ALL;
ALTER TABLE app.lines ENABLE TRIGGER ALL;
ALTER TABLE app.customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.customers DISABLE ROW LEVEL SECURITY;

-- Changed there and back, of other kinds.
ALTER FUNCTION app.bound() SET search_path = '';
ALTER FUNCTION app.bound() RESET ALL;
ALTER FUNCTION app.bound() COST 7;
ALTER FUNCTION app.bound() COST 100;
ALTER INDEX app.orders_customer SET (fillfactor = 50);
ALTER INDEX app.orders_customer RESET (fillfactor);
ALTER STATISTICS app.lines_statistics SET STATISTICS 10;
ALTER STATISTICS app.lines_statistics SET STATISTICS -1;
ALTER VIEW app.big_orders SET (security_barrier = true);
ALTER VIEW app.big_orders RESET (security_barrier);
ALTER ROLE drift_reader SET work_mem = '1MB';
ALTER ROLE drift_reader RESET work_mem;
ALTER ROLE drift_reader CONNECTION LIMIT 5;
ALTER ROLE drift_reader CONNECTION LIMIT -1;
COMMENT ON TABLE app.tenants IS 'passing';
COMMENT ON TABLE app.tenants IS NULL;
COMMENT ON TABLE app.owned IS '';
ALTER EVENT TRIGGER watching DISABLE;
ALTER EVENT TRIGGER watching ENABLE;
ALTER TABLE app.events DETACH PARTITION app.events_2025;
ALTER TABLE app.events ATTACH PARTITION app.events_2025
  FOR VALUES FROM ('2025-01-01 00:00:00+01') TO ('2026-01-01 00:00:00+01');
ALTER PUBLICATION sent DROP TABLE app.orders;
ALTER PUBLICATION sent ADD TABLE app.orders;

-- Dropped and made again.
DROP INDEX app.orders_status;
CREATE INDEX orders_status ON app.orders (status) WITH (fillfactor = 70);
DROP POLICY own ON app.documents;
CREATE POLICY own ON app.documents FOR ALL TO drift_writer USING (owner = current_user) WITH CHECK (owner = current_user);
COMMENT ON POLICY own ON app.documents IS 'Each their own';
DROP TRIGGER told ON app.orders;
CREATE TRIGGER told AFTER UPDATE ON app.orders REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION app.other_touch();
DROP FUNCTION app.pair();
CREATE FUNCTION app.pair(OUT one integer, OUT two text) LANGUAGE sql AS $$ SELECT 1, 'x' $$;
DROP RULE no_delete ON app.customers;
CREATE RULE no_delete AS ON DELETE TO app.customers DO INSTEAD NOTHING;
DROP TABLE app.loose;
CREATE TABLE app.loose (id integer NOT NULL, name text, CONSTRAINT things_named CHECK (name <> ''));
REVOKE ALL ON app.loose FROM drift_reader;
DROP EVENT TRIGGER watching;
CREATE EVENT TRIGGER watching ON ddl_command_end WHEN tag IN ('DROP TABLE', 'CREATE TABLE') EXECUTE FUNCTION app.watch();
ALTER TABLE app.lines DROP CONSTRAINT lines_order_fkey;
ALTER TABLE app.lines ADD CONSTRAINT lines_order_fkey FOREIGN KEY ("order") REFERENCES app.orders ON DELETE CASCADE;
DROP VIEW app.guarded;
CREATE VIEW app.guarded WITH (security_barrier) AS SELECT id, title FROM app.documents WHERE NOT secret;
ALTER VIEW app.guarded SET (security_barrier = true);
REVOKE ALL ON app.guarded FROM drift_reader;

-- An extension dropped and made again.
-- until: 17
DROP EXTENSION btree_gist CASCADE;
CREATE EXTENSION btree_gist SCHEMA ext;
ALTER TABLE app.bookings ADD CONSTRAINT bookings_overlap EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (NOT cancelled);

-- The one that every database begins with, dropped and made again.
UPDATE pg_extension SET oid = 999999 WHERE extname = 'plpgsql';
UPDATE pg_depend SET refobjid = 999999 WHERE refclassid = 'pg_extension'::regclass AND refobjid NOT IN (SELECT oid FROM pg_extension);

-- Partitions and their trigger in another order.
DROP TABLE app.regions;
CREATE TABLE app.regions_eu (id integer, country text);
CREATE TABLE app.regions (id integer, country text) PARTITION BY LIST (country);
ALTER TABLE app.regions ATTACH PARTITION app.regions_eu FOR VALUES IN ('DE', 'FR');
REVOKE ALL ON app.regions, app.regions_eu FROM drift_reader;

-- Rows.
INSERT INTO app.tenants VALUES (1, 'a'), (2, 'b');
UPDATE app.settings SET value = value;
