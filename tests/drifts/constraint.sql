-- Constraints of tables.

-- drift: constraint app.tenants.tenants_pkey: missing
ALTER TABLE app.tenants DROP CONSTRAINT tenants_pkey;
ALTER TABLE app.tenants ALTER id SET NOT NULL;

-- drift: constraint app.owned.owned_pkey: unexpected
-- drift: column app.owned.owner: nullable
-- drift: column app.cars.owner: nullable
ALTER TABLE app.owned ADD PRIMARY KEY (owner);

-- drift: constraint app.orders.orders_total_check: definition
ALTER TABLE app.orders DROP CONSTRAINT orders_total_check;
ALTER TABLE app.orders ADD CONSTRAINT orders_total_check CHECK (total > 0);
COMMENT ON CONSTRAINT orders_total_check ON app.orders IS 'No debts';

-- drift: constraint app.customers.customers_joined_check: definition
ALTER TABLE app.customers DROP CONSTRAINT customers_joined_check;
ALTER TABLE app.customers ADD CONSTRAINT customers_joined_check CHECK (joined > '2020-01-01 00:00:00+02'::timestamptz);

-- drift: constraint app.orders.orders_note_check: validated
ALTER TABLE app.orders VALIDATE CONSTRAINT orders_note_check;

-- drift: constraint app.lines.lines_product_fkey: validated
ALTER TABLE app.lines VALIDATE CONSTRAINT lines_product_fkey;

-- drift: constraint app.lines.lines_order_fkey: validated
ALTER TABLE app.lines DROP CONSTRAINT lines_order_fkey;
ALTER TABLE app.lines ADD CONSTRAINT lines_order_fkey FOREIGN KEY ("order") REFERENCES app.orders ON DELETE CASCADE NOT VALID;

-- drift: constraint app.lines.lines_order_fkey: definition
ALTER TABLE app.lines DROP CONSTRAINT lines_order_fkey;
ALTER TABLE app.lines ADD CONSTRAINT lines_order_fkey FOREIGN KEY ("order") REFERENCES app.orders ON DELETE SET NULL;

-- drift: constraint app.lines.lines_order_fkey: definition
ALTER TABLE app.lines DROP CONSTRAINT lines_order_fkey;
ALTER TABLE app.lines ADD CONSTRAINT lines_order_fkey FOREIGN KEY ("order") REFERENCES app.products ON DELETE CASCADE;

-- drift: constraint app.orders.orders_customer_fkey: definition
ALTER TABLE app.orders ALTER CONSTRAINT orders_customer_fkey NOT DEFERRABLE;

-- drift: constraint app.orders.orders_customer_fkey: definition
ALTER TABLE app.orders ALTER CONSTRAINT orders_customer_fkey DEFERRABLE INITIALLY IMMEDIATE;

-- drift: constraint app.orders.orders_customer_fkey: definition
ALTER TABLE app.orders DROP CONSTRAINT orders_customer_fkey;
ALTER TABLE app.orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES app.customers (id)
  MATCH FULL ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;

-- drift: constraint app.orders.orders_once: definition
ALTER TABLE app.orders DROP CONSTRAINT orders_once;
ALTER TABLE app.orders ADD CONSTRAINT orders_once UNIQUE (customer, placed);

-- drift: constraint app.orders.orders_once: definition
ALTER TABLE app.orders DROP CONSTRAINT orders_once;
ALTER TABLE app.orders ADD CONSTRAINT orders_once UNIQUE (placed, customer) DEFERRABLE;

-- drift: constraint app.orders.orders_customer_fkey: missing
ALTER TABLE app.orders DROP CONSTRAINT orders_customer_fkey;

-- drift: constraint app.lines.more: unexpected
ALTER TABLE app.lines ADD CONSTRAINT more CHECK (pieces < 100);

-- drift: constraint app.lines.lines_pieces_check: missing
-- drift: constraint app.lines.renamed: unexpected
ALTER TABLE app.lines RENAME CONSTRAINT lines_pieces_check TO renamed;

-- drift: constraint app.bookings.bookings_overlap: definition
ALTER TABLE app.bookings DROP CONSTRAINT bookings_overlap;
ALTER TABLE app.bookings ADD CONSTRAINT bookings_overlap EXCLUDE USING gist (room WITH =, during WITH -|-) WHERE (NOT cancelled);

-- drift: constraint app.bookings.bookings_overlap: definition
ALTER TABLE app.bookings DROP CONSTRAINT bookings_overlap;
ALTER TABLE app.bookings ADD CONSTRAINT bookings_overlap EXCLUDE USING gist (room WITH =, during WITH &&);

-- drift: constraint app.customers.customers_login_key: definition
-- since: 15
ALTER TABLE app.customers DROP CONSTRAINT customers_login_key;
ALTER TABLE app.customers ADD CONSTRAINT customers_login_key UNIQUE NULLS NOT DISTINCT (login) WITH (fillfactor = 90);

-- drift: constraint app.customers.customers_login_key: definition
ALTER TABLE app.customers DROP CONSTRAINT customers_login_key;
ALTER TABLE app.customers ADD CONSTRAINT customers_login_key UNIQUE (login) INCLUDE (name) WITH (fillfactor = 90);

-- drift: constraint app.customers.customers_login_key: index_options
ALTER INDEX app.customers_login_key SET (fillfactor = 50);

-- A unique index is not a unique constraint.
-- drift: constraint app.customers.customers_login_key: missing
-- drift: index app.customers.customers_login_key: unexpected
ALTER TABLE app.customers DROP CONSTRAINT customers_login_key;
CREATE UNIQUE INDEX customers_login_key ON app.customers (login) WITH (fillfactor = 90);

-- drift: constraint app.products.products_pkey: clustered
ALTER TABLE app.products SET WITHOUT CLUSTER;

-- drift: constraint app.lines.lines_pieces_check: definition
ALTER TABLE app.lines DROP CONSTRAINT lines_pieces_check;
ALTER TABLE app.lines ADD CONSTRAINT lines_pieces_check CHECK (pieces > 0) NO INHERIT;

-- Nothing checks a foreign key whose triggers are off.
-- drift: constraint app.lines.lines_order_fkey: enforced
-- drift: constraint app.lines.lines_product_fkey: enforced
ALTER TABLE app.lines DISABLE TRIGGER ALL;

-- drift: constraint app.lines.lines_order_fkey: enforced
-- drift: constraint app.lines.lines_product_fkey: enforced
ALTER TABLE app.lines DISABLE TRIGGER ALL;
ALTER TABLE app.lines ENABLE TRIGGER USER;

-- drift: constraint app.orders.orders_customer_fkey: enforced
ALTER TABLE app.customers DISABLE TRIGGER ALL;

-- drift: constraint app.newest.newest_check: definition
-- since: 18
ALTER TABLE app.newest DROP CONSTRAINT newest_check;
ALTER TABLE app.newest ADD CONSTRAINT newest_check CHECK (id > 0);

-- drift: constraint app.lines.lines_order_fkey: definition
-- since: 18
ALTER TABLE app.lines ALTER CONSTRAINT lines_order_fkey NOT ENFORCED;

-- drift: constraint app.newest.newest_key: definition
-- since: 18
ALTER TABLE app.newest DROP CONSTRAINT newest_key;
ALTER TABLE app.newest ADD CONSTRAINT newest_key PRIMARY KEY (id, during);

-- drift: constraint app.orders.orders_total_check: comment
COMMENT ON CONSTRAINT orders_total_check ON app.orders IS NULL;

-- drift: constraint app.orders.orders_pkey: index_comment
COMMENT ON INDEX app.orders_pkey IS 'Of the key';
