-- The least that the rules ask of each agent is enough, and settings that are no agent need only be objects.

INSERT INTO public.admin_config (config_key, config_data)
SELECT
  agent || '_other',
  '{"enabled": false, "rateLimit": {"perMinute": 0, "perHour": 1, "perDay": 2}, "tools": {}}'::jsonb || more::jsonb
FROM (
  VALUES
    ('chat_model_agent', '{"capabilities": {}}'),
    ('provider_tools_agent', '{"systemPrompt": "Use the tools."}'),
    ('document_agent', '{}'),
    ('python_agent', '{}'),
    ('mermaid_agent', '{}'),
    ('git_mcp_agent', '{}')
) AS a (agent, more);

UPDATE public.admin_config SET config_data = '{}' WHERE config_key IN ('app_settings', 'logging_settings');
INSERT INTO public.admin_config (config_key, config_data) VALUES ('theme_settings', '{"dark": true}');

DO $$
BEGIN
  ASSERT (SELECT COUNT(*) FROM public.admin_config) = 27, 'all must have been stored';
END;
$$;
