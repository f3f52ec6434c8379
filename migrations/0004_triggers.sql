-- The triggers of the chat system. Their functions are in 0002_functions.sql.
--
-- On our own tables a trigger is dropped and created again, which is safe to repeat on every supported version of
-- PostgreSQL and leaves no older definition in place.

-- Deleted users ------------------------------------------------------------------------------------------------------

-- auth.users belongs to the platform: the role that runs this script may add a trigger there, but not drop one. So it
-- is created only where it is missing. A trigger of the same name that calls something else makes CREATE TRIGGER fail.
DO $do$
BEGIN
  IF NOT EXISTS (
    SELECT 1
    FROM pg_catalog.pg_trigger AS t
    WHERE t.tgrelid = 'auth.users'::regclass
      AND t.tgname = 'on_auth_user_deleted'
      AND t.tgfoid = 'public.handle_auth_user_deletion()'::regprocedure
  ) THEN
    CREATE TRIGGER on_auth_user_deleted
      BEFORE DELETE ON auth.users
      FOR EACH ROW EXECUTE FUNCTION public.handle_auth_user_deletion();
  END IF;
END;
$do$;

-- User ids -----------------------------------------------------------------------------------------------------------

-- The three log tables have no such trigger, as specified: an entry may be written when its user is gone already.
DROP TRIGGER IF EXISTS validate_chat_user_id ON public."Chat";
CREATE TRIGGER validate_chat_user_id
  BEFORE INSERT OR UPDATE ON public."Chat"
  FOR EACH ROW EXECUTE FUNCTION public.validate_user_id();

DROP TRIGGER IF EXISTS validate_document_user_id ON public."Document";
CREATE TRIGGER validate_document_user_id
  BEFORE INSERT OR UPDATE ON public."Document"
  FOR EACH ROW EXECUTE FUNCTION public.validate_user_id();

DROP TRIGGER IF EXISTS validate_suggestion_user_id ON public."Suggestion";
CREATE TRIGGER validate_suggestion_user_id
  BEFORE INSERT OR UPDATE ON public."Suggestion"
  FOR EACH ROW EXECUTE FUNCTION public.validate_user_id();

DROP TRIGGER IF EXISTS validate_usage_logs_user_id ON public.usage_logs;
CREATE TRIGGER validate_usage_logs_user_id
  BEFORE INSERT OR UPDATE ON public.usage_logs
  FOR EACH ROW EXECUTE FUNCTION public.validate_user_id();

DROP TRIGGER IF EXISTS validate_rate_limit_user_id ON public.rate_limit_tracking;
CREATE TRIGGER validate_rate_limit_user_id
  BEFORE INSERT OR UPDATE ON public.rate_limit_tracking
  FOR EACH ROW EXECUTE FUNCTION public.validate_user_id();

DROP TRIGGER IF EXISTS validate_github_repos_user_id ON public.github_repositories;
CREATE TRIGGER validate_github_repos_user_id
  BEFORE INSERT OR UPDATE ON public.github_repositories
  FOR EACH ROW EXECUTE FUNCTION public.validate_user_id();

-- Timestamps ---------------------------------------------------------------------------------------------------------

DROP TRIGGER IF EXISTS trigger_admin_config_updated_at ON public.admin_config;
CREATE TRIGGER trigger_admin_config_updated_at
  BEFORE UPDATE ON public.admin_config
  FOR EACH ROW EXECUTE FUNCTION public.update_admin_config_timestamp();

DROP TRIGGER IF EXISTS trigger_model_config_updated_at ON public.model_config;
CREATE TRIGGER trigger_model_config_updated_at
  BEFORE UPDATE ON public.model_config
  FOR EACH ROW EXECUTE FUNCTION public.update_model_config_timestamp();

-- Configuration ------------------------------------------------------------------------------------------------------

DROP TRIGGER IF EXISTS trigger_validate_admin_config ON public.admin_config;
CREATE TRIGGER trigger_validate_admin_config
  BEFORE INSERT OR UPDATE ON public.admin_config
  FOR EACH ROW EXECUTE FUNCTION public.validate_admin_config_data();

DROP TRIGGER IF EXISTS trigger_ensure_single_default_model ON public.model_config;
CREATE TRIGGER trigger_ensure_single_default_model
  BEFORE INSERT OR UPDATE ON public.model_config
  FOR EACH ROW EXECUTE FUNCTION public.ensure_single_default_model_per_provider();
