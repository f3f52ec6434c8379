-- The schemas, extensions and publication of a hosted Supabase project, and what its roles may do in them.

-- Up to 14 the schema public belongs to the bootstrap superuser; from 15 on it follows the owner of the database.
DO $$
BEGIN
  IF current_setting('server_version_num')::integer < 150000 THEN
    ALTER SCHEMA public OWNER TO postgres;
  END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS extensions AUTHORIZATION postgres;
CREATE SCHEMA IF NOT EXISTS auth AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS storage AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS realtime AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS vault AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS graphql AUTHORIZATION supabase_admin;
CREATE SCHEMA IF NOT EXISTS graphql_public AUTHORIZATION supabase_admin;

-- A server without the contrib modules still gets a platform that works: gen_random_uuid() is part of the core.
DO $$
DECLARE
  extension name;
BEGIN
  FOR extension IN
    SELECT name FROM pg_available_extensions
    WHERE name IN ('uuid-ossp', 'pgcrypto', 'pgjwt') AND installed_version IS NULL
    ORDER BY name <> 'pgcrypto', name  -- pgjwt needs pgcrypto
  LOOP
    EXECUTE format('CREATE EXTENSION %I WITH SCHEMA extensions', extension);
  END LOOP;
END
$$;

GRANT USAGE ON SCHEMA public, extensions, auth, storage TO postgres, anon, authenticated, service_role;
GRANT USAGE ON SCHEMA realtime, graphql, graphql_public TO postgres, anon, authenticated, service_role;
GRANT USAGE ON SCHEMA vault TO postgres, service_role;
GRANT USAGE ON SCHEMA auth, storage, realtime TO postgres WITH GRANT OPTION;
GRANT ALL ON SCHEMA auth TO supabase_auth_admin, dashboard_user;
-- Not CREATE, although the hosted service has it: postgres would have it too, through its membership of this role.
GRANT USAGE ON SCHEMA storage TO supabase_storage_admin;
GRANT ALL ON SCHEMA storage, extensions TO dashboard_user;
GRANT ALL ON ALL ROUTINES IN SCHEMA extensions TO postgres, dashboard_user;

-- A new table in public is open to everyone who holds the anonymous key until its row security is on. Tests of row
-- security mean something only where that is so here too.
ALTER DEFAULT PRIVILEGES FOR ROLE postgres, supabase_admin IN SCHEMA public
  GRANT ALL ON TABLES TO postgres, anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES FOR ROLE postgres, supabase_admin IN SCHEMA public
  GRANT ALL ON FUNCTIONS TO postgres, anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES FOR ROLE postgres, supabase_admin IN SCHEMA public
  GRANT ALL ON SEQUENCES TO postgres, anon, authenticated, service_role;

-- Users add the tables that clients listen to. A server without logical WAL warns about it, which is of no use here.
SET LOCAL client_min_messages = error;
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'supabase_realtime') THEN
    CREATE PUBLICATION supabase_realtime;
  END IF;
END
$$;
ALTER PUBLICATION supabase_realtime OWNER TO postgres;
