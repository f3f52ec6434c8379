-- Statistics, publications, foreign data, operators, text search, collations, languages, transforms, large objects.

-- drift: statistics object app.lines_statistics: missing
DROP STATISTICS app.lines_statistics;

-- drift: statistics object app.lines_statistics: kinds
DROP STATISTICS app.lines_statistics;
CREATE STATISTICS app.lines_statistics (ndistinct) ON "order", product FROM app.lines;
COMMENT ON STATISTICS app.lines_statistics IS 'They go together';

-- drift: statistics object app.lines_statistics: columns
DROP STATISTICS app.lines_statistics;
CREATE STATISTICS app.lines_statistics (ndistinct, dependencies) ON "order", pieces FROM app.lines;
COMMENT ON STATISTICS app.lines_statistics IS 'They go together';

-- drift: statistics object app.lines_statistics: target
ALTER STATISTICS app.lines_statistics SET STATISTICS 50;

-- drift: statistics object app.lines_statistics: owner
ALTER STATISTICS app.lines_statistics OWNER TO drift_owner;

-- drift: statistics object app.lines_statistics: comment
COMMENT ON STATISTICS app.lines_statistics IS NULL;

-- drift: statistics object app.packed_expressions: columns
-- since: 14
DROP STATISTICS app.packed_expressions;
CREATE STATISTICS app.packed_expressions ON (id + 2), text FROM app.packed;

-- drift: publication sent: tables
ALTER PUBLICATION sent DROP TABLE app.events;

-- drift: publication sent: tables
ALTER PUBLICATION sent ADD TABLE app.lines;

-- drift: publication sent: operations
ALTER PUBLICATION sent SET (publish = 'insert');

-- drift: publication sent: via_root
ALTER PUBLICATION sent SET (publish_via_partition_root = true);

-- drift: publication sent: missing
DROP PUBLICATION sent;

-- drift: publication all_of_it: unexpected
CREATE PUBLICATION all_of_it FOR ALL TABLES;

-- drift: publication sent: owner
ALTER PUBLICATION sent OWNER TO drift_owner;

-- drift: publication sent: comment
COMMENT ON PUBLICATION sent IS NULL;

-- drift: publication narrow: tables
-- since: 15
ALTER PUBLICATION narrow SET TABLE app.orders (id, total) WHERE (total > 1);

-- drift: publication narrow: tables
-- since: 15
ALTER PUBLICATION narrow SET TABLE app.orders (id) WHERE (total > 0);

-- drift: publication whole: schemas
-- since: 15
ALTER PUBLICATION whole ADD TABLES IN SCHEMA spare;

-- drift: publication sent: generated_columns
-- since: 18
ALTER PUBLICATION sent SET (publish_generated_columns = stored);

-- drift: foreign server post: options
ALTER SERVER post OPTIONS (SET host 'other.example');

-- drift: foreign server post: options
ALTER SERVER post OPTIONS (DROP password);

-- drift: foreign server post: version
ALTER SERVER post VERSION '2';

-- drift: foreign server post: owner
ALTER SERVER post OWNER TO postgres;

-- drift: foreign server post: comment
COMMENT ON SERVER post IS NULL;

-- drift: foreign-data wrapper mail: options
ALTER FOREIGN DATA WRAPPER mail OPTIONS (SET mode 'fast');

-- drift: foreign-data wrapper mail: validator
-- drift: foreign-data wrapper mail: options
ALTER FOREIGN DATA WRAPPER mail OPTIONS (DROP mode);
ALTER FOREIGN DATA WRAPPER mail VALIDATOR postgresql_fdw_validator;

-- drift: foreign-data wrapper mail: missing
-- drift: foreign server post: missing
-- drift: foreign table app.mails: missing
DROP FOREIGN DATA WRAPPER mail CASCADE;

-- drift: user mapping post.drift_reader: options
ALTER USER MAPPING FOR drift_reader SERVER post OPTIONS (SET user 'other');

-- drift: user mapping post.drift_reader: missing
DROP USER MAPPING FOR drift_reader SERVER post;

-- drift: user mapping post.public: unexpected
CREATE USER MAPPING FOR PUBLIC SERVER post;

-- drift: foreign table app.mails: options
ALTER FOREIGN TABLE app.mails OPTIONS (SET box 'out');

-- drift: foreign table app.mails: missing
DROP FOREIGN TABLE app.mails;

-- drift: column app.mails.id: foreign_options
ALTER FOREIGN TABLE app.mails ALTER id OPTIONS (SET column_name 'no');

