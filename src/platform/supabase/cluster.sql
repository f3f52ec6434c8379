-- The roles of a hosted Supabase project, for the whole cluster: run once by supabase_admin, the bootstrap superuser.
-- Running it again, or on a cluster that has some of the roles already, brings the attributes and memberships back.

SET client_min_messages = warning;

DO $$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT * FROM (VALUES
      ('supabase_admin', 'SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS LOGIN INHERIT'),
      -- The customer's role has wide powers, but it is not a superuser.
      ('postgres', 'NOSUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS LOGIN INHERIT'),
      ('anon', 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOLOGIN INHERIT'),
      ('authenticated', 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOLOGIN INHERIT'),
      ('service_role', 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS NOLOGIN INHERIT'),
      ('authenticator', 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN NOINHERIT'),
      ('supabase_auth_admin', 'NOSUPERUSER NOCREATEDB CREATEROLE NOREPLICATION NOBYPASSRLS LOGIN NOINHERIT'),
      ('supabase_storage_admin', 'NOSUPERUSER NOCREATEDB CREATEROLE NOREPLICATION NOBYPASSRLS LOGIN NOINHERIT'),
      ('supabase_replication_admin', 'NOSUPERUSER NOCREATEDB NOCREATEROLE REPLICATION NOBYPASSRLS LOGIN INHERIT'),
      ('supabase_read_only_user', 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS LOGIN INHERIT'),
      ('dashboard_user', 'NOSUPERUSER CREATEDB CREATEROLE REPLICATION NOBYPASSRLS NOLOGIN INHERIT')
    ) AS role (name, attributes)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
      EXECUTE format('CREATE ROLE %I', wanted.name);
    END IF;
    -- The bootstrap superuser can never lose that attribute, and needs none of the others set again.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name AND oid = 10) THEN
      EXECUTE format('ALTER ROLE %I %s', wanted.name, wanted.attributes);
    END IF;
  END LOOP;
END
$$;

-- The API connects as authenticator and then switches to one of the three. On hosted projects the customer may
-- hand these roles on, hence the admin option.
GRANT anon, authenticated, service_role TO authenticator;
GRANT anon, authenticated, service_role TO postgres WITH ADMIN OPTION;
GRANT pg_monitor, pg_signal_backend TO postgres;

DO $$
BEGIN
  IF current_setting('server_version_num')::integer >= 140000 THEN
    GRANT pg_read_all_data TO postgres, supabase_read_only_user;
  END IF;

  -- Hosted projects let postgres create policies on the storage tables without owning them, through the extension
  -- supautils. A policy needs ownership, so membership of the owner stands in for it. The difference: postgres could
  -- also alter or drop these tables here, which a hosted project refuses. From 16 on it cannot become the owner.
  IF current_setting('server_version_num')::integer >= 160000 THEN
    EXECUTE 'GRANT supabase_storage_admin TO postgres WITH INHERIT TRUE, SET FALSE';
  ELSE
    GRANT supabase_storage_admin TO postgres;
  END IF;

  -- There is no such way around for auth.users: its owner may not be reached from postgres.
  IF EXISTS (
    SELECT FROM pg_auth_members
    WHERE pg_get_userbyid(roleid) = 'supabase_auth_admin' AND pg_get_userbyid(member) = 'postgres'
  ) THEN
    REVOKE supabase_auth_admin FROM postgres;
  END IF;
END
$$;

-- Role settings rather than database settings: those are not copied when a database is made from a template.
ALTER ROLE postgres SET search_path = "$user", public, extensions;
ALTER ROLE supabase_admin SET search_path = "$user", public, extensions;
ALTER ROLE supabase_auth_admin SET search_path = auth;
ALTER ROLE supabase_auth_admin SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE supabase_storage_admin SET search_path = storage;
ALTER ROLE anon SET statement_timeout = '3s';
ALTER ROLE authenticated SET statement_timeout = '8s';
ALTER ROLE authenticator SET statement_timeout = '8s';
ALTER ROLE authenticator SET lock_timeout = '8s';

RESET client_min_messages;
