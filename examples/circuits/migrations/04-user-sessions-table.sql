-- Sessions come and go; nothing but pointers to them goes with them.
CREATE TABLE IF NOT EXISTS public.user_sessions (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES public.user_profiles (id) ON DELETE CASCADE,
  active_circuit_config_id UUID REFERENCES public.circuit_configurations (id) ON DELETE SET NULL,
  user_agent TEXT,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  last_activity_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  expires_at TIMESTAMPTZ
);

CREATE INDEX IF NOT EXISTS idx_user_sessions_user_id ON public.user_sessions (user_id);
CREATE INDEX IF NOT EXISTS idx_user_sessions_last_activity ON public.user_sessions (last_activity_at);
CREATE INDEX IF NOT EXISTS idx_user_sessions_active_circuit
  ON public.user_sessions (active_circuit_config_id) WHERE active_circuit_config_id IS NOT NULL;

DO $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_constraint
    WHERE conrelid = 'public.tagged_models'::regclass AND conname = 'tagged_models_session_id_fkey'
  ) THEN
    ALTER TABLE public.tagged_models ADD CONSTRAINT tagged_models_session_id_fkey
      FOREIGN KEY (session_id) REFERENCES public.user_sessions (id) ON DELETE SET NULL;
  END IF;
END $$;
