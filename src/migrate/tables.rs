//! The tables that pgplumb keeps in a database beside refinery's.

/// The schema that holds what pgplumb keeps in a database.
pub const SCHEMA: &str = "pgplumb";

/// The newest of the tables: where it is, all of them are as this version knows them.
pub const NEWEST: &str = "pgplumb.acceptance";

/// This moment, as refinery writes down when a script was applied.
pub const NOW: &str =
    "pg_catalog.to_char(pg_catalog.timezone('UTC', pg_catalog.clock_timestamp()), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

/// The statements that make what is not there yet, and bring what an earlier version made up to date. `script` is the
/// deflated text as it was applied; a row of `statement` is a statement of a script that runs without a transaction and
/// has not come to its end.
pub const MAKE: &str = "
CREATE SCHEMA IF NOT EXISTS pgplumb;
COMMENT ON SCHEMA pgplumb IS 'What pgplumb keeps: history of migrations and seeds';
CREATE TABLE IF NOT EXISTS pgplumb.migration (
  version bigint PRIMARY KEY, checksum text NOT NULL, duration_ms bigint NOT NULL,
  applied_by text NOT NULL DEFAULT session_user, applied_at timestamptz NOT NULL DEFAULT now(),
  pgplumb text NOT NULL);
ALTER TABLE pgplumb.migration ADD COLUMN IF NOT EXISTS script bytea;
ALTER TABLE pgplumb.migration ADD COLUMN IF NOT EXISTS out_of_order boolean NOT NULL DEFAULT false;
CREATE TABLE IF NOT EXISTS pgplumb.seed (
  name text PRIMARY KEY, checksum text NOT NULL, duration_ms bigint NOT NULL,
  applied_by text NOT NULL DEFAULT session_user, applied_at timestamptz NOT NULL DEFAULT now(),
  pgplumb text NOT NULL);
CREATE TABLE IF NOT EXISTS pgplumb.setting (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE IF NOT EXISTS pgplumb.statement (
  script text, number integer, checksum text NOT NULL, done boolean NOT NULL,
  began_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (script, number));
CREATE TABLE IF NOT EXISTS pgplumb.adoption (
  tool text NOT NULL, version bigint NOT NULL, original jsonb NOT NULL,
  adopted_by text NOT NULL DEFAULT session_user, adopted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tool, version));
CREATE TABLE IF NOT EXISTS pgplumb.acceptance (
  version bigint NOT NULL, what text NOT NULL, reason text NOT NULL, before text, after text,
  accepted_by text NOT NULL DEFAULT session_user, accepted_at timestamptz NOT NULL DEFAULT now());";
