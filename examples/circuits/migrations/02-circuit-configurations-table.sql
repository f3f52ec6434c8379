-- Circuits belong to their user, and to no session: they stay until the user deletes them.
CREATE TABLE IF NOT EXISTS public.circuit_configurations (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL REFERENCES public.user_profiles (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  description TEXT,
  parameters JSONB NOT NULL DEFAULT '{}',
  is_active BOOLEAN NOT NULL DEFAULT false,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- Also the index by which a user's circuits are found.
  UNIQUE (user_id, name),
  -- What tagged models refer to, so that a model and its circuit have the same owner.
  UNIQUE (id, user_id)
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_circuit_configurations_one_active
  ON public.circuit_configurations (user_id) WHERE is_active;
