-- The settings of the whole application: the active provider, and what is logged and for how long.
--
-- A row is inserted only where its key is missing: admins edit these rows in the application, and a repeated run
-- must not undo what they chose.
--
-- The specification leaves some keys of logging_settings open. Ours are: in category_toggles all but
-- log_auth_events and log_chat_events; in performance_settings flush_interval_ms and max_queue_size; in
-- privacy_settings store_user_agent and redact_message_content. get_logging_config() answers with the same values
-- where the row is missing.

INSERT INTO public.admin_config (config_key, config_data)
SELECT seed.config_key, seed.config_data
FROM (
  VALUES
    (
      'app_settings',
      $json${
        "activeProvider": "google",
        "availableProviders": ["google", "openai", "anthropic"]
      }$json$::jsonb
    ),
    (
      'logging_settings',
      $json${
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
      }$json$::jsonb
    )
) AS seed (config_key, config_data)
WHERE NOT EXISTS (
  SELECT 1 FROM public.admin_config AS present WHERE present.config_key = seed.config_key
);
