-- Our addition: Supabase serves what is in public to everybody, unless row security says whose a row is.
ALTER TABLE public.user_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.circuit_configurations ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tagged_models ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.user_sessions ENABLE ROW LEVEL SECURITY;

-- No policy deletes a profile: it goes with its user.
DROP POLICY IF EXISTS "Users see their own profile" ON public.user_profiles;
CREATE POLICY "Users see their own profile" ON public.user_profiles FOR SELECT TO authenticated
  USING (id = (SELECT auth.uid()));

DROP POLICY IF EXISTS "Users create their own profile" ON public.user_profiles;
CREATE POLICY "Users create their own profile" ON public.user_profiles FOR INSERT TO authenticated
  WITH CHECK (id = (SELECT auth.uid()));

DROP POLICY IF EXISTS "Users change their own profile" ON public.user_profiles;
CREATE POLICY "Users change their own profile" ON public.user_profiles FOR UPDATE TO authenticated
  USING (id = (SELECT auth.uid()))
  WITH CHECK (id = (SELECT auth.uid()));

DROP POLICY IF EXISTS "Users have their own circuits" ON public.circuit_configurations;
CREATE POLICY "Users have their own circuits" ON public.circuit_configurations TO authenticated
  USING (user_id = (SELECT auth.uid()))
  WITH CHECK (user_id = (SELECT auth.uid()));

DROP POLICY IF EXISTS "Users have their own tagged models" ON public.tagged_models;
CREATE POLICY "Users have their own tagged models" ON public.tagged_models TO authenticated
  USING (user_id = (SELECT auth.uid()))
  WITH CHECK (
    user_id = (SELECT auth.uid())
    AND (session_id IS NULL OR session_id IN (SELECT s.id FROM public.user_sessions s WHERE s.user_id = (SELECT auth.uid())))
  );

DROP POLICY IF EXISTS "Users have their own sessions" ON public.user_sessions;
CREATE POLICY "Users have their own sessions" ON public.user_sessions TO authenticated
  USING (user_id = (SELECT auth.uid()))
  WITH CHECK (
    user_id = (SELECT auth.uid())
    AND (
      active_circuit_config_id IS NULL
      OR active_circuit_config_id IN (SELECT c.id FROM public.circuit_configurations c WHERE c.user_id = (SELECT auth.uid()))
    )
  );

-- The report and the legacy tables are nobody's: no policy, and no privilege to begin with.
ALTER TABLE public.circuit_migration_report ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON public.circuit_migration_report FROM anon, authenticated;

DO $$
BEGIN
  IF to_regclass('public.user_profiles_legacy') IS NOT NULL THEN
    ALTER TABLE public.user_profiles_legacy ENABLE ROW LEVEL SECURITY;
    REVOKE ALL ON public.user_profiles_legacy FROM anon, authenticated;
  END IF;
  IF to_regclass('public.tagged_models_legacy') IS NOT NULL THEN
    ALTER TABLE public.tagged_models_legacy ENABLE ROW LEVEL SECURITY;
    REVOKE ALL ON public.tagged_models_legacy FROM anon, authenticated;
  END IF;
END $$;
