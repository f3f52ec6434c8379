-- Our addition: what the data migrations did with each legacy row, and why. It stays when the legacy tables go.
CREATE TABLE IF NOT EXISTS public.circuit_migration_report (
  -- profile: a user; circuit: a row of user_profiles_legacy; choice: the circuit that a user's models go to;
  -- model: a row of tagged_models_legacy.
  step TEXT NOT NULL CHECK (step IN ('profile', 'circuit', 'choice', 'model')),
  -- The legacy row's id; of profile and choice, the user's.
  legacy_id UUID NOT NULL,
  user_id UUID NOT NULL,
  rule TEXT NOT NULL,
  notes TEXT[] NOT NULL DEFAULT '{}',
  -- NULL again when somebody deletes what was moved, so that this is not taken for a loss.
  circuit_config_id UUID REFERENCES public.circuit_configurations (id) ON DELETE SET NULL,
  tagged_model_id UUID REFERENCES public.tagged_models (id) ON DELETE SET NULL,
  -- What is not, or not as it was, in the new tables.
  kept JSONB,
  moved_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (step, legacy_id)
);

CREATE INDEX IF NOT EXISTS idx_circuit_migration_report_user_id ON public.circuit_migration_report (user_id, step);
CREATE INDEX IF NOT EXISTS idx_circuit_migration_report_circuit
  ON public.circuit_migration_report (circuit_config_id) WHERE circuit_config_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_circuit_migration_report_model
  ON public.circuit_migration_report (tagged_model_id) WHERE tagged_model_id IS NOT NULL;

-- Stops a data migration with a message.
CREATE OR REPLACE FUNCTION public.circuit_migration_refuse(is_wrong BOOLEAN, message TEXT) RETURNS VOID
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF is_wrong THEN
    RAISE EXCEPTION '%', message;
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION public.circuit_migration_refuse(BOOLEAN, TEXT) FROM PUBLIC, anon, authenticated;

-- The data migrations look for all rows of a user, and for all that have the same name.
DO $$
BEGIN
  IF to_regclass('public.user_profiles_legacy') IS NOT NULL THEN
    CREATE INDEX IF NOT EXISTS legacy_user_profiles_user_id
      ON public.user_profiles_legacy (user_id, (coalesce(nullif(profile_name, ''), 'Unnamed circuit')));
    CREATE INDEX IF NOT EXISTS legacy_user_profiles_username
      ON public.user_profiles_legacy (username) WHERE username <> '';
  END IF;
END $$;
