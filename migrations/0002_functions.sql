-- The functions of the chat system: who is asking, checks for triggers, usage, logging settings and log retention.
--
-- Every SECURITY DEFINER function runs with an empty search_path and qualified names, so that no object of the caller
-- can stand in for one of ours. The last section takes away the right to execute from those who need not have it.

-- Who is asking ------------------------------------------------------------------------------------------------------

-- NULLIF is needed because a setting that was local to an ended transaction reads as '' and not as NULL, and '' is not
-- JSON. On a pooled connection the next query would fail in every policy that asks for the role.
-- There is no SET clause here, because the planner could then not inline the function into policies.
-- Hazard, as specified: users may edit their own user_metadata, and a role kept there is one they can give themselves.
-- app_metadata is the place that only the server writes.
CREATE OR REPLACE FUNCTION public.get_user_role()
RETURNS TEXT
LANGUAGE sql
STABLE
SECURITY INVOKER
AS $$
  SELECT COALESCE(
    NULLIF(current_setting('request.jwt.claims', true), '')::json -> 'user_metadata' ->> 'role',
    'user'
  )::TEXT;
$$;

COMMENT ON FUNCTION public.get_user_role() IS 'Role named in the JWT of the request; "user" where it names none.';

CREATE OR REPLACE FUNCTION public.is_current_user_admin()
RETURNS BOOLEAN
LANGUAGE sql
STABLE
SECURITY INVOKER
AS $$
  SELECT public.get_user_role() = 'admin';
$$;

COMMENT ON FUNCTION public.is_current_user_admin() IS 'Whether the JWT of the request names the role admin.';

-- Users: what a foreign key to auth.users would do -------------------------------------------------------------------

-- SECURITY DEFINER, because clients may not read auth.users. Like a foreign key it lets NULL pass, leaves alone a row
-- whose user_id stays what it was, and locks the user's row until the transaction ends: a user who is being deleted at
-- the same moment is either seen as gone here, or is deleted only when the new row can be cleaned up as well.
CREATE OR REPLACE FUNCTION public.validate_user_id()
RETURNS TRIGGER
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  IF NEW.user_id IS NULL THEN
    RETURN NEW;
  END IF;

  IF TG_OP = 'UPDATE' AND NEW.user_id IS NOT DISTINCT FROM OLD.user_id THEN
    RETURN NEW;
  END IF;

  PERFORM 1 FROM auth.users AS u WHERE u.id = NEW.user_id FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION '"%": user_id % does not exist in auth.users', TG_TABLE_NAME, NEW.user_id
      USING ERRCODE = 'foreign_key_violation',
            HINT = 'Create the user through the authentication service first.',
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'user_id';
  END IF;

  RETURN NEW;
END;
$$;

COMMENT ON FUNCTION public.validate_user_id() IS 'Trigger: refuses a user_id that is not in auth.users.';

-- SECURITY DEFINER, because the authentication service, which deletes users, has no rights on these tables.
-- Activity logs and error logs keep the id of the deleted user: they are the record of what happened, and go when their
-- retention ends. Suggestions made on other people's documents are deleted too, since nobody could see them any more.
CREATE OR REPLACE FUNCTION public.handle_auth_user_deletion()
RETURNS TRIGGER
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  -- Usage goes before chats, which spares the chats the setting of chat_id to NULL in rows that are deleted anyway.
  DELETE FROM public.usage_logs WHERE user_id = OLD.id;
  DELETE FROM public.rate_limit_tracking WHERE user_id = OLD.id;
  DELETE FROM public.github_repositories WHERE user_id = OLD.id;

  DELETE FROM public."Suggestion" WHERE user_id = OLD.id;
  DELETE FROM public."Document" WHERE user_id = OLD.id;
  DELETE FROM public."Chat" WHERE user_id = OLD.id;

  UPDATE public.error_logs SET resolved_by = NULL WHERE resolved_by = OLD.id;
  UPDATE public.admin_config SET updated_by = NULL WHERE updated_by = OLD.id;

  RETURN OLD;
END;
$$;

