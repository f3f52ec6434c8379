-- Users, and nothing of their circuits.

-- The table of the same name that mixes both is moved aside first: IF NOT EXISTS would keep it in silence.
DO $$
DECLARE
  old_name TEXT;
BEGIN
  IF to_regclass('public.user_profiles_legacy') IS NULL AND EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = to_regclass('public.user_profiles') AND attname = 'circuit_parameters' AND NOT attisdropped
  ) THEN
    ALTER TABLE public.user_profiles RENAME TO user_profiles_legacy;
    -- The names of its indexes are needed for the new table; constraints follow their index.
    FOR old_name IN
      SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = 'public.user_profiles_legacy'::regclass
    LOOP
      EXECUTE format('ALTER INDEX public.%I RENAME TO %I', old_name, 'legacy_' || old_name);
    END LOOP;
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS public.user_profiles (
  id UUID PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE,
  username TEXT UNIQUE,
  preferences JSONB NOT NULL DEFAULT '{}',
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
