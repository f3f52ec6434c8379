-- What the application had before: users and their circuits in one table, and tagged models that belong to no circuit.
-- A database that has these tables keeps them; one that has moved them aside already is left alone.
DO $$
BEGIN
  IF to_regclass('public.user_profiles') IS NULL AND to_regclass('public.user_profiles_legacy') IS NULL THEN
    CREATE TABLE public.user_profiles (
      id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
      user_id UUID NOT NULL,
      username TEXT,
      preferences JSONB,
      profile_name TEXT,
      circuit_parameters JSONB,
      is_default BOOLEAN,
      created_at TIMESTAMPTZ DEFAULT now()
    );
  END IF;
  IF to_regclass('public.tagged_models') IS NULL AND to_regclass('public.tagged_models_legacy') IS NULL THEN
    CREATE TABLE public.tagged_models (
      id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
      user_id UUID NOT NULL,
      tag_name TEXT NOT NULL,
      model_data JSONB,
      created_at TIMESTAMPTZ DEFAULT now()
    );
  END IF;
END $$;