COMMENT ON FUNCTION public.handle_auth_user_deletion() IS 'Trigger: removes what a deleted user leaves behind.';

-- Usage --------------------------------------------------------------------------------------------------------------

-- The condition on auth.uid() is needed beside row security, because row security shows an admin the rows of everyone.
-- The last day counts whole. Where an entry gives no totals, they are the sums of its parts.
CREATE OR REPLACE FUNCTION public.get_current_user_usage_summary(
  p_start_date DATE DEFAULT CURRENT_DATE - 30,
  p_end_date   DATE DEFAULT CURRENT_DATE
)
RETURNS TABLE (
  total_calls         BIGINT,
  total_input_tokens  BIGINT,
  total_output_tokens BIGINT,
  total_tokens        BIGINT,
  total_cost          NUMERIC,
  agent_breakdown     JSONB
)
LANGUAGE sql
STABLE
SECURITY INVOKER
SET search_path = ''
AS $$
  WITH calls AS (
    SELECT
      l.agent_type,
      COALESCE(l.input_tokens, 0)::bigint AS tokens_in,
      COALESCE(l.output_tokens, 0)::bigint AS tokens_out,
      COALESCE(l.total_tokens, COALESCE(l.input_tokens, 0)::bigint + COALESCE(l.output_tokens, 0)) AS tokens,
      COALESCE(l.total_cost, COALESCE(l.input_cost, 0) + COALESCE(l.output_cost, 0)) AS cost
    FROM public.usage_logs AS l
    WHERE l.user_id = auth.uid()
      AND l.request_timestamp >= p_start_date
      AND l.request_timestamp < p_end_date + 1
  ),
  agents AS (
    SELECT
      c.agent_type,
      COUNT(*) AS calls,
      SUM(c.tokens_in)::bigint AS tokens_in,
      SUM(c.tokens_out)::bigint AS tokens_out,
      SUM(c.tokens)::bigint AS tokens,
      SUM(c.cost) AS cost
    FROM calls AS c
    GROUP BY c.agent_type
  )
  SELECT
    COALESCE(SUM(a.calls), 0)::bigint,
    COALESCE(SUM(a.tokens_in), 0)::bigint,
    COALESCE(SUM(a.tokens_out), 0)::bigint,
    COALESCE(SUM(a.tokens), 0)::bigint,
    COALESCE(SUM(a.cost), 0)::numeric,
    COALESCE(
      jsonb_object_agg(
        a.agent_type,
        jsonb_build_object(
          'calls', a.calls,
          'input_tokens', a.tokens_in,
          'output_tokens', a.tokens_out,
          'total_tokens', a.tokens,
          'total_cost', a.cost
        )
      ),
      '{}'::jsonb
    )
  FROM agents AS a;
$$;

COMMENT ON FUNCTION public.get_current_user_usage_summary(DATE, DATE) IS
  'Calls, tokens and cost of the current user between two days, both included, in total and per agent.';

-- Configuration ------------------------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION public.update_admin_config_timestamp()
RETURNS TRIGGER
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  NEW.updated_at := NOW();
  RETURN NEW;
END;
$$;

COMMENT ON FUNCTION public.update_admin_config_timestamp() IS 'Trigger: keeps admin_config.updated_at.';

CREATE OR REPLACE FUNCTION public.update_model_config_timestamp()
RETURNS TRIGGER
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  NEW.updated_at := NOW();
  RETURN NEW;
END;
$$;

COMMENT ON FUNCTION public.update_model_config_timestamp() IS 'Trigger: keeps model_config.updated_at.';

