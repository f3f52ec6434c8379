-- Policies before the columns that they name; indexes go with their columns.
DROP POLICY "own runs" ON public.simulation_runs;
DROP POLICY "insert own runs" ON public.simulation_runs;
DROP TRIGGER handle_simulation_runs_updated_at ON public.simulation_runs;
ALTER TABLE public.simulation_runs
  DROP COLUMN dataset_id, DROP COLUMN user_id, DROP COLUMN updated_at, DROP COLUMN execution_time_ms;
DROP TABLE public.datasets;
DROP FUNCTION public.handle_updated_at();
-- The extension stays: others may use it.
