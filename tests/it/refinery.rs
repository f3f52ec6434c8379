//! One history with refinery: a service that embeds it finds nothing to do after pgplumb, and the other way about.

use refinery_core::{Migration, Runner};

use crate::support::{Database, Project, Result, block_on, superuser};

crate::trials!(
    "refinery",
    refinery_finds_nothing_to_do_after_pgplumb,
    pgplumb_finds_nothing_to_do_after_refinery,
    both_can_use_the_schema_of_pgplumb,
);

const SCRIPTS: [(&str, &str); 2] = [
    ("V1__invoice", "CREATE TABLE invoice (id int);\r\n"),
    ("V2__invoice_line", "CREATE TABLE invoice_line (id int);\n"),
];

fn project(history: &str) -> Project {
    let project = Project::empty().with("pgplumb.toml", format!("history_table = \"{history}\"\n"));
    for (name, text) in SCRIPTS {
        project.write(&format!("migrations/{name}.sql"), text);
    }
    project
}

/// What refinery applies, with its own strict checks.
fn refinery(database: &Database, table: &str) -> Vec<String> {
    let scripts: Vec<Migration> =
        SCRIPTS.iter().map(|(name, text)| Migration::unapplied(name, text).unwrap()).collect();
    let mut runner = Runner::new(&scripts).set_abort_divergent(true).set_abort_missing(true);
    runner.set_migration_table_name(table);
    block_on(async {
        let mut session = pgplumb::db::connect(&superuser(database.name()), |_| ()).await.unwrap();
        let report = runner.run_async(&mut session.client).await.unwrap();
        session.close().await;
        report.applied_migrations().iter().map(ToString::to_string).collect()
    })
}

fn refinery_finds_nothing_to_do_after_pgplumb() -> Result {
    let database = Database::plain();
    project("public.refinery_schema_history").on(&database, &["db:migrate", "--no-verify"]).expect(0);
    assert_eq!(refinery(&database, "refinery_schema_history"), Vec::<String>::new());
    Ok(())
}

fn pgplumb_finds_nothing_to_do_after_refinery() -> Result {
    let database = Database::plain();
    assert_eq!(refinery(&database, "refinery_schema_history").len(), 2);
    database.run("GRANT ALL ON refinery_schema_history TO postgres");
    let project = project("public.refinery_schema_history");
    project.on(&database, &["db:status"]).expect(0).says("invoice_line").says("nothing is pending");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0).says("nothing to apply");
    project.write("migrations/V3__more.sql", "CREATE TABLE more ()");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0).says("applied migrations/V3__more.sql");
    project.write("migrations/V1__invoice.sql", "CREATE TABLE invoice (id bigint);");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(4).says("V1__invoice.sql was changed");
    Ok(())
}

fn both_can_use_the_schema_of_pgplumb() -> Result {
    let database = Database::plain();
    project("pgplumb.refinery_schema_history").on(&database, &["db:migrate", "--no-verify"]).expect(0);
    assert_eq!(refinery(&database, "pgplumb.refinery_schema_history"), Vec::<String>::new());
    Ok(())
}