-- Limits that remain:
-- * Deleting the default model is not stopped, since the trigger is not fired by DELETE.
-- * One UPDATE that sets one model and unsets another is refused, here or by PostgreSQL itself, depending on which row
--   comes first. Set the new default alone; the old one is unset for you.
-- * A trigger on another table that unsets a default gets past the check, which looks at direct updates only.
CREATE OR REPLACE FUNCTION public.ensure_single_default_model_per_provider()
RETURNS TRIGGER
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  -- Unsetting the old default, further down, fires this trigger again for that row. It is not the end of a default.
  IF pg_trigger_depth() > 1 AND NEW.is_default IS NOT TRUE THEN
    RETURN NEW;
  END IF;

  IF TG_OP = 'UPDATE'
    AND OLD.is_default
    AND (NEW.is_default IS NOT TRUE OR NEW.provider <> OLD.provider)
    AND NOT EXISTS (
      SELECT 1 FROM public.model_config AS m WHERE m.provider = OLD.provider AND m.is_default AND m.id <> OLD.id
    )
  THEN
    RAISE EXCEPTION 'model "%" is the only default of provider "%" and must stay it', OLD.model_id, OLD.provider
      USING ERRCODE = 'check_violation',
            HINT = 'Make another model of this provider the default; the present one is then unset for you.',
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'is_default';
  END IF;

  IF NEW.is_default IS NOT TRUE THEN
    RETURN NEW;
  END IF;

  -- An INSERT that meets an existing model_id inserts nothing (ON CONFLICT) or fails, so it must change nothing here.
  IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM public.model_config AS m WHERE m.model_id = NEW.model_id) THEN
    RETURN NEW;
  END IF;

  -- Two sessions that choose different defaults at once would not see each other's choice without this lock.
  PERFORM pg_advisory_xact_lock(hashtext('model_config.is_default'), hashtext(NEW.provider));

  -- The row at hand is left out by model_id, and by id in case its model_id is what is being changed.
  UPDATE public.model_config AS m
  SET is_default = false
  WHERE m.provider = NEW.provider
    AND m.is_default
    AND m.model_id <> NEW.model_id
    AND m.id <> NEW.id;

  RETURN NEW;
END;
$$;

COMMENT ON FUNCTION public.ensure_single_default_model_per_provider() IS
  'Trigger: a new default model replaces the old one of its provider; the last default cannot be unset.';

