-- What a database is given beside its objects; the server does not copy it.

DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO drift_reader', current_database());
  EXECUTE format('COMMENT ON DATABASE %I IS ''The shop''''s database''', current_database());
  EXECUTE format('ALTER ROLE drift_reader IN DATABASE %I SET statement_timeout = ''10s''', current_database());
END $$;
