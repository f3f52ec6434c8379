//! `db:adopt`: for each tool its own table, rows as it writes them and files as it lays them out.

mod refusals;
mod tools;

use libtest_mimic::Trial;
use sha2::{Digest, Sha256, Sha384};

use crate::support::{Database, Project};

/// The tests of this module and of those in it.
pub fn trials() -> Vec<Trial> {
    tools::trials().into_iter().chain(refusals::trials()).collect()
}

/// The text of which the research has every tool's checksum.
pub const PERSONS: &str = "CREATE TABLE persons (\n    id int,\n    name varchar(255),\n    city varchar(255)\n);\n";
pub const CARS: &str = "CREATE TABLE cars (\n    id int,\n    name varchar(255)\n);\n";

/// What Flyway makes.
pub const FLYWAY: &str = r#"CREATE TABLE "public"."flyway_schema_history" (
    "installed_rank" INT NOT NULL, "version" VARCHAR(50), "description" VARCHAR(200) NOT NULL, "type" VARCHAR(20) NOT NULL,
    "script" VARCHAR(1000) NOT NULL, "checksum" INTEGER, "installed_by" VARCHAR(100) NOT NULL,
    "installed_on" TIMESTAMP NOT NULL DEFAULT now(), "execution_time" INTEGER NOT NULL, "success" BOOLEAN NOT NULL);
ALTER TABLE "public"."flyway_schema_history" ADD CONSTRAINT "flyway_schema_history_pk" PRIMARY KEY ("installed_rank");
CREATE INDEX "flyway_schema_history_s_idx" ON "public"."flyway_schema_history" ("success");"#;

/// What sqlx makes.
pub const SQLX: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL);";

/// What golang-migrate makes.
pub const GOLANG: &str = "CREATE TABLE IF NOT EXISTS \"public\".\"schema_migrations\" (version bigint not null primary key, dirty boolean not null);";

/// What dbmate makes.
pub const DBMATE: &str = "create table if not exists schema_migrations (version varchar primary key);";

/// What Prisma makes.
pub const PRISMA: &str = r#"CREATE TABLE _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0);"#;

/// What the Supabase CLI makes.
pub const SUPABASE: &str = "CREATE SCHEMA IF NOT EXISTS supabase_migrations;
CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations (version text NOT NULL PRIMARY KEY);
ALTER TABLE supabase_migrations.schema_migrations ADD COLUMN IF NOT EXISTS statements text[];
ALTER TABLE supabase_migrations.schema_migrations ADD COLUMN IF NOT EXISTS name text;
CREATE TABLE IF NOT EXISTS supabase_migrations.seed_files (path text NOT NULL PRIMARY KEY, hash text NOT NULL);";

/// The checksum that sqlx writes.
pub fn sha384(text: &str) -> String {
    Sha384::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The checksum that Drizzle and Prisma write.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A row of Flyway's table: rank, version, description, type, checksum, success.
pub fn flyway(rank: u32, version: &str, description: &str, kind: &str, checksum: &str, success: bool) -> String {
    let file = format!("V{version}__{}.sql", description.replace(' ', "_"));
    let version = if version.is_empty() { "NULL".to_owned() } else { format!("'{version}'") };
    format!(
        "INSERT INTO flyway_schema_history VALUES ({rank}, {version}, '{description}', '{kind}', '{file}', {checksum}, 'app',
           '2024-02-03 04:05:06', 12, {success});"
    )
}

/// A database with two tables, a history, and a project with scripts and the manifest of the tables.
pub struct Case {
    pub project: Project,
    pub database: Database,
}

impl Case {
    /// With a schema in the database, then the history of a tool, and with files.
    pub fn new(schema: &str, history: &str, files: &[(&str, &str)]) -> Self {
        let (project, database) = (Project::empty(), Database::plain());
        database.run(schema);
        project.as_superuser(&database, &["db:manifest", "--from", "target"]).expect(0);
        files.iter().for_each(|(file, text)| project.write(&format!("migrations/{file}"), text));
        database.run(history);
        Case { project, database }
    }

    /// Runs the program on it.
    pub fn run(&self, arguments: &[&str]) -> crate::support::Output {
        self.project.as_superuser(&self.database, arguments)
    }

    /// Every row of a table, with what changes when somebody writes to it.
    pub fn rows(&self, table: &str) -> Vec<Vec<String>> {
        self.database.rows(&format!("SELECT ctid, xmin, t.* FROM {table} t ORDER BY ctid"))
    }

    /// The versions in our history.
    pub fn versions(&self) -> String {
        let query = "SELECT string_agg(h.version::text, ',' ORDER BY h.version)
                       FROM pgplumb.refinery_schema_history h JOIN pgplumb.migration m USING (version)
                       JOIN pgplumb.adoption a USING (version) WHERE m.script IS NOT NULL AND a.original <> 'null'";
        self.database.value(query)
    }

    /// Adopts, and fails unless nothing is left to do and the other tool's table is as it was.
    pub fn adopts(&self, tool: &str, table: &str, versions: &str) -> crate::support::Output {
        let before = self.rows(table);
        self.run(&["db:adopt", "--from", tool, "--dry-run"]).expect(0).says("proof");
        assert_eq!(self.database.value("SELECT to_regnamespace('pgplumb')"), "", "a dry run wrote something");
        let output = self.run(&["db:adopt", "--from", tool]).expect(0);
        self.run(&["db:status"]).expect(0).says("nothing is pending");
        self.run(&["db:migrate"]).expect(0).says("nothing to apply").says("PASSED - Tables");
        self.run(&["db:adopt", "--from", tool]).expect(0).says("nothing to adopt");
        assert_eq!(self.versions(), versions);
        assert_eq!(self.rows(table), before, "{table} was written to");
        output
    }

    /// Fails unless nothing of ours is in the database.
    pub fn untouched(&self) {
        assert_eq!(self.database.value("SELECT to_regnamespace('pgplumb')"), "", "something was written");
    }
}