-- Keys of the form {agent_type}_{provider} are agents, and any agent needs what all agents need, so that a new agent
-- type works before this list knows it. Other keys (app_settings, logging_settings) need only be objects.
-- An update that touches neither key nor data is not checked: rules may have become stricter since the row was written,
-- and the deletion of a user, which clears updated_by, must not fail for that.
CREATE OR REPLACE FUNCTION public.validate_admin_config_data()
RETURNS TRIGGER
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
  v_key   TEXT[];
  v_agent TEXT;
  v_rule  RECORD;
  v_value JSONB;
  v_field TEXT := 'config_data';
  v_fault TEXT;
  v_hint  TEXT;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.config_key = OLD.config_key AND NEW.config_data = OLD.config_data THEN
    RETURN NEW;
  END IF;

  v_key := regexp_match(NEW.config_key, '^(.*_agent)(?:_(.*))?$');
  v_agent := v_key[1];

  IF jsonb_typeof(NEW.config_data) <> 'object' THEN
    v_fault := format('must be an object, not %s', jsonb_typeof(NEW.config_data));
    v_hint := 'Give a JSON object, for example {"enabled": true}.';
  ELSIF v_agent IS NOT NULL AND COALESCE(v_key[2], '') = '' THEN
    v_field := 'config_key';
    v_fault := 'names an agent type but no provider';
    v_hint := 'Agent keys have the form {agent_type}_{provider}, for example chat_model_agent_google.';
  ELSIF v_agent IS NOT NULL THEN
    FOR v_rule IN
      SELECT r.field, r.type, r.hint
      FROM (
        VALUES
          (1, 'enabled', 'boolean', 'Say true or false.', NULL::TEXT[]),
          (2, 'rateLimit', 'object', 'Give perMinute, perHour and perDay.', NULL),
          (3, 'rateLimit.perMinute', 'number', 'Say how many requests a minute allows.', NULL),
          (4, 'rateLimit.perHour', 'number', 'Say how many requests an hour allows.', NULL),
          (5, 'rateLimit.perDay', 'number', 'Say how many requests a day allows.', NULL),
          (
            6, 'tools', 'object', 'Give an object with one entry per tool.',
            ARRAY[
              'chat_model_agent', 'provider_tools_agent', 'document_agent',
              'python_agent', 'mermaid_agent', 'git_mcp_agent'
            ]
          ),
          (7, 'systemPrompt', 'string', 'Say what the model is told first.', ARRAY['provider_tools_agent']),
          (8, 'capabilities', 'object', 'Say what the chat accepts, such as files.', ARRAY['chat_model_agent'])
      ) AS r (place, field, type, hint, agents)
      WHERE r.agents IS NULL OR v_agent = ANY (r.agents)
      ORDER BY r.place
    LOOP
      v_value := NEW.config_data #> string_to_array(v_rule.field, '.');

      IF v_value IS NULL THEN
        v_fault := 'is missing';
      ELSIF jsonb_typeof(v_value) <> v_rule.type THEN
        v_fault := format('must be of type %s, not %s', v_rule.type, jsonb_typeof(v_value));
      ELSIF v_rule.type = 'number' AND (v_value::numeric < 0 OR v_value::numeric <> trunc(v_value::numeric)) THEN
        v_fault := format('must be a whole number of 0 or more, not %s', v_value);
      ELSIF v_rule.type = 'string' AND btrim(v_value #>> '{}', E' \t\r\n') = '' THEN
        v_fault := 'must not be blank';
      END IF;

      IF v_fault IS NOT NULL THEN
        v_field := v_rule.field;
        v_hint := v_rule.hint;
        EXIT;
      END IF;
    END LOOP;
  END IF;

  IF v_fault IS NOT NULL THEN
    RAISE EXCEPTION 'admin_config "%": % %', NEW.config_key, v_field, v_fault
      USING ERRCODE = 'check_violation',
            HINT = v_hint,
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
            COLUMN = CASE v_field WHEN 'config_key' THEN 'config_key' ELSE 'config_data' END;
  END IF;

  RETURN NEW;
END;
$$;

COMMENT ON FUNCTION public.validate_admin_config_data() IS
  'Trigger: refuses a configuration that lacks what its agent needs, and names the field.';

-- Logging ------------------------------------------------------------------------------------------------------------

-- SECURITY DEFINER, because only admins can read admin_config, while all who write logs must know what to log.
-- The default is the same as the seeded row; change both together.
CREATE OR REPLACE FUNCTION public.get_logging_config()
RETURNS JSONB
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT COALESCE(
    (SELECT c.config_data FROM public.admin_config AS c WHERE c.config_key = 'logging_settings'),
    '{
      "error_logging_enabled": true,
      "user_activity_logging_enabled": false,
      "agent_activity_logging_enabled": false,
      "log_retention_days": {
        "error_logs": 90,
        "user_activity_logs": 30,
        "agent_activity_logs": 7
      },
      "category_toggles": {
        "log_auth_events": true,
        "log_chat_events": true,
        "log_document_events": true,
        "log_admin_events": true,
        "log_file_events": true,
        "log_vote_events": true,
        "log_agent_events": true
      },
      "performance_settings": {
        "batch_writes": true,
        "batch_size": 100,
        "flush_interval_ms": 5000,
        "max_queue_size": 10000
      },
      "privacy_settings": {
        "anonymize_ip": false,
        "store_user_agent": true,
        "redact_message_content": true
      }
    }'::jsonb
  );
$$;

COMMENT ON FUNCTION public.get_logging_config() IS 'The logging settings, or their defaults where none are stored.';

-- Anything but a plain true, including a missing key, means off.
CREATE OR REPLACE FUNCTION public.is_user_activity_logging_enabled()
RETURNS BOOLEAN
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT COALESCE(public.get_logging_config() -> 'user_activity_logging_enabled' = 'true'::jsonb, false);
$$;

COMMENT ON FUNCTION public.is_user_activity_logging_enabled() IS 'Whether the actions of users are to be logged.';

CREATE OR REPLACE FUNCTION public.is_agent_activity_logging_enabled()
RETURNS BOOLEAN
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT COALESCE(public.get_logging_config() -> 'agent_activity_logging_enabled' = 'true'::jsonb, false);
$$;

