-- Extensions, what belongs to them, and the objects that depend on them.

-- drift: extension pg_trgm: version
ALTER EXTENSION pg_trgm UPDATE;

-- drift: extension btree_gist: schema
ALTER EXTENSION btree_gist SET SCHEMA public;

-- drift: extension tablefunc: unexpected
CREATE EXTENSION tablefunc;

-- drift: extension btree_gist: missing
-- drift: constraint app.bookings.bookings_overlap: missing
-- since: 13
-- until: 17
DROP EXTENSION btree_gist CASCADE;

-- drift: extension citext: comment
COMMENT ON EXTENSION citext IS 'Another thing';

-- drift: extension citext: owner
-- alone
UPDATE pg_extension SET extowner = 'drift_owner'::regrole WHERE extname = 'citext';

-- What was taken from a member of an extension.
-- drift: system object "function ext.similarity(pg_catalog.text,pg_catalog.text)": unexpected
REVOKE EXECUTE ON FUNCTION ext.similarity(text, text) FROM PUBLIC;

-- drift: system object "function ext.hstore(pg_catalog.text,pg_catalog.text)": missing
GRANT EXECUTE ON FUNCTION ext.hstore(text, text) TO PUBLIC;

-- drift: system object "function ext.hstore(pg_catalog.text,pg_catalog.text)": privileges
GRANT EXECUTE ON FUNCTION ext.hstore(text, text) TO drift_reader;

-- A member that was let go is an object like any other.
-- drift: function ext.similarity_dist(text, text): unexpected
ALTER EXTENSION pg_trgm DROP FUNCTION ext.similarity_dist(text, text);

-- What is made a member is no longer the project's.
-- drift: function app.quiet(text): missing
ALTER EXTENSION hstore ADD FUNCTION app.quiet(text);

-- drift: function app.bound(): depends_on_extensions
ALTER FUNCTION app.bound() NO DEPENDS ON EXTENSION citext;

-- What is dropped with an extension is the project's all the same.
-- drift: function app.bound(): volatility
ALTER FUNCTION app.bound() STABLE;

-- drift: function app.quiet(text): depends_on_extensions
ALTER FUNCTION app.quiet(text) DEPENDS ON EXTENSION hstore;
