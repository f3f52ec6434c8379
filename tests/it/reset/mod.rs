//! `db:reset`: what it refuses, what it drops and what it leaves, through the real program.

mod guards;
mod objects;
mod scale;

use libtest_mimic::Trial;

use crate::support::{Database, Output, Project};

/// The tests of the modules in this one.
pub fn trials() -> Vec<Trial> {
    [guards::trials(), objects::trials(), scale::trials()].into_iter().flatten().collect()
}

/// How many objects of users are left, outside of the platform, of extensions and of pgplumb.
const LEFT: &str = "
SELECT string_agg(i.type || ' ' || i.identity, ', ' ORDER BY i.type || ' ' || i.identity)
  FROM (
    SELECT 'pg_class'::regclass, oid, relnamespace FROM pg_class WHERE relkind NOT IN ('i', 'I', 't')
    UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace FROM pg_proc
    UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace FROM pg_type t WHERE typrelid = 0
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
    UNION ALL SELECT 'pg_operator'::regclass, oid, oprnamespace FROM pg_operator
    UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfnamespace FROM pg_opfamily
    UNION ALL SELECT 'pg_collation'::regclass, oid, collnamespace FROM pg_collation
    UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgnamespace FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictnamespace FROM pg_ts_dict
    UNION ALL SELECT 'pg_cast'::regclass, oid, 2200 FROM pg_cast
    UNION ALL SELECT 'pg_publication'::regclass, oid, 2200 FROM pg_publication WHERE pubname <> 'supabase_realtime'
    UNION ALL SELECT 'pg_event_trigger'::regclass, oid, 2200 FROM pg_event_trigger
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 2200 FROM pg_foreign_server
    UNION ALL SELECT 'pg_namespace'::regclass, oid, oid FROM pg_namespace WHERE nspname <> 'public'
  ) o (class, oid, schema)
  JOIN pg_namespace n ON n.oid = o.schema, pg_identify_object(o.class, o.oid, 0) i
 WHERE o.oid >= 16384 AND n.nspname <> 'pgplumb' AND n.nspname !~ '^pg_'
   AND n.nspname NOT IN ('auth', 'storage', 'extensions', 'realtime', 'vault', 'graphql', 'graphql_public')
   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')";

fn confirmed(project: &Project, database: &Database, arguments: &[&str]) -> Output {
    project.on(database, &[&["db:reset", "--confirm", database.name()], arguments].concat())
}

/// A project with one migration and a manifest that names tables of the schema public.
fn project(sql: &str, tables: &[&str]) -> Project {
    let tables: serde_json::Map<String, serde_json::Value> =
        tables.iter().map(|name| ((*name).to_owned(), serde_json::json!({}))).collect();
    let manifest = serde_json::json!({ "format": 1, "schemas": { "public": { "tables": tables } } });
    Project::empty().with("migrations/1_all.sql", sql).with("manifest.json", manifest.to_string())
}

fn migrated(project: &Project) -> Database {
    let database = Database::plain();
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database
}

fn chat() -> (Project, Database) {
    let (project, database) = (Project::chat(), Database::supabase());
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database.run("INSERT INTO auth.users (id, email) VALUES (gen_random_uuid(), 'a@example.com')");
    (project, database)
}

fn other_role(name: &str) -> String {
    let database = Database::plain();
    database.run(&format!("DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"));
    name.to_owned()
}
