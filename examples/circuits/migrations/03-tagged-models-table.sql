-- Tagged models, each in one circuit of its user.

-- The table of the same name without circuits is moved aside first.
DO $$
DECLARE
  old_name TEXT;
BEGIN
  IF to_regclass('public.tagged_models_legacy') IS NULL
    AND to_regclass('public.tagged_models') IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM pg_attribute
      WHERE attrelid = to_regclass('public.tagged_models') AND attname = 'circuit_config_id' AND NOT attisdropped
    )
  THEN
    ALTER TABLE public.tagged_models RENAME TO tagged_models_legacy;
    FOR old_name IN
      SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = 'public.tagged_models_legacy'::regclass
    LOOP
      EXECUTE format('ALTER INDEX public.%I RENAME TO %I', old_name, 'legacy_' || old_name);
    END LOOP;
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS public.tagged_models (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  circuit_config_id UUID NOT NULL,
  user_id UUID NOT NULL,
  tag_name TEXT NOT NULL,
  model_data JSONB NOT NULL DEFAULT '{}',
  -- Where the model was tagged. Its foreign key comes with the sessions, in 04.
  session_id UUID,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  FOREIGN KEY (circuit_config_id, user_id) REFERENCES public.circuit_configurations (id, user_id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS idx_tagged_models_circuit_config_id ON public.tagged_models (circuit_config_id);
CREATE INDEX IF NOT EXISTS idx_tagged_models_user_id ON public.tagged_models (user_id);
-- For the deletion of sessions, which is frequent.
CREATE INDEX IF NOT EXISTS idx_tagged_models_session_id
  ON public.tagged_models (session_id) WHERE session_id IS NOT NULL;
