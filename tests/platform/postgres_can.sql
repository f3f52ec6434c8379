-- postgres may switch to the API's roles, make schemas, roles and trusted extensions, and read and write users.

SET LOCAL SESSION AUTHORIZATION postgres;
INSERT INTO auth.users (id, email) VALUES ('11111111-1111-1111-1111-111111111111', 'a@b.c');
UPDATE auth.users SET raw_app_meta_data = '{"admin": true}' WHERE email = 'a@b.c';
CREATE TABLE public.profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE);
INSERT INTO public.profiles SELECT id FROM auth.users;
CREATE SCHEMA private;
CREATE ROLE reporting NOLOGIN;
GRANT authenticated TO reporting;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
    CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA extensions;
  END IF;
  BEGIN
    INSERT INTO public.profiles VALUES ('22222222-2222-2222-2222-222222222222');
    ASSERT false, 'a profile without a user';
  EXCEPTION WHEN foreign_key_violation THEN NULL;
  END;
  DELETE FROM auth.users WHERE email = 'a@b.c';
  ASSERT NOT EXISTS (SELECT FROM public.profiles), 'the deletion of a user does not cascade to public';
END
$$;

SET LOCAL ROLE anon;
SET LOCAL ROLE authenticated;
SET LOCAL ROLE service_role;
