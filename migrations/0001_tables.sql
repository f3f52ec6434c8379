-- The tables of the chat system: conversations, documents, configuration, usage and logs.
--
-- Users live in auth.users, which belongs to the platform. No table here has a foreign key to it: triggers check
-- user ids and clean up after a deleted user (see 0002_functions.sql and 0004_triggers.sql).
--
-- Mixed-case names are quoted, because the application spells them so. Value lists such as the visibility of a chat
-- are kept by the application: the specification describes them, but asks for no CHECK constraints.

-- Conversations ------------------------------------------------------------------------------------------------------

-- Token totals, cost and updated_at are written by the application; no trigger maintains them.
CREATE TABLE IF NOT EXISTS public."Chat" (
  id                  UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  "createdAt"         TIMESTAMP NOT NULL DEFAULT NOW(),
  title               TEXT NOT NULL,
  user_id             UUID NOT NULL,
  visibility          VARCHAR(10) NOT NULL DEFAULT 'private',
  "lastContext"       JSONB,
  total_input_tokens  INTEGER DEFAULT 0,
  total_output_tokens INTEGER DEFAULT 0,
  total_cost          DECIMAL(10, 6) DEFAULT 0,
  updated_at          TIMESTAMP DEFAULT NOW()
);

CREATE TABLE IF NOT EXISTS public."Message_v2" (
  id            UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  "chatId"      UUID NOT NULL REFERENCES public."Chat" (id) ON DELETE CASCADE,
  role          VARCHAR(20) NOT NULL,
  parts         JSON NOT NULL,
  attachments   JSON NOT NULL DEFAULT '[]',
  "createdAt"   TIMESTAMP NOT NULL DEFAULT NOW(),
  model_used    VARCHAR(100),
  input_tokens  INTEGER,
  output_tokens INTEGER,
  cost          DECIMAL(10, 6)
);

-- One vote per message and chat. Nothing forces the message to be one of that chat; the application sees to it.
CREATE TABLE IF NOT EXISTS public."Vote_v2" (
  "chatId"    UUID NOT NULL REFERENCES public."Chat" (id) ON DELETE CASCADE,
  "messageId" UUID NOT NULL REFERENCES public."Message_v2" (id) ON DELETE CASCADE,
  "isUpvoted" BOOLEAN NOT NULL,
  PRIMARY KEY ("chatId", "messageId")
);

CREATE TABLE IF NOT EXISTS public."Stream" (
  id          UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  "chatId"    UUID NOT NULL REFERENCES public."Chat" (id) ON DELETE CASCADE,
  "createdAt" TIMESTAMP NOT NULL DEFAULT NOW()
);

-- Documents ----------------------------------------------------------------------------------------------------------

-- All versions of a document share its id and differ in "createdAt", so the two together are the key. Neither has a
-- default: the application gives both, the same id for each further version.
--
-- parent_version_id cannot be a foreign key, although the specification calls it one: a lone uuid names no single row
-- of a table whose key is (id, "createdAt"). It stays a plain column with an index.
CREATE TABLE IF NOT EXISTS public."Document" (
  id                UUID NOT NULL,
  "createdAt"       TIMESTAMP NOT NULL,
  title             TEXT NOT NULL,
  content           TEXT,
  kind              VARCHAR(20) NOT NULL DEFAULT 'text',
  user_id           UUID NOT NULL,
  chat_id           UUID REFERENCES public."Chat" (id) ON DELETE CASCADE,
  parent_version_id UUID,
  version_number    INTEGER NOT NULL DEFAULT 1,
  metadata          JSONB DEFAULT '{}',
  PRIMARY KEY (id, "createdAt")
);

CREATE TABLE IF NOT EXISTS public."Suggestion" (
  id                  UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  "documentId"        UUID NOT NULL,
  "documentCreatedAt" TIMESTAMP NOT NULL,
  "originalText"      TEXT NOT NULL,
  "suggestedText"     TEXT NOT NULL,
  description         TEXT,
  "isResolved"        BOOLEAN NOT NULL DEFAULT false,
  user_id             UUID NOT NULL,
  "createdAt"         TIMESTAMP NOT NULL DEFAULT NOW(),
  FOREIGN KEY ("documentId", "documentCreatedAt") REFERENCES public."Document" (id, "createdAt") ON DELETE CASCADE
);

-- Configuration ------------------------------------------------------------------------------------------------------

-- config_key is {agent_type}_{provider}, or one of the special keys app_settings and logging_settings.
CREATE TABLE IF NOT EXISTS public.admin_config (
  id          UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  config_key  VARCHAR(100) NOT NULL UNIQUE,
  config_data JSONB NOT NULL,
  updated_by  UUID,
  updated_at  TIMESTAMP DEFAULT NOW(),
  created_at  TIMESTAMP DEFAULT NOW()
);

