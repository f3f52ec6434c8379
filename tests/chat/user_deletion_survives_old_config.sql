-- A configuration that no longer meets the rules does not stop the deletion of the user who wrote it.

INSERT INTO auth.users (id, email)
VALUES
  ('11111111-1111-1111-1111-111111111111', 'alice@example.com'),
  ('22222222-2222-2222-2222-222222222222', 'bob@example.com');

ALTER TABLE public.admin_config DISABLE TRIGGER trigger_validate_admin_config;
UPDATE public.admin_config
SET config_data = '{}', updated_by = '11111111-1111-1111-1111-111111111111'
WHERE config_key = 'python_agent_google';
ALTER TABLE public.admin_config ENABLE TRIGGER trigger_validate_admin_config;

DELETE FROM auth.users WHERE id = '11111111-1111-1111-1111-111111111111';

DO $$
BEGIN
  ASSERT (SELECT updated_by FROM public.admin_config WHERE config_key = 'python_agent_google') IS NULL,
    'the change must be anonymous';
END;
$$;
