-- Tables.

-- drift: table app.owned: owner
ALTER TABLE app.owned OWNER TO drift_owner;

-- drift: table app.tenants: missing
DROP TABLE app.tenants;

-- drift: table app.more: unexpected
CREATE TABLE app.more (id integer PRIMARY KEY, name text);

-- drift: table app.loose: missing
-- drift: table app.renamed: unexpected
ALTER TABLE app.loose RENAME TO renamed;

-- drift: table app.loose: missing
-- drift: table audit.loose: unexpected
ALTER TABLE app.loose SET SCHEMA audit;

-- drift: table app.cache: persistence
ALTER TABLE app.cache SET LOGGED;

-- drift: table app.loose: persistence
ALTER TABLE app.loose SET UNLOGGED;

-- drift: table app.products: options
ALTER TABLE app.products SET (fillfactor = 60);

-- drift: table app.products: options
ALTER TABLE app.products RESET (toast.autovacuum_enabled);

-- drift: table app.loose: options
ALTER TABLE app.loose SET (autovacuum_vacuum_scale_factor = 0.05);

-- drift: table app.orders: replica_identity
ALTER TABLE app.orders REPLICA IDENTITY DEFAULT;

-- drift: table app.things: replica_identity
ALTER TABLE app.things REPLICA IDENTITY NOTHING;

-- drift: table audit.log: replica_identity
ALTER TABLE audit.log REPLICA IDENTITY USING INDEX log_pkey;

-- drift: table app.of_address: of_type
ALTER TABLE app.of_address NOT OF;

-- drift: table app.cars: inherits
-- drift: column app.cars.owner: inherited
ALTER TABLE app.cars NO INHERIT app.owned;

-- drift: access method pile: unexpected
-- drift: table app.cars: access_method
-- since: 15
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;
ALTER TABLE app.cars SET ACCESS METHOD pile;

-- A table in place of a view of the same name.
-- drift: view app.guarded: missing
-- drift: table app.guarded: unexpected
DROP VIEW app.guarded;
CREATE TABLE app.guarded (id uuid, title text);
