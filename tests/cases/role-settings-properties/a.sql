DO $$ BEGIN
  EXECUTE format('ALTER ROLE anon IN DATABASE %I SET work_mem = ''8MB''', current_database());
  EXECUTE format('ALTER ROLE authenticated IN DATABASE %I SET work_mem = ''8MB''', current_database());
END $$;