COMMENT ON FUNCTION public.is_agent_activity_logging_enabled() IS 'Whether the operations of agents are to be logged.';

-- A retention that is not stored takes its default. One that is stored but is no sensible number stops the purge: to
-- guess would be to delete logs that somebody meant to keep. Unresolved errors are never deleted.
CREATE OR REPLACE FUNCTION public.purge_old_activity_logs()
RETURNS TABLE (
  user_logs_deleted  BIGINT,
  agent_logs_deleted BIGINT,
  error_logs_deleted BIGINT
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  v_days JSONB := '{"user_activity_logs": 30, "agent_activity_logs": 7, "error_logs": 90}';
  v_set  JSONB := public.get_logging_config() -> 'log_retention_days';
  v_log  TEXT;
BEGIN
  IF jsonb_typeof(v_set) = 'object' THEN
    v_days := v_days || v_set;
  ELSIF v_set IS NOT NULL THEN
    RAISE EXCEPTION 'logging_settings: log_retention_days must be an object, not %', jsonb_typeof(v_set)
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Correct it in admin_config; nothing was deleted.';
  END IF;

  FOREACH v_log IN ARRAY ARRAY['user_activity_logs', 'agent_activity_logs', 'error_logs'] LOOP
    IF (v_days -> v_log)::text !~ '^[0-9]{1,5}$' THEN
      RAISE EXCEPTION 'logging_settings: log_retention_days.% must be a whole number of days, not %',
        v_log, v_days -> v_log
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Correct it in admin_config; nothing was deleted.';
    END IF;
  END LOOP;

  DELETE FROM public.user_activity_logs AS l
  WHERE l.created_at < LOCALTIMESTAMP - make_interval(days => (v_days ->> 'user_activity_logs')::integer);
  GET DIAGNOSTICS user_logs_deleted = ROW_COUNT;

  DELETE FROM public.agent_activity_logs AS l
  WHERE l.created_at < LOCALTIMESTAMP - make_interval(days => (v_days ->> 'agent_activity_logs')::integer);
  GET DIAGNOSTICS agent_logs_deleted = ROW_COUNT;

  DELETE FROM public.error_logs AS l
  WHERE l.resolved
    AND l.created_at < LOCALTIMESTAMP - make_interval(days => (v_days ->> 'error_logs')::integer);
  GET DIAGNOSTICS error_logs_deleted = ROW_COUNT;

  RETURN NEXT;
END;
$$;

COMMENT ON FUNCTION public.purge_old_activity_logs() IS
  'Deletes activity logs and resolved errors that are older than their retention, and says how many.';

-- Who may execute ----------------------------------------------------------------------------------------------------
--
-- PostgreSQL lets everyone execute a new function, and the platform grants it to its API roles as well, which makes a
-- function callable over the network. Trigger functions need no such right: triggers fire without it.
-- get_user_role() and is_current_user_admin() stay open to all, because policies and clients depend on them.

REVOKE EXECUTE ON FUNCTION
  public.validate_user_id(),
  public.handle_auth_user_deletion(),
  public.update_admin_config_timestamp(),
  public.update_model_config_timestamp(),
  public.ensure_single_default_model_per_provider(),
  public.validate_admin_config_data()
FROM PUBLIC, anon, authenticated;

-- Purging is for the server and for scheduled jobs.
REVOKE EXECUTE ON FUNCTION public.purge_old_activity_logs() FROM PUBLIC, anon, authenticated;
GRANT EXECUTE ON FUNCTION public.purge_old_activity_logs() TO service_role;

-- Signed-in clients write logs, so they may ask what is to be logged.
REVOKE EXECUTE ON FUNCTION
  public.get_logging_config(),
  public.is_user_activity_logging_enabled(),
  public.is_agent_activity_logging_enabled()
FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION
  public.get_logging_config(),
  public.is_user_activity_logging_enabled(),
  public.is_agent_activity_logging_enabled()
TO authenticated, service_role;
