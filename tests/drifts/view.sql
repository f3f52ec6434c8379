-- Views, materialised views and rules.

-- drift: view app.guarded: definition
CREATE OR REPLACE VIEW app.guarded WITH (security_barrier = true) AS SELECT id, title FROM app.documents;

-- drift: view app.guarded: options
ALTER VIEW app.guarded RESET (security_barrier);

-- drift: view app.invoked: options
-- since: 15
ALTER VIEW app.invoked RESET (security_invoker);

-- drift: view app.guarded: options
-- since: 15
ALTER VIEW app.guarded SET (security_invoker = true);

-- drift: view app.narrow: options
ALTER VIEW app.narrow SET (check_option = cascaded);

-- drift: view app.guarded: missing
DROP VIEW app.guarded;

-- drift: view app.more: unexpected
CREATE VIEW app.more AS SELECT 1 AS one;

-- drift: view app.guarded: missing
-- drift: view app.renamed: unexpected
ALTER VIEW app.guarded RENAME TO renamed;

-- drift: view app.guarded: definition
-- drift: view column app.guarded.title: missing
-- drift: view column app.guarded.heading: unexpected
ALTER VIEW app.guarded RENAME COLUMN title TO heading;

-- drift: view app.big_orders: owner
ALTER VIEW app.big_orders OWNER TO drift_owner;

-- drift: view app.big_orders: comment
COMMENT ON VIEW app.big_orders IS 'Worth nothing';

-- drift: view column app.big_orders.total: comment
COMMENT ON COLUMN app.big_orders.total IS 'Without tax';

-- drift: view column app.narrow.tenant: default
ALTER VIEW app.narrow ALTER tenant DROP DEFAULT;

-- A view does not follow its table.
-- drift: column app.products.more: unexpected
ALTER TABLE app.products ADD more integer;

-- drift: materialized view app.per_customer: populated
REFRESH MATERIALIZED VIEW app.per_customer WITH NO DATA;

-- drift: materialized view app.per_customer: definition
DROP MATERIALIZED VIEW app.per_customer;
CREATE MATERIALIZED VIEW app.per_customer WITH (fillfactor = 90) AS
  SELECT customer, count(*) AS orders FROM app.orders WHERE total > 0 GROUP BY customer;
CREATE UNIQUE INDEX per_customer_key ON app.per_customer (customer);
COMMENT ON MATERIALIZED VIEW app.per_customer IS 'Counted at night';
REVOKE ALL ON app.per_customer FROM drift_reader;

-- drift: materialized view app.per_customer: options
ALTER MATERIALIZED VIEW app.per_customer SET (fillfactor = 80);

-- drift: materialized view app.per_customer: owner
ALTER MATERIALIZED VIEW app.per_customer OWNER TO drift_owner;

-- drift: materialized view app.per_customer: missing
DROP MATERIALIZED VIEW app.per_customer;

-- drift: materialized view app.per_customer: comment
COMMENT ON MATERIALIZED VIEW app.per_customer IS NULL;

-- drift: view column app.per_customer.orders: statistics
ALTER MATERIALIZED VIEW app.per_customer ALTER orders SET STATISTICS 10;

-- drift: index app.per_customer.per_customer_key: missing
DROP INDEX app.per_customer_key;

-- drift: index app.per_customer.per_customer_key: columns
DROP INDEX app.per_customer_key;
CREATE UNIQUE INDEX per_customer_key ON app.per_customer (orders);

-- drift: rewrite rule app.customers.no_delete: missing
DROP RULE no_delete ON app.customers;

-- drift: rewrite rule app.customers.no_delete: enabled
ALTER TABLE app.customers DISABLE RULE no_delete;

-- drift: rewrite rule app.settings.logged: definition
CREATE OR REPLACE RULE logged AS ON UPDATE TO app.settings DO ALSO INSERT INTO audit.log (what) VALUES (NEW.value);

-- drift: rewrite rule app.settings.logged: comment
COMMENT ON RULE logged ON app.settings IS NULL;

-- drift: rewrite rule app.tenants.more: unexpected
CREATE RULE more AS ON INSERT TO app.tenants DO ALSO NOTHING;
