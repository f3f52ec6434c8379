-- Roles that the database's objects name, and what they were given in it.

-- drift: role drift_reader: create_role
ALTER ROLE drift_reader CREATEROLE;

-- drift: role drift_reader: superuser
ALTER ROLE drift_reader SUPERUSER;

-- drift: role drift_reader: bypass_row_security
ALTER ROLE drift_reader BYPASSRLS;

-- drift: role drift_reader: login
ALTER ROLE drift_reader NOLOGIN;

-- drift: role drift_reader: inherit
-- until: 15
ALTER ROLE drift_reader NOINHERIT;

-- drift: role drift_reader: connection_limit
ALTER ROLE drift_reader CONNECTION LIMIT 5;

-- drift: role drift_reader: valid_until
ALTER ROLE drift_reader VALID UNTIL '2040-01-01 00:00:00+01';

-- drift: role drift_reader: member_of
GRANT drift_group TO drift_reader;

-- drift: role drift_writer: member_of
REVOKE drift_group FROM drift_writer;

-- drift: role drift_writer: member_of
GRANT drift_group TO drift_writer WITH ADMIN OPTION;

-- drift: role drift_writer: settings
ALTER ROLE drift_writer RESET lock_timeout;

-- drift: role drift_reader: settings
ALTER ROLE drift_reader SET search_path = app;

-- drift: role drift_reader: parameters
-- since: 15
GRANT SET ON PARAMETER log_min_messages TO drift_reader;

-- drift: role drift_reader: comment
COMMENT ON ROLE drift_reader IS NULL;

-- drift: role settings drift_reader: settings
DO $$ BEGIN EXECUTE format('ALTER ROLE drift_reader IN DATABASE %I SET statement_timeout = 1', current_database()); END $$;

-- drift: role settings drift_reader: missing
DO $$ BEGIN EXECUTE format('ALTER ROLE drift_reader IN DATABASE %I RESET ALL', current_database()); END $$;

-- drift: role settings drift_group: unexpected
DO $$ BEGIN EXECUTE format('ALTER ROLE drift_group IN DATABASE %I SET work_mem = 64', current_database()); END $$;

-- drift: role settings "ALL": unexpected
ALTER ROLE ALL SET statement_timeout = '10s';
