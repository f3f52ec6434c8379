DO $$ BEGIN
  EXECUTE format('ALTER ROLE anon IN DATABASE %I SET work_mem = ''16MB''', current_database());
  EXECUTE format('ALTER ROLE service_role IN DATABASE %I SET work_mem = ''8MB''', current_database());
END $$;
