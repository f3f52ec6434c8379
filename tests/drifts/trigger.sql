-- Triggers of tables, and event triggers.

-- drift: trigger app.orders.touch: enabled
ALTER TABLE app.orders DISABLE TRIGGER touch;

-- drift: trigger app.orders.touch: enabled
ALTER TABLE app.orders ENABLE REPLICA TRIGGER touch;

-- drift: trigger app.orders.touch: enabled
ALTER TABLE app.orders ENABLE ALWAYS TRIGGER touch;

-- drift: trigger app.orders.silent: enabled
ALTER TABLE app.orders ENABLE TRIGGER silent;

-- drift: trigger app.orders.told: missing
DROP TRIGGER told ON app.orders;

-- drift: trigger app.tenants.more: unexpected
CREATE TRIGGER more BEFORE UPDATE ON app.tenants FOR EACH ROW EXECUTE FUNCTION app.other_touch();

-- drift: trigger app.orders.told: missing
-- drift: trigger app.orders.renamed: unexpected
ALTER TRIGGER told ON app.orders RENAME TO renamed;

-- drift: trigger app.orders.touch: function
DROP TRIGGER touch ON app.orders;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF total, note ON app.orders FOR EACH ROW
  WHEN (NEW.placed < '2030-01-01 00:00:00+01') EXECUTE FUNCTION app.touch('one', E'two\\four');
COMMENT ON TRIGGER touch ON app.orders IS 'Keeps the time';

-- drift: trigger app.orders.touch: when
DROP TRIGGER touch ON app.orders;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF total, note ON app.orders FOR EACH ROW
  WHEN (NEW.placed < '2030-01-01 00:00:00+02') EXECUTE FUNCTION app.touch('one', E'two\\three');
COMMENT ON TRIGGER touch ON app.orders IS 'Keeps the time';

-- drift: trigger app.orders.touch: columns
DROP TRIGGER touch ON app.orders;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF total ON app.orders FOR EACH ROW
  WHEN (NEW.placed < '2030-01-01 00:00:00+01') EXECUTE FUNCTION app.touch('one', E'two\\three');
COMMENT ON TRIGGER touch ON app.orders IS 'Keeps the time';

-- drift: trigger app.orders.touch: timing
DROP TRIGGER touch ON app.orders;
CREATE TRIGGER touch AFTER INSERT OR UPDATE OF total, note ON app.orders FOR EACH ROW
  WHEN (NEW.placed < '2030-01-01 00:00:00+01') EXECUTE FUNCTION app.touch('one', E'two\\three');
COMMENT ON TRIGGER touch ON app.orders IS 'Keeps the time';

-- drift: trigger app.orders.silent: events
DROP TRIGGER silent ON app.orders;
CREATE TRIGGER silent BEFORE DELETE OR UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION app.other_touch();
ALTER TABLE app.orders DISABLE TRIGGER silent;

-- drift: trigger app.orders.silent: for_each
DROP TRIGGER silent ON app.orders;
CREATE TRIGGER silent BEFORE DELETE ON app.orders FOR EACH STATEMENT EXECUTE FUNCTION app.other_touch();
ALTER TABLE app.orders DISABLE TRIGGER silent;

-- drift: trigger app.orders.told: old_table
DROP TRIGGER told ON app.orders;
CREATE TRIGGER told AFTER UPDATE ON app.orders REFERENCING OLD TABLE AS earlier NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION app.other_touch();

-- drift: trigger app.orders.checked: initially_deferred
DROP TRIGGER checked ON app.orders;
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON app.orders FROM app.customers DEFERRABLE
  FOR EACH ROW EXECUTE FUNCTION app.other_touch();

-- drift: trigger app.orders.checked: constraint
-- drift: trigger app.orders.checked: deferrable
-- drift: trigger app.orders.checked: from_table
-- drift: trigger app.orders.checked: initially_deferred
DROP TRIGGER checked ON app.orders;
CREATE TRIGGER checked AFTER INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION app.other_touch();

-- The copy that a partition has.
-- drift: trigger app.events.cloned: partitions
ALTER TABLE app.events_2024 DISABLE TRIGGER cloned;

-- drift: trigger app.events.cloned: enabled
ALTER TABLE app.events DISABLE TRIGGER cloned;

-- drift: trigger app.events_2024.own: unexpected
CREATE TRIGGER own AFTER DELETE ON app.events_2024 FOR EACH ROW EXECUTE FUNCTION app.other_touch();

-- drift: trigger app.big_orders.instead: missing
DROP TRIGGER instead ON app.big_orders;

-- drift: trigger app.orders.touch: comment
COMMENT ON TRIGGER touch ON app.orders IS NULL;

-- drift: event trigger watching: enabled
ALTER EVENT TRIGGER watching DISABLE;

-- drift: event trigger watching: missing
DROP EVENT TRIGGER watching;

-- drift: event trigger watching: tags
DROP EVENT TRIGGER watching;
CREATE EVENT TRIGGER watching ON ddl_command_end WHEN tag IN ('CREATE TABLE') EXECUTE FUNCTION app.watch();

-- drift: event trigger watching: event
DROP EVENT TRIGGER watching;
CREATE EVENT TRIGGER watching ON ddl_command_start WHEN tag IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION app.watch();

-- drift: trigger app.orders.touch: depends_on_extensions
ALTER TRIGGER touch ON app.orders DEPENDS ON EXTENSION hstore;

-- drift: trigger app.orders.silent: enabled
-- drift: trigger app.orders.touch: enabled
-- drift: trigger app.orders.told: enabled
-- drift: trigger app.orders.checked: enabled
ALTER TABLE app.orders DISABLE TRIGGER USER;
ALTER TABLE app.orders ENABLE ALWAYS TRIGGER silent;
