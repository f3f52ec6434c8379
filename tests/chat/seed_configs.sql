-- The seeds give two settings and six agents for each of three providers, all valid, with the limits as specified.

DO $$
DECLARE
  v_wrong TEXT[];
BEGIN
  SELECT array_agg(e.key) INTO v_wrong
  FROM (
    SELECT
      l.agent || '_' || p.provider AS key,
      l.agent,
      jsonb_build_object('perMinute', l.minute, 'perHour', l.hour, 'perDay', l.day) AS limits,
      l.tools
    FROM (
      VALUES
        ('chat_model_agent', 10, 100, 1000,
          '{providerToolsAgent,documentAgent,pythonAgent,mermaidAgent,gitMcpAgent}'::text[]),
        ('provider_tools_agent', 8, 80, 500, '{urlContext,codeExecution}'),
        ('document_agent', 5, 50, 200, '{create,update,suggestion,revert}'),
        ('python_agent', 5, 50, 200, '{create,update,fix,explain,generate,revert}'),
        ('mermaid_agent', 3, 25, 100, '{create,update,fix,generate,revert}'),
        ('git_mcp_agent', 5, 50, 200, '{repos,issues,pull_requests,users,code_search,branches}')
    ) AS l (agent, minute, hour, day, tools)
    CROSS JOIN (VALUES ('google'), ('openai'), ('anthropic')) AS p (provider)
  ) AS e
  LEFT JOIN public.admin_config AS c ON c.config_key = e.key
  WHERE c.config_data IS NULL
    OR c.config_data -> 'enabled' <> 'true'
    OR c.config_data -> 'rateLimit' <> e.limits
    OR NOT c.config_data -> 'tools' ?& e.tools;
  ASSERT v_wrong IS NULL, format('missing or wrong: %s', v_wrong);

  ASSERT (SELECT COUNT(*) FROM public.admin_config) = 20, 'there must be 20 configurations';
  ASSERT (SELECT config_data -> 'tools' ? 'googleSearch' FROM public.admin_config
    WHERE config_key = 'provider_tools_agent_google'), 'Google must have its search';
  ASSERT (SELECT config_data FROM public.admin_config WHERE config_key = 'app_settings')
    = '{"activeProvider": "google", "availableProviders": ["google", "openai", "anthropic"]}', 'app_settings';

  SELECT array_agg(c.config_key || '.' || t.key) INTO v_wrong
  FROM public.admin_config AS c
  CROSS JOIN LATERAL jsonb_each(c.config_data -> 'tools') AS t
  WHERE c.config_key ~ '^(document|python|mermaid)_agent_'
    AND (COALESCE(t.value ->> 'systemPrompt', '') = '' OR COALESCE(t.value ->> 'userPromptTemplate', '') = '');
  ASSERT v_wrong IS NULL, format('tools without prompt or template: %s', v_wrong);

  -- Writing a row back under another key has it checked anew.
  INSERT INTO public.admin_config (config_key, config_data)
  SELECT config_key || '_copy', config_data FROM public.admin_config;
END;
$$;
