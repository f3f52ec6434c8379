-- The last default model of a provider can be neither unset nor moved to another provider, and the message says which.

DO $$
DECLARE
  v_change TEXT;
  v_hint   TEXT;
BEGIN
  FOREACH v_change IN ARRAY ARRAY['is_default = false', 'is_default = NULL', 'provider = ''google'''] LOOP
    BEGIN
      EXECUTE 'UPDATE public.model_config SET ' || v_change || ' WHERE model_id = ''gpt-4o''';
      ASSERT false, format('%s must be refused', v_change);
    EXCEPTION WHEN check_violation THEN
      GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
      ASSERT SQLERRM LIKE '%gpt-4o%' AND SQLERRM LIKE '%openai%', format('message: %s', SQLERRM);
      ASSERT v_hint LIKE '%another model%', format('hint: %s', v_hint);
    END;
  END LOOP;

  ASSERT (SELECT is_default AND provider = 'openai' FROM public.model_config WHERE model_id = 'gpt-4o'),
    'gpt-4o must still be the default of OpenAI';
END;
$$;
