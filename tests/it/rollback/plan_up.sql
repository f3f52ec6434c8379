CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE TABLE public.datasets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner_id uuid REFERENCES auth.users (id) ON DELETE CASCADE,
  name text NOT NULL, schema_json jsonb, created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now());
CREATE INDEX idx_datasets_owner_id ON public.datasets (owner_id);
ALTER TABLE public.datasets ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own datasets" ON public.datasets FOR SELECT USING (auth.uid() = owner_id);
-- The column status is there already, and stays as it is.
ALTER TABLE public.simulation_runs
  ADD COLUMN IF NOT EXISTS dataset_id uuid REFERENCES public.datasets (id) ON DELETE SET NULL,
  ADD COLUMN IF NOT EXISTS user_id uuid REFERENCES auth.users (id) ON DELETE SET NULL,
  ADD COLUMN IF NOT EXISTS status text DEFAULT 'running' CHECK (status IN ('running', 'completed')),
  ADD COLUMN IF NOT EXISTS updated_at timestamptz DEFAULT now(),
  ADD COLUMN IF NOT EXISTS execution_time_ms integer;
CREATE INDEX idx_sim_runs_user_id ON public.simulation_runs (user_id);
CREATE INDEX idx_sim_runs_dataset_id ON public.simulation_runs (dataset_id);
CREATE POLICY "own runs" ON public.simulation_runs FOR SELECT USING (auth.uid() = user_id OR EXISTS (
  SELECT 1 FROM public.organization_members m
   WHERE m.org_id = simulation_runs.org_id AND m.user_id = auth.uid() AND m.status = 'active'));
CREATE POLICY "insert own runs" ON public.simulation_runs FOR INSERT WITH CHECK (auth.uid() = user_id);
CREATE FUNCTION public.handle_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END $$;
CREATE TRIGGER handle_datasets_updated_at BEFORE UPDATE ON public.datasets
  FOR EACH ROW EXECUTE FUNCTION public.handle_updated_at();
CREATE TRIGGER handle_simulation_runs_updated_at BEFORE UPDATE ON public.simulation_runs
  FOR EACH ROW EXECUTE FUNCTION public.handle_updated_at();
