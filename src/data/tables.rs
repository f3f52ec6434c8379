//! The tables in which pgplumb keeps how far each data migration is.

/// The statements that make what is not there yet. A range is a part of the walked table with the place that was reached
/// in it (`reached`); its number is never given again within a script, so that a late writer meets no other range.
pub const MAKE: &str = "
CREATE SCHEMA IF NOT EXISTS pgplumb;
CREATE TABLE IF NOT EXISTS pgplumb.data_migration (
  version bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'moved', 'done', 'undoing', 'undone', 'finalized')),
  pass integer NOT NULL DEFAULT 1, total bigint, rows bigint NOT NULL DEFAULT 0, written bigint NOT NULL DEFAULT 0,
  pause text, paused_by text, paused_at timestamptz, held text, held_at timestamptz,
  begun_by text NOT NULL DEFAULT session_user, begun_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz,
  pgplumb text NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS pgplumb.data_range (
  version bigint NOT NULL REFERENCES pgplumb.data_migration ON DELETE CASCADE, number integer NOT NULL,
  low text[], high text[], reached text[], ended boolean NOT NULL DEFAULT false,
  rows bigint NOT NULL DEFAULT 0, written bigint NOT NULL DEFAULT 0, batches bigint NOT NULL DEFAULT 0,
  spent_ms bigint NOT NULL DEFAULT 0, batch_rows integer, batch_ms integer, batch_at timestamptz,
  PRIMARY KEY (version, number)) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS pgplumb.data_skip (
  version bigint NOT NULL REFERENCES pgplumb.data_migration ON DELETE CASCADE, key text[] NOT NULL, reason text NOT NULL,
  skipped_by text NOT NULL DEFAULT session_user, skipped_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (version, key));";