-- drift: column app.mails.subject: type
ALTER FOREIGN TABLE app.mails ALTER subject TYPE varchar(10);

-- drift: constraint app.mails.some_check: unexpected
ALTER FOREIGN TABLE app.mails ADD CONSTRAINT some_check CHECK (id > 0);

-- drift: foreign table app.mails: owner
ALTER FOREIGN TABLE app.mails OWNER TO drift_owner;

-- drift: foreign table app.mails: privileges
GRANT SELECT ON app.mails TO drift_writer;

-- drift: cast "integer AS app.status": missing
DROP CAST (integer AS app.status);

-- drift: cast "integer AS app.status": context
DROP CAST (integer AS app.status);
CREATE CAST (integer AS app.status) WITH FUNCTION app.to_status(integer) AS IMPLICIT;

-- drift: cast "app.status AS integer": unexpected
-- drift: function app.to_number(app.status): unexpected
CREATE FUNCTION app.to_number(app.status) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE CAST (app.status AS integer) WITH FUNCTION app.to_number(app.status);

-- drift: operator app."==="(integer, integer): missing
DROP OPERATOR app.=== (integer, integer);

-- drift: operator app."==="(integer, integer): restrict
ALTER OPERATOR app.=== (integer, integer) SET (restrict = neqsel);

-- drift: operator app."==="(integer, integer): hashes
DROP OPERATOR app.=== (integer, integer);
CREATE OPERATOR app.=== (leftarg = integer, rightarg = integer, function = app.same, commutator = operator(app.===), restrict = eqsel);

-- drift: operator app."==="(integer, integer): owner
ALTER OPERATOR app.=== (integer, integer) OWNER TO drift_owner;

-- drift: operator class app."whole_class USING btree": missing
DROP OPERATOR CLASS app.whole_class USING btree;

-- drift: operator class app."whole_class USING btree": members
DROP OPERATOR CLASS app.whole_class USING btree;
CREATE OPERATOR CLASS app.whole_class FOR TYPE integer USING btree FAMILY app.whole_family AS
  OPERATOR 1 <, FUNCTION 1 btint4cmp(integer, integer);

-- drift: operator family app."whole_family USING btree": members
ALTER OPERATOR FAMILY app.whole_family USING btree ADD OPERATOR 1 < (integer, bigint);

-- drift: text search dictionary app.stems: options
ALTER TEXT SEARCH DICTIONARY app.stems (stopwords = english);

-- drift: text search configuration app.searched: mappings
ALTER TEXT SEARCH CONFIGURATION app.searched DROP MAPPING FOR word;

-- drift: text search configuration app.searched: mappings
ALTER TEXT SEARCH CONFIGURATION app.searched ALTER MAPPING FOR word WITH simple, app.stems;

-- drift: text search configuration app.searched: missing
DROP TEXT SEARCH CONFIGURATION app.searched;

-- drift: collation app.bytes: missing
DROP COLLATION app.bytes;

-- drift: collation app.bytes: collate
-- drift: collation app.bytes: ctype
DROP COLLATION app.bytes;
CREATE COLLATION app.bytes (provider = libc, locale = 'POSIX');
COMMENT ON COLLATION app.bytes IS 'As bytes';

-- drift: collation app.bytes: owner
ALTER COLLATION app.bytes OWNER TO drift_owner;

-- drift: collation app.bytes: comment
COMMENT ON COLLATION app.bytes IS NULL;

-- drift: conversion app.latin: missing
DROP CONVERSION app.latin;

-- drift: conversion app.latin: default
DROP CONVERSION app.latin;
CREATE DEFAULT CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

-- drift: language spoken: missing
DROP LANGUAGE spoken;

-- drift: language spoken: trusted
DROP LANGUAGE spoken;
CREATE LANGUAGE spoken HANDLER app.handle;

-- drift: language spoken: privileges
REVOKE USAGE ON LANGUAGE spoken FROM PUBLIC;

-- drift: transform "bigint for sql": missing
DROP TRANSFORM FOR bigint LANGUAGE sql;

-- drift: transform "bigint for sql": to_sql
CREATE OR REPLACE TRANSFORM FOR bigint LANGUAGE sql
  (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int8recv(internal));

-- drift: large objects "of supabase_admin": missing
-- drift: large objects "of drift_owner": unexpected
ALTER LARGE OBJECT 4711 OWNER TO drift_owner;

-- drift: large objects "of supabase_admin": missing
SELECT lo_unlink(4711);

-- drift: access method pile: unexpected
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;
