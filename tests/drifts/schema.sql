-- Schemas.

-- drift: schema spare: missing
DROP SCHEMA spare;

-- drift: schema more: unexpected
CREATE SCHEMA more;

-- drift: schema audit: owner
ALTER SCHEMA audit OWNER TO postgres;

-- drift: schema app: privileges
GRANT CREATE ON SCHEMA app TO drift_writer;

-- drift: schema public: privileges
GRANT ALL ON SCHEMA public TO drift_reader;

-- drift: schema public: missing
DROP SCHEMA public;

-- drift: schema spare: missing
-- drift: schema renamed: unexpected
ALTER SCHEMA spare RENAME TO renamed;

-- drift: schema audit: comment
COMMENT ON SCHEMA audit IS 'Who did what';
