-- Sequences.

-- drift: sequence app.numbers: increment
ALTER SEQUENCE app.numbers INCREMENT 6;

-- drift: sequence app.numbers: minimum
ALTER SEQUENCE app.numbers MINVALUE 11;

-- drift: sequence app.numbers: maximum
ALTER SEQUENCE app.numbers MAXVALUE 100001;

-- drift: sequence app.numbers: start
ALTER SEQUENCE app.numbers START 101;

-- drift: sequence app.numbers: cache
ALTER SEQUENCE app.numbers CACHE 1;

-- drift: sequence app.numbers: cycle
ALTER SEQUENCE app.numbers CYCLE;

-- drift: sequence app.numbers: type
ALTER SEQUENCE app.numbers AS bigint;

-- drift: sequence app.plain: persistence
-- since: 15
ALTER SEQUENCE app.plain SET UNLOGGED;

-- drift: sequence app.fleeting: persistence
-- since: 15
ALTER SEQUENCE app.fleeting SET LOGGED;

-- drift: sequence app.plain: owned_by
ALTER SEQUENCE app.plain OWNED BY app.loose.id;

-- drift: sequence app.orders_id_seq: owned_by
ALTER SEQUENCE app.orders_id_seq OWNED BY NONE;

-- drift: sequence app.plain: missing
DROP SEQUENCE app.plain;

-- drift: sequence app.more: unexpected
CREATE SEQUENCE app.more;

-- drift: column app.orders.id: default
-- drift: sequence app.orders_id_seq: missing
-- drift: sequence app.order_numbers: unexpected
ALTER SEQUENCE app.orders_id_seq RENAME TO order_numbers;

-- drift: sequence app.plain: owner
ALTER SEQUENCE app.plain OWNER TO drift_owner;

-- drift: sequence app.numbers: comment
COMMENT ON SEQUENCE app.numbers IS NULL;

-- drift: sequence audit.log_id_seq: persistence
-- since: 15
ALTER SEQUENCE audit.log_id_seq SET UNLOGGED;
