-- Types.

-- drift: enum app.status: values
ALTER TYPE app.status ADD VALUE 'lost';

-- drift: enum app.status: values
ALTER TYPE app.status ADD VALUE 'packed' BEFORE 'sent';

-- drift: enum app.status: values
ALTER TYPE app.status RENAME VALUE 'sent' TO 'shipped';

-- drift: enum app.more: unexpected
CREATE TYPE app.more AS ENUM ('a');

-- drift: enum app.status: owner
ALTER TYPE app.status OWNER TO drift_owner;

-- drift: enum app.status: comment
COMMENT ON TYPE app.status IS NULL;

-- drift: domain app.email: missing
-- drift: domain app.mail: unexpected
-- drift: column app.customers.email: type
ALTER DOMAIN app.email RENAME TO mail;

-- drift: domain app.email: default
ALTER DOMAIN app.email SET DEFAULT 'somebody@here';

-- drift: domain app.email: nullable
ALTER DOMAIN app.email DROP NOT NULL;

-- drift: domain constraint app.email.has_at: missing
ALTER DOMAIN app.email DROP CONSTRAINT has_at;

-- drift: domain constraint app.email.has_at: definition
ALTER DOMAIN app.email DROP CONSTRAINT has_at;
ALTER DOMAIN app.email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%_@_%');

-- drift: domain constraint app.amount.more: unexpected
ALTER DOMAIN app.amount ADD CONSTRAINT more CHECK (VALUE <> 13);

-- drift: domain constraint app.amount.small: validated
ALTER DOMAIN app.amount VALIDATE CONSTRAINT small;

-- drift: domain constraint app.amount.small: comment
COMMENT ON CONSTRAINT small ON DOMAIN app.amount IS 'Not too much';

-- drift: column app.address.street: type
-- drift: column app.customers.address: position
-- drift: column app.of_address.street: type
ALTER TABLE app.customers DROP COLUMN address;
DROP TABLE app.of_address;
ALTER TYPE app.address ALTER ATTRIBUTE street TYPE varchar(100);
CREATE TABLE app.of_address OF app.address;
REVOKE ALL ON app.of_address FROM drift_reader;
ALTER TABLE app.customers ADD COLUMN address app.address;

-- drift: column app.address.country: unexpected
-- drift: column app.of_address.country: unexpected
ALTER TYPE app.address ADD ATTRIBUTE country text CASCADE;

-- drift: column app.address.zip: missing
-- drift: column app.of_address.zip: missing
ALTER TYPE app.address DROP ATTRIBUTE zip CASCADE;

-- drift: column app.address.postcode: unexpected
-- drift: column app.address.zip: missing
-- drift: column app.of_address.postcode: unexpected
-- drift: column app.of_address.zip: missing
ALTER TYPE app.address RENAME ATTRIBUTE zip TO postcode CASCADE;

-- drift: range type app.period: subtype
-- drift: range type app.period: operator_class
DROP TYPE app.period;
CREATE TYPE app.period AS RANGE (subtype = timestamptz);

-- drift: range type app.period: difference
DROP TYPE app.period;
CREATE TYPE app.period AS RANGE (subtype = date, subtype_diff = daterange_subdiff);

-- drift: range type app.period: multirange
-- since: 14
DROP TYPE app.period;
CREATE TYPE app.period AS RANGE (subtype = date, multirange_type_name = app.periods);

-- drift: range type app.text_period: collation
DROP TYPE app.text_period;
CREATE TYPE app.text_period AS RANGE (subtype = text, collation = "POSIX");

-- drift: base type app.whole: parts
-- drift: function app.whole_send(app.whole): unexpected
CREATE FUNCTION app.whole_send(app.whole) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'int4send';
ALTER TYPE app.whole SET (send = app.whole_send);

-- drift: base type app.announced: missing
DROP TYPE app.announced;

-- drift: base type app.whole: parts
DROP TYPE app.whole CASCADE;
CREATE TYPE app.whole;
CREATE FUNCTION app.whole_in(cstring) RETURNS app.whole LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION app.whole_out(app.whole) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE app.whole (input = app.whole_in, output = app.whole_out, internallength = 4);
