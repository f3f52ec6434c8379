-- A configuration that lacks what its agent needs is refused, and the message names the key and the field.

DO $$
DECLARE
  v_case RECORD;
  v_good JSONB;
  v_bad  JSONB;
  v_hint TEXT;
BEGIN
  FOR v_case IN
    SELECT agent, field, bad
    FROM (
      VALUES
        ('document_agent', 'enabled', NULL),
        ('document_agent', 'enabled', '"yes"'),
        ('document_agent', 'enabled', 'null'),
        ('document_agent', 'rateLimit', NULL),
        ('document_agent', 'rateLimit', '10'),
        ('document_agent', 'rateLimit.perMinute', NULL),
        ('document_agent', 'rateLimit.perMinute', '"10"'),
        ('document_agent', 'rateLimit.perMinute', '-1'),
        ('document_agent', 'rateLimit.perMinute', '1.5'),
        ('document_agent', 'rateLimit.perHour', NULL),
        ('document_agent', 'rateLimit.perHour', 'true'),
        ('document_agent', 'rateLimit.perDay', NULL),
        ('document_agent', 'rateLimit.perDay', '[]'),
        ('document_agent', 'tools', NULL),
        ('document_agent', 'tools', '[]'),
        ('python_agent', 'tools', NULL),
        ('mermaid_agent', 'tools', NULL),
        ('git_mcp_agent', 'tools', NULL),
        ('provider_tools_agent', 'tools', NULL),
        ('provider_tools_agent', 'systemPrompt', NULL),
        ('provider_tools_agent', 'systemPrompt', '7'),
        ('provider_tools_agent', 'systemPrompt', '" \n"'),
        ('chat_model_agent', 'tools', NULL),
        ('chat_model_agent', 'capabilities', NULL),
        ('chat_model_agent', 'capabilities', '"files"')
    ) AS c (agent, field, bad)
  LOOP
    SELECT config_data INTO STRICT v_good FROM public.admin_config WHERE config_key = v_case.agent || '_google';
    IF v_case.bad IS NULL THEN
      v_bad := v_good #- string_to_array(v_case.field, '.');
    ELSE
      v_bad := jsonb_set(v_good, string_to_array(v_case.field, '.'), v_case.bad::jsonb);
    END IF;

    BEGIN
      UPDATE public.admin_config SET config_data = v_bad WHERE config_key = v_case.agent || '_google';
      ASSERT false, format('%s must refuse %s = %s', v_case.agent, v_case.field, v_case.bad);
    EXCEPTION WHEN check_violation THEN
      GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
      ASSERT SQLERRM LIKE format('%%"%s_google": %s %%', v_case.agent, v_case.field),
        format('the message must name key and field %s: %s', v_case.field, SQLERRM);
      ASSERT v_hint <> '', format('there must be a hint for %s', v_case.field);
    END;

    BEGIN
      INSERT INTO public.admin_config (config_key, config_data) VALUES (v_case.agent || '_other', v_bad);
      ASSERT false, format('%s must refuse %s = %s in an insert', v_case.agent, v_case.field, v_case.bad);
    EXCEPTION WHEN check_violation THEN
      ASSERT SQLERRM LIKE format('%%"%s_other": %s %%', v_case.agent, v_case.field), SQLERRM;
    END;
  END LOOP;
END;
$$;
