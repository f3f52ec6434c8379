//! What the project promises its users, tried out: circuits outlive sessions, models are in their circuit, devices see
//! the same, and nothing that users do between the move and its end is lost or taken for an error.

use std::fmt::Write;

use libtest_mimic::Trial;

use super::{LEGACY, SCRIPTS, circuits, confirmed, moved};
use crate::support::{Database, Result, trial};

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    vec![
        trial("circuits::circuits_and_models_outlive_sessions", circuits_and_models_outlive_sessions),
        trial(
            "circuits::two_devices_see_the_same_and_strangers_nothing",
            two_devices_see_the_same_and_strangers_nothing,
        ),
        trial("circuits::models_are_seen_in_their_circuit_only", models_are_seen_in_their_circuit_only),
        trial("circuits::nobody_reaches_into_what_others_own", nobody_reaches_into_what_others_own),
        trial("circuits::what_users_do_meanwhile_is_no_error_and_stays", what_users_do_meanwhile_is_no_error_and_stays),
        trial("circuits::what_is_lost_or_wrong_is_found", what_is_lost_or_wrong_is_found),
    ]
}

fn user(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn circuit(number: u32) -> String {
    format!("cccccccc-0000-4000-8000-{number:012}")
}

/// What a signed-in user is told, on the device with this session.
fn seen(database: &Database, number: u32, session: &str, query: &str) -> Vec<Vec<String>> {
    let claims = format!(r#"{{"sub": "{}", "role": "authenticated", "session_id": "{session}"}}"#, user(number));
    database
        .rows(&format!("SET request.jwt.claims = '{claims}'; SET ROLE authenticated; {query}"))
        .into_iter()
        .filter(|row| !row.is_empty())
        .collect()
}

/// The error that a signed-in user gets; nothing, if the statement is done. It leaves no trace.
fn refusal(database: &Database, number: u32, statement: &str) -> String {
    let user = user(number);
    let mut sql = String::from("CREATE FUNCTION pg_temp.attempt() RETURNS text LANGUAGE plpgsql AS $f$ BEGIN ");
    write!(
        sql,
        "PERFORM set_config('request.jwt.claims', '{{\"sub\": \"{user}\"}}', true); SET LOCAL ROLE authenticated; "
    )
    .unwrap();
    write!(sql, "{statement}; RETURN ''; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $f$; ").unwrap();
    database.rows(&format!("{sql} SELECT pg_temp.attempt()"))[0][0].clone()
}

fn circuits_and_models_outlive_sessions() -> Result {
    let (project, database) = (circuits(), moved(&circuits()));
    let state = "SELECT (SELECT string_agg(c::text, '|' ORDER BY id) FROM circuit_configurations c),
                        (SELECT string_agg((m.id, m.circuit_config_id, m.model_data)::text, '|' ORDER BY id) FROM tagged_models m)";
    let before = database.rows(state);
    database.run(&format!(
        "INSERT INTO user_sessions (user_id, active_circuit_config_id) SELECT user_id, id FROM circuit_configurations;
         UPDATE tagged_models m SET session_id = s.id FROM user_sessions s WHERE s.user_id = m.user_id AND m.user_id = '{}';
         DELETE FROM user_sessions",
        user(1)
    ));
    assert_eq!(database.rows(state), before);
    project.on(&database, &["db:verify"]).expect(0);
    // A circuit that its user deletes takes its models along, and its sessions stay.
    database.run(&format!(
        "INSERT INTO user_sessions (user_id, active_circuit_config_id) VALUES ('{}', '{}');
         DELETE FROM circuit_configurations WHERE id = '{}'",
        user(1),
        circuit(1),
        circuit(1)
    ));
    assert_eq!(database.value("SELECT count(*) FROM user_sessions WHERE active_circuit_config_id IS NULL"), "1");
    assert_eq!(database.value(&format!("SELECT count(*) FROM tagged_models WHERE user_id = '{}'", user(1))), "0");
    Ok(())
}

fn two_devices_see_the_same_and_strangers_nothing() -> Result {
    let database = moved(&circuits());
    let all = "SELECT id, name, parameters, is_active FROM circuit_configurations ORDER BY id";
    let (phone, desk) = (seen(&database, 5, "phone", all), seen(&database, 5, "desk", all));
    assert_eq!((phone.len(), &phone), (6, &desk));
    assert_eq!(seen(&database, 12, "phone", all), Vec::<Vec<String>>::new());
    for table in ["user_profiles", "circuit_configurations", "tagged_models", "user_sessions"] {
        assert_eq!(
            database.rows(&format!("SET ROLE anon; SELECT count(*) FROM {table}")).last().unwrap()[0],
            "0",
            "{table}"
        );
    }
    for table in ["circuit_migration_report", "user_profiles_legacy", "tagged_models_legacy"] {
        assert_eq!(refusal(&database, 1, &format!("PERFORM count(*) FROM {table}")), "42501", "{table}");
    }
    Ok(())
}

fn models_are_seen_in_their_circuit_only() -> Result {
    let database = moved(&circuits());
    let models = "SELECT m.tag_name FROM tagged_models m JOIN circuit_configurations c ON c.id = m.circuit_config_id AND c.is_active
                   ORDER BY m.created_at";
    let names = |database: &Database| seen(database, 3, "desk", models).concat();
    assert_eq!(names(&database), ["dangling", "foreign", "garbled"]);
    // The user switches to another circuit, and back.
    let switch = |number: u32| {
        database.run(&format!(
            "UPDATE circuit_configurations SET is_active = false WHERE user_id = '{}' AND is_active;
             UPDATE circuit_configurations SET is_active = true WHERE id = '{}'",
            user(3),
            circuit(number)
        ));
    };
    switch(33);
    assert_eq!(names(&database), ["named"]);
    switch(31);
    assert_eq!(names(&database), Vec::<String>::new());
    switch(32);
    assert_eq!(names(&database), ["dangling", "foreign", "garbled"]);
    Ok(())
}

fn nobody_reaches_into_what_others_own() -> Result {
    let database = moved(&circuits());
    let (mine, theirs) = (user(1), user(3));
    for (statement, state) in [
        (
            format!(
                "INSERT INTO tagged_models (circuit_config_id, user_id, tag_name) VALUES ('{}', '{mine}', 'x')",
                circuit(1)
            ),
            "",
        ),
        (
            format!(
                "INSERT INTO tagged_models (circuit_config_id, user_id, tag_name) VALUES ('{}', '{mine}', 'x')",
                circuit(31)
            ),
            "23503",
        ),
        (
            format!(
                "INSERT INTO tagged_models (circuit_config_id, user_id, tag_name) VALUES ('{}', '{theirs}', 'x')",
                circuit(31)
            ),
            "42501",
        ),
        (format!("INSERT INTO circuit_configurations (user_id, name) VALUES ('{theirs}', 'x')"), "42501"),
        (format!("INSERT INTO circuit_configurations (user_id, name) VALUES ('{mine}', 'Amplifier')"), "23505"),
        (
            format!("INSERT INTO circuit_configurations (user_id, name, is_active) VALUES ('{mine}', 'x', true)"),
            "23505",
        ),
        (
            format!(
                "INSERT INTO user_sessions (user_id, active_circuit_config_id) VALUES ('{mine}', '{}')",
                circuit(31)
            ),
            "42501",
        ),
        (
            format!(
                "INSERT INTO user_sessions (user_id, active_circuit_config_id) VALUES ('{mine}', '{}')",
                circuit(1)
            ),
            "",
        ),
    ] {
        assert_eq!(refusal(&database, 1, &statement), state, "{statement}");
    }
    Ok(())
}

fn what_users_do_meanwhile_is_no_error_and_stays() -> Result {
    let project = circuits();
    let database = moved(&project);
    let legacy = database.value(LEGACY);
    database.run(&format!(
        "UPDATE user_profiles SET username = 'ada lovelace' WHERE id = '{ada}';
         UPDATE circuit_configurations SET parameters = '{{\"r\": 3}}' WHERE id = '{edited}';
         DELETE FROM circuit_configurations WHERE id = '{deleted}';
         DELETE FROM tagged_models WHERE tag_name = 'garbled';
         INSERT INTO tagged_models (circuit_config_id, user_id, tag_name) VALUES ('{used}', '{owner}', 'new');
         DELETE FROM auth.users WHERE id = '{gone}'",
        ada = user(1),
        edited = circuit(1),
        deleted = circuit(41),
        used = circuit(46),
        owner = user(4),
        gone = user(2)
    ));
    project.on(&database, &["data:verify"]).expect(0);
    project.on(&database, &["db:verify"]).expect(0);
    for script in SCRIPTS.iter().rev() {
        confirmed(&project, &database, "data:rollback", script).expect(0);
    }
    assert_eq!(database.value(LEGACY), legacy);
    let left = "SELECT string_agg(name, ',' ORDER BY name) FROM circuit_configurations";
    assert_eq!(database.value(left), "Amplifier,Nested,Oscillator");
    project.on(&database, &["data:migrate"]).expect(0);
    let kept = format!(
        "SELECT p.username, c.parameters, r.rule, r.kept -> 'circuit_parameters' ->> 'r'
           FROM user_profiles p JOIN circuit_configurations c ON c.id = '{}'
           JOIN circuit_migration_report r ON r.step = 'circuit' AND r.legacy_id = c.id WHERE p.id = '{}'",
        circuit(1),
        user(1)
    );
    assert_eq!(database.rows(&kept)[0], ["ada lovelace", r#"{"r": 3}"#, "already there", "[1, 2]"]);
    project.on(&database, &["data:verify"]).expect(0);
    Ok(())
}

fn what_is_lost_or_wrong_is_found() -> Result {
    let project = circuits();
    let database = moved(&project);
    // Behind the back of triggers, as a fault would.
    for (fault, rule) in [
        (
            "UPDATE circuit_configurations SET parameters = '{}' WHERE name = 'Array'",
            "circuits are what their legacy rows say",
        ),
        ("DELETE FROM circuit_configurations WHERE name = 'Array'", "circuits are what their legacy rows say"),
        (
            "UPDATE tagged_models SET model_data = '[]' WHERE tag_name = 'array'",
            "tagged models are what their legacy rows say",
        ),
        ("DELETE FROM tagged_models WHERE tag_name = 'array'", "tagged models are what their legacy rows say"),
        (
            "UPDATE user_profiles SET preferences = '{}' WHERE username = 'cleo'",
            "profiles are what the oldest legacy rows say",
        ),
        ("UPDATE user_profiles SET username = NULL WHERE username = 'cleo'", "usernames are those of the oldest rows"),
        (
            "UPDATE circuit_migration_report SET kept = NULL WHERE step = 'profile'",
            "no username and no preference of a legacy row is lost",
        ),
        ("DELETE FROM circuit_migration_report WHERE step = 'model'", "each legacy row is reported"),
    ] {
        let faulty = database.copy();
        faulty.run(&format!("SET session_replication_role = replica; {fault}"));
        let report = project.on(&faulty, &["data:verify"]).expect(3);
        let failed: Vec<&str> =
            report.stdout.lines().filter(|line| line.contains("FAILED") && line.contains(rule)).collect();
        assert_eq!(failed.len(), 1, "{fault}\n{}", report.stdout);
    }
    Ok(())
}
