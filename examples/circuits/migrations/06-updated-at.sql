-- Our addition: updated_at tells when a row was changed. The data migrations read from it which of the rows that they
-- moved have been changed since, and leave those alone.
CREATE OR REPLACE FUNCTION public.set_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS set_updated_at ON public.user_profiles;
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.user_profiles
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

DROP TRIGGER IF EXISTS set_updated_at ON public.circuit_configurations;
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.circuit_configurations
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

DROP TRIGGER IF EXISTS set_updated_at ON public.tagged_models;
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.tagged_models
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
