//! Targets and scripts that cannot work: refused with words that say what, where and what next, and nothing is left.

use crate::support::{Database, Output, Project, Result};

crate::trials!(
    "bad_input",
    no_server,
    an_unknown_database,
    a_wrong_password_is_never_shown,
    no_project_and_no_scripts,
    an_unreadable_folder_of_settings,
    text_that_is_not_utf8,
    scripts_without_statements,
    misnamed_and_doubled_files,
    unknown_directives,
    statements_that_begin_or_end_transactions,
    an_index_without_a_name,
    rows_for_the_client,
    a_platform_that_is_not_there,
    an_unknown_version,
    bad_usage_is_a_document_too,
);

/// Runs `db:migrate` of one script, which must be refused before anything is sent.
#[track_caller]
fn refused(script: impl AsRef<[u8]>) -> Output {
    let (project, database) = (Project::empty().with("migrations/0001_a.sql", script), Database::plain());
    let output = project.on(&database, &["db:migrate", "--no-verify"]).expect(2).says("next: ");
    assert_eq!(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'pgplumb'"), "0");
    output
}

fn no_server() -> Result {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let project = Project::empty().with("migrations/0001_a.sql", "SELECT 1");
    let url = format!("postgres://ann:cAnArY@127.0.0.1:{free}/shop");
    for command in ["db:migrate", "db:status"] {
        let output = project.pgplumb(&[command, "--url", &url, "--json"]);
        let output = match command {
            "db:migrate" => project.pgplumb(&[command, "--no-verify", "--url", &url, "--json"]),
            _ => output,
        };
        let output = output.expect(8).says(&format!("could not connect to 127.0.0.1:{free}"));
        assert_eq!(output.json()["outcome"], "transient");
        assert!(!format!("{output:?}").contains("cAnArY"), "{output:?}");
    }
    let folder = format!("postgresql:///shop?host={}", project.path().display());
    project.pgplumb(&["db:status", "--url", &folder]).expect(8).says("could not connect to").says("next: ");
    Ok(())
}

fn an_unknown_database() -> Result {
    let (project, database) = (Project::empty().with("migrations/0001_a.sql", "SELECT 1"), Database::plain());
    let url = database.url().replace(database.name(), "no_such_database");
    project
        .pgplumb(&["db:status", "--url", &url])
        .expect(4)
        .says("there is no database no_such_database")
        .says("next: ");
    Ok(())
}

fn a_wrong_password_is_never_shown() -> Result {
    let database = Database::plain();
    let server = crate::support::cluster();
    let hba = server.data_folder.join("pg_hba.conf");
    let entries = std::fs::read_to_string(&hba).unwrap();
    if !entries.starts_with("local all with_password") {
        std::fs::write(&hba, format!("local all with_password scram-sha-256\n{entries}")).unwrap();
    }
    database.run(
        "SET password_encryption = 'scram-sha-256'; CREATE ROLE with_password LOGIN PASSWORD 'rIgHt-15'; SELECT pg_reload_conf()",
    );
    let project = Project::empty().with("migrations/0001_a.sql", "SELECT 1");
    let url = |password: &str| database.url_as("with_password") + "&password=" + password;
    crate::process::wait_for("the server asks for passwords", || {
        project.pgplumb(&["db:status", "--url", &url("wRoNg-15")]).code == 4
    });
    for arguments in [&["db:status"][..], &["db:status", "--json", "--verbose"], &["db:migrate", "--no-verify"]] {
        let output = project.pgplumb(&[arguments, &["--url", &url("wRoNg-15")]].concat()).expect(4);
        let output = output.says("does not take the password of with_password").says("check the password");
        assert!(!format!("{output:?}").contains("wRoNg-15"), "{output:?}");
    }
    let output = project.pgplumb(&["db:status", "--verbose", "--url", &url("rIgHt-15")]).expect(3);
    assert!(!format!("{output:?}").contains("rIgHt-15"), "{output:?}");
    let malformed = format!("postgres://ann:rIgHt-15@[::1/{}", database.name());
    let output = project.pgplumb(&["db:status", "--json", "--url", &malformed]).expect(2);
    assert!(!format!("{output:?}").contains("rIgHt-15"), "{output:?}");
    database.run("DROP ROLE with_password");
    Ok(())
}

fn no_project_and_no_scripts() -> Result {
    let project = Project::empty();
    project.pgplumb(&["db:migrate", "-C", "nowhere"]).expect(2).says("there is no folder nowhere").says("next: ");
    project.pgplumb(&["db:migrate"]).expect(2).says("neither migrations nor seeds").says("next: ");
    project.pgplumb(&["db:seed"]).expect(2).says("has no seeds").says("next: ");
    Ok(())
}

fn an_unreadable_folder_of_settings() -> Result {
    let project = Project::empty().with("pgplumb.toml", "platfrom = \"supabase\"\n");
    project.pgplumb(&["db:status"]).expect(2).says("(did you mean `platform`?)").says("pgplumb.toml:1:1");
    project.write("pgplumb.toml", "platform = \n");
    project.pgplumb(&["db:status"]).expect(2).says("pgplumb.toml:1:");
    Ok(())
}

fn text_that_is_not_utf8() -> Result {
    refused(b"SELECT 1;\nSELECT 'caf\xe9';".as_slice()).says("is not UTF-8").says("0001_a.sql:2:12").says("iconv");
    refused(b"\xff\xfeS\0E\0".as_slice()).says("UTF-16LE");
    Ok(())
}

fn scripts_without_statements() -> Result {
    for script in ["", "  \n\t\n", "-- nothing\n/* here */", ";;"] {
        refused(script).says("has no statement in it");
    }
    Ok(())
}

fn misnamed_and_doubled_files() -> Result {
    let database = Database::plain();
    for (file, words) in [
        ("migrations/tables.sql", "tables.sql is not named as a script"),
        ("migrations/0002_b.txt", "0002_b.txt is not named as a script"),
        ("migrations/1_b.sql", "0001_a.sql and migrations/1_b.sql both have the version 1"),
        ("seeds/seed.sql", "seeds/seed.sql is not named as a script"),
    ] {
        let project = Project::empty().with("migrations/0001_a.sql", "SELECT 1").with(file, "SELECT 1");
        project.on(&database, &["db:migrate", "--no-verify"]).expect(2).says(words).says("next: ");
    }
    assert_eq!(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'pgplumb'"), "0");
    Ok(())
}

fn unknown_directives() -> Result {
    refused("-- pgplumb: lock_timout 10s\nSELECT 1").says("(did you mean `lock_timeout`?)").says("0001_a.sql:1:1");
    Ok(())
}

fn statements_that_begin_or_end_transactions() -> Result {
    for script in ["SELECT 1;\nCOMMIT;", "BEGIN;\nSELECT 1", "select 1; /* */ rollback", "SAVEPOINT a"] {
        refused(script).says("begins or ends a transaction itself").says("0001_a.sql:");
    }
    Ok(())
}

fn an_index_without_a_name() -> Result {
    let words = "builds an index without a name";
    refused("SELECT 1;\nCREATE INDEX CONCURRENTLY ON a (b)").says(words).says("0001_a.sql:2:1").says("^");
    Ok(())
}

fn rows_for_the_client() -> Result {
    refused("SELECT 1;\nCOPY pg_class TO STDOUT").says("0001_a.sql:2:1").says("STDOUT");
    Ok(())
}

fn a_platform_that_is_not_there() -> Result {
    let database = Database::plain();
    let output = Project::chat().on(&database, &["db:migrate", "--json"]).expect(4).says("lacks what supabase puts");
    assert!(output.stderr.contains("auth") && output.stderr.contains("state: nothing was changed"), "{output:?}");
    Project::chat().on(&database, &["db:seed"]).expect(4).says("lacks what supabase puts");
    assert_eq!(database.value("SELECT count(*) FROM pg_namespace WHERE nspname IN ('pgplumb', 'auth')"), "0");
    Ok(())
}

fn an_unknown_version() -> Result {
    let (project, database) = (Project::empty().with("migrations/0001_a.sql", "SELECT 1"), Database::plain());
    project.on(&database, &["db:migrate", "--to", "7"]).expect(2).says("--to 7").says("next: ");
    project.on(&database, &["db:migrate", "--to", "one"]).expect(2).says("--to");
    Ok(())
}

fn bad_usage_is_a_document_too() -> Result {
    let output = Project::empty().pgplumb(&["db:migrate", "--json", "--no-such-option"]).expect(2);
    assert_eq!(output.json()["outcome"], "bad_input");
    assert!(output.json()["error"]["message"].as_str().unwrap().contains("--no-such-option"));
    Ok(())
}