-- A trigger keeps at most one default model per provider.
CREATE TABLE IF NOT EXISTS public.model_config (
  id                                UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  model_id                          VARCHAR(100) NOT NULL UNIQUE,
  name                              VARCHAR(200) NOT NULL,
  description                       TEXT,
  provider                          VARCHAR(50) NOT NULL,
  is_active                         BOOLEAN DEFAULT true,
  is_default                        BOOLEAN DEFAULT false,
  thinking_enabled                  BOOLEAN DEFAULT true,
  input_pricing_per_million_tokens  DECIMAL(10, 4) NOT NULL,
  output_pricing_per_million_tokens DECIMAL(10, 4) NOT NULL,
  metadata                          JSONB DEFAULT '{}',
  created_at                        TIMESTAMP DEFAULT NOW(),
  updated_at                        TIMESTAMP DEFAULT NOW()
);

CREATE TABLE IF NOT EXISTS public.github_repositories (
  id             UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id        UUID NOT NULL,
  repo_owner     VARCHAR(100) NOT NULL,
  repo_name      VARCHAR(100) NOT NULL,
  repo_url       TEXT,
  default_branch VARCHAR(100) DEFAULT 'main',
  is_active      BOOLEAN DEFAULT true,
  last_accessed  TIMESTAMP,
  created_at     TIMESTAMP DEFAULT NOW()
);

-- Usage and limits ---------------------------------------------------------------------------------------------------

-- A log entry outlives its chat, so that costs stay accounted for.
CREATE TABLE IF NOT EXISTS public.usage_logs (
  id                 UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id            UUID NOT NULL,
  chat_id            UUID REFERENCES public."Chat" (id) ON DELETE SET NULL,
  agent_type         VARCHAR(50) NOT NULL,
  model_used         VARCHAR(100),
  provider           VARCHAR(50),
  input_tokens       INTEGER,
  output_tokens      INTEGER,
  total_tokens       INTEGER,
  input_cost         DECIMAL(10, 6),
  output_cost        DECIMAL(10, 6),
  total_cost         DECIMAL(10, 6),
  request_timestamp  TIMESTAMP DEFAULT NOW(),
  response_timestamp TIMESTAMP,
  duration_ms        INTEGER,
  metadata           JSONB
);

CREATE TABLE IF NOT EXISTS public.rate_limit_tracking (
  id            UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id       UUID NOT NULL,
  agent_type    VARCHAR(50) NOT NULL,
  period_start  TIMESTAMP NOT NULL,
  period_end    TIMESTAMP NOT NULL,
  request_count INTEGER DEFAULT 0,
  limit_type    VARCHAR(20) NOT NULL,
  limit_value   INTEGER NOT NULL,
  created_at    TIMESTAMP DEFAULT NOW()
);

-- Logs ---------------------------------------------------------------------------------------------------------------

-- user_id is empty for errors that happen outside a session.
CREATE TABLE IF NOT EXISTS public.error_logs (
  id               UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id          UUID,
  error_type       VARCHAR(50) NOT NULL,
  error_category   VARCHAR(100) NOT NULL,
  error_message    TEXT NOT NULL,
  error_details    JSONB,
  request_path     VARCHAR(500),
  request_method   VARCHAR(10),
  user_agent       TEXT,
  ip_address       VARCHAR(45),
  session_id       VARCHAR(100),
  severity         VARCHAR(20) NOT NULL DEFAULT 'error',
  resolved         BOOLEAN DEFAULT false,
  resolved_by      UUID,
  resolved_at      TIMESTAMP,
  resolution_notes TEXT,
  created_at       TIMESTAMP DEFAULT NOW()
);

-- correlation_id joins what a user did to what the agents did for it.
CREATE TABLE IF NOT EXISTS public.user_activity_logs (
  id                UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id           UUID NOT NULL,
  correlation_id    UUID NOT NULL,
  activity_type     VARCHAR(50) NOT NULL,
  activity_category VARCHAR(50) NOT NULL,
  activity_metadata JSONB DEFAULT '{}',
  resource_id       UUID,
  resource_type     VARCHAR(50),
  ip_address        VARCHAR(45),
  user_agent        TEXT,
  request_path      VARCHAR(500),
  request_method    VARCHAR(10),
  session_id        VARCHAR(100),
  success           BOOLEAN DEFAULT true,
  error_message     TEXT,
  created_at        TIMESTAMP DEFAULT NOW()
);

-- user_id is empty for work that the system does on its own.
CREATE TABLE IF NOT EXISTS public.agent_activity_logs (
  id                 UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id            UUID,
  correlation_id     UUID NOT NULL,
  agent_type         VARCHAR(50) NOT NULL,
  operation_type     VARCHAR(50) NOT NULL,
  operation_category VARCHAR(50) NOT NULL,
  operation_metadata JSONB DEFAULT '{}',
  resource_id        UUID,
  resource_type      VARCHAR(50),
  duration_ms        INTEGER,
  start_time         TIMESTAMP,
  end_time           TIMESTAMP,
  model_id           VARCHAR(100),
  provider           VARCHAR(50),
  thinking_mode      BOOLEAN DEFAULT false,
  input_tokens       INTEGER,
  output_tokens      INTEGER,
  reasoning_tokens   INTEGER,
  total_tokens       INTEGER,
  input_cost         DECIMAL(10, 6),
  output_cost        DECIMAL(10, 6),
  total_cost         DECIMAL(10, 6),
  success            BOOLEAN DEFAULT true,
  error_type         VARCHAR(100),
  error_message      TEXT,
  retry_count        INTEGER DEFAULT 0,
  created_at         TIMESTAMP DEFAULT NOW()
);
