CREATE SCHEMA shop;
CREATE TABLE shop.orders (id serial PRIMARY KEY, total integer CHECK (total > 0));
CREATE INDEX orders_total ON shop.orders (total);
CREATE FUNCTION shop.count_orders() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE TYPE shop.state AS ENUM ('open', 'closed');
CREATE DOMAIN shop.amount AS integer DEFAULT 0 CONSTRAINT positive CHECK (VALUE > 0);
CREATE TRIGGER watch BEFORE UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE POLICY own ON shop.orders USING (total > 0);
