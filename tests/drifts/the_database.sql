-- The database itself, and the rows that the manifest asks for.

-- drift: the database itself: privileges
DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM drift_reader', current_database()); END $$;

-- drift: the database itself: privileges
DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $$;

-- drift: the database itself: privileges
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO drift_writer', current_database()); END $$;

-- drift: the database itself: settings
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = app', current_database()); END $$;

-- drift: the database itself: settings
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET work_mem', current_database()); END $$;

-- drift: the database itself: comment
DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS NULL', current_database()); END $$;

-- drift: the database itself: connection_limit
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 7', current_database()); END $$;

-- drift: the database itself: owner
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO drift_owner', current_database()); END $$;

-- drift: row app.settings currency: value
UPDATE app.settings SET value = 'USD' WHERE name = 'currency';

-- drift: row app.settings tax: missing
DELETE FROM app.settings WHERE name = 'tax';

-- drift: row app.settings tax: sort
UPDATE app.settings SET sort = NULL WHERE name = 'tax';

-- drift: row app.settings more: unexpected
INSERT INTO app.settings VALUES ('more', 'x', 4);

-- drift: row app.settings tax: missing
-- drift: row app.settings Tax: unexpected
UPDATE app.settings SET name = 'Tax' WHERE name = 'tax';
