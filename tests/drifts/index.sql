-- Indexes that no constraint made.

-- drift: index app.orders.orders_status: missing
DROP INDEX app.orders_status;

-- drift: index app.orders.more: unexpected
CREATE INDEX more ON app.orders (note);

-- drift: index app.orders.orders_status: missing
-- drift: index app.orders.renamed: unexpected
ALTER INDEX app.orders_status RENAME TO renamed;

-- drift: index app.customers.customers_name: columns
DROP INDEX app.customers_name;
CREATE INDEX customers_name ON app.customers (joined, name DESC NULLS LAST);

-- drift: index app.customers.customers_name: columns
DROP INDEX app.customers_name;
CREATE INDEX customers_name ON app.customers (name DESC, joined);

-- drift: index app.customers.customers_name: columns
DROP INDEX app.customers_name;
CREATE INDEX customers_name ON app.customers (name NULLS LAST, joined);

-- drift: index app.customers.customers_lower: columns
DROP INDEX app.customers_lower;
CREATE INDEX customers_lower ON app.customers (upper(name) text_pattern_ops, (name || 'x'));
ALTER INDEX app.customers_lower ALTER COLUMN 2 SET STATISTICS 300;

-- drift: index app.customers.customers_lower: columns
DROP INDEX app.customers_lower;
CREATE INDEX customers_lower ON app.customers (lower(name), (name || 'x'));
ALTER INDEX app.customers_lower ALTER COLUMN 2 SET STATISTICS 300;

-- drift: index app.customers.customers_lower: statistics
ALTER INDEX app.customers_lower ALTER COLUMN 2 SET STATISTICS 100;

-- drift: index app.customers.customers_email: columns
DROP INDEX app.customers_email;
CREATE UNIQUE INDEX customers_email ON app.customers (email) INCLUDE (name) WHERE email <> 'x@';

-- drift: index app.customers.customers_email: include
DROP INDEX app.customers_email;
CREATE UNIQUE INDEX customers_email ON app.customers (email COLLATE "POSIX") WHERE email <> 'x@';

-- drift: index app.customers.customers_email: where
DROP INDEX app.customers_email;
CREATE UNIQUE INDEX customers_email ON app.customers (email COLLATE "POSIX") INCLUDE (name);

-- drift: index app.customers.customers_email: unique
DROP INDEX app.customers_email;
CREATE INDEX customers_email ON app.customers (email COLLATE "POSIX") INCLUDE (name) WHERE email <> 'x@';

-- drift: index app.customers.customers_recent: where
DROP INDEX app.customers_recent;
CREATE INDEX customers_recent ON app.customers (id) WHERE joined > '2024-01-01 00:00:00+02';

-- drift: index app.customers.customers_extra: columns
DROP INDEX app.customers_extra;
CREATE INDEX customers_extra ON app.customers USING gin (extra) WITH (fastupdate = off);

-- drift: index app.customers.customers_extra: options
ALTER INDEX app.customers_extra SET (fastupdate = on);

-- drift: index app.products.products_place: method
DROP INDEX app.products_place;
CREATE INDEX products_place ON app.products USING spgist (place);

-- drift: index app.products.products_code: method
DROP INDEX app.products_code;
CREATE INDEX products_code ON app.products (code);

-- drift: index app.orders.orders_placed: options
ALTER INDEX app.orders_placed SET (pages_per_range = 64);

-- drift: index app.orders.orders_placed: columns
-- since: 14
DROP INDEX app.orders_placed;
CREATE INDEX orders_placed ON app.orders USING brin (placed timestamptz_minmax_multi_ops) WITH (pages_per_range = 32);

-- drift: index app.orders.orders_status: options
ALTER INDEX app.orders_status RESET (fillfactor);

-- drift: index app.customers.customers_one_null: nulls_not_distinct
-- since: 15
DROP INDEX app.customers_one_null;
CREATE UNIQUE INDEX customers_one_null ON app.customers (born);

-- What a failed CREATE INDEX CONCURRENTLY leaves.
-- drift: index app.orders.orders_status: valid
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.orders_status'::regclass;

-- drift: index app.orders.orders_customer: clustered
ALTER TABLE app.orders SET WITHOUT CLUSTER;

-- drift: index app.orders.orders_customer: clustered
-- drift: index app.orders.orders_status: clustered
ALTER TABLE app.orders CLUSTER ON orders_status;

-- drift: index app.customers.customers_trigram: columns
-- since: 13
DROP INDEX app.customers_trigram;
CREATE INDEX customers_trigram ON app.customers USING gin ((upper(name)) ext.gin_trgm_ops);

-- drift: index app.orders.orders_status: depends_on_extensions
ALTER INDEX app.orders_status DEPENDS ON EXTENSION hstore;

-- drift: index app.orders.orders_customer: comment
COMMENT ON INDEX app.orders_customer IS 'Of no use';
