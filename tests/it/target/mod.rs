//! Connects to real servers: every `sslmode`, right and wrong passwords, and every place a password can come from.

mod server;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use libtest_mimic::Trial;
use pgplumb::db::{Resolved, Session, Wanted, connect, resolve, server_error};
use pgplumb::error::{Failure, Outcome};
use pgplumb::project::{Environment, Project};

use crate::support::{Result, has_program};
use server::{Certificate, PASSWORD, Server};

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    let trials = crate::async_trials!(
        "target",
        each_sslmode_does_what_libpq_does,
        an_expired_certificate_is_named_as_such,
        a_password_is_found_wherever_libpq_finds_it,
        each_refusal_has_its_outcome_and_its_next_step,
        notices_and_last_words_are_heard,
    );
    let lacking = !has_program("openssl") || !has_program("psql");
    trials.into_iter().map(|trial| trial.with_ignored_flag(lacking)).collect()
}

type Connection = std::result::Result<Session, Failure>;

/// Connects as a command would, in a project folder that is also the home folder.
async fn open(server: &Server, url: &str, variables: &[(&str, &str)]) -> Connection {
    let home = server.home();
    let variables = [("HOME", home.to_str().unwrap())].into_iter().chain(variables.iter().copied());
    let project = Project::open_in(&home, Environment::of("ann", variables)).unwrap();
    let url = Some(url.replace("PORT", &server.port.to_string())).filter(|url| !url.is_empty());
    let attempt = async {
        match resolve(&project, &Wanted::new(url, None, std::io::empty())?)? {
            Resolved::Server(target) => connect(&target, |_| ()).await,
            Resolved::Local => panic!("nothing names a server"),
        }
    };
    attempt.await.map_err(|error| {
        assert!(!format!("{error:?}").contains(PASSWORD), "the password is shown: {error:?}");
        error.downcast::<Failure>().expect("a failure that a person can read")
    })
}

async fn text(session: &Session, query: &str) -> String {
    session.client.query_one(query, &[]).await.unwrap().get(0)
}

async fn encrypted(session: &Session) -> bool {
    text(session, "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()").await == "true"
}

fn assert_failure(result: Connection, outcome: Outcome, words: &str, url: &str) {
    let failure = result.err().unwrap_or_else(|| panic!("{url} should not connect"));
    assert_eq!(failure.outcome, outcome, "{url}: {failure}");
    assert!(failure.to_string().contains(words), "{url}: {failure}");
    assert!(failure.next.is_some(), "{url} has no next step: {failure}");
}

async fn each_sslmode_does_what_libpq_does() -> Result {
    let server = Server::start(Some(Certificate::Good)).await;
    let (right, wrong) = (server.file("ca.crt"), server.file("other.crt"));
    let url = |host: &str, query: &str| {
        let query = query.replace("RIGHT", &right).replace("WRONG", &wrong);
        format!("postgres://ann:{PASSWORD}@{host}:PORT/postgres?{query}")
    };
    for (host, query, expected) in [
        ("localhost", "sslmode=disable", false),
        ("localhost", "", true),
        ("localhost", "sslmode=allow", true),
        ("localhost", "sslmode=prefer&sslrootcert=WRONG", true),
        ("localhost", "sslmode=require", true),
        ("localhost", "sslmode=require&sslrootcert=RIGHT", true),
        ("localhost", "sslmode=verify-ca&sslrootcert=RIGHT", true),
        ("127.0.0.1", "sslmode=verify-ca&sslrootcert=RIGHT", true),
        ("localhost", "sslmode=verify-full&sslrootcert=RIGHT", true),
        ("localhost", "sslmode=verify-full&sslrootcert=RIGHT&channel_binding=require", true),
    ] {
        let session = open(&server, &url(host, query), &[]).await.unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(encrypted(&session).await, expected, "{query}");
    }
    let stranger = "from an authority that is not trusted";
    for (host, query, words) in [
        ("localhost", "sslmode=require&sslrootcert=WRONG", stranger),
        ("localhost", "sslmode=verify-ca&sslrootcert=WRONG", stranger),
        ("localhost", "sslmode=verify-full&sslrootcert=WRONG", stranger),
        ("localhost", "sslrootcert=system", stranger),
        ("127.0.0.1", "sslmode=verify-full&sslrootcert=RIGHT", "is for another name; it has: localhost\n"),
        ("localhost", "sslmode=disable&channel_binding=require", "channel binding"),
    ] {
        assert_failure(open(&server, &url(host, query), &[]).await, Outcome::Refused, words, query);
    }
    let missing = open(&server, &url("localhost", "sslmode=verify-ca&sslrootcert=/no/file"), &[]).await;
    assert_failure(missing, Outcome::Input, "/no/file cannot be read", "/no/file");
    let plain = open(&server, &format!("postgres://plain:{PASSWORD}@localhost:PORT/postgres"), &[]).await;
    assert!(!encrypted(&plain.unwrap()).await, "prefer should fall back where only plain connections are let in");

    let session = open(&server, &url("localhost", "sslmode=verify-full&sslrootcert=RIGHT"), &[]).await.unwrap();
    psql_connects_likewise(&server, &url("localhost", "sslmode=verify-full&sslrootcert=RIGHT"), &session);

    std::fs::create_dir(server.home().join(".postgresql")).unwrap();
    std::fs::copy(&right, server.home().join(".postgresql/root.crt")).unwrap();
    let session = open(&server, &url("localhost", "sslmode=verify-full"), &[]).await.unwrap();
    cancel_a_statement(&session).await;
    Ok(())
}

fn psql_connects_likewise(server: &Server, url: &str, session: &Session) {
    let project = Project::open_in(&server.home(), Environment::of("ann", [])).unwrap();
    let wanted = Wanted::new(Some(url.replace("PORT", &server.port.to_string())), None, std::io::empty()).unwrap();
    let Resolved::Server(target) = resolve(&project, &wanted).unwrap() else { panic!("a URL names a server") };
    let variables = target.variables(&session.host);
    let mut psql = std::process::Command::new("psql");
    psql.args(["-Atwc", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"]).env_remove("PGHOSTADDR");
    psql.envs(variables.iter().map(|(name, value)| (name, value.expose())));
    assert_eq!(psql.output().unwrap().stdout, b"t\n");
}

async fn cancel_a_statement(session: &Session) {
    let sleep = session.client.simple_query("SELECT pg_sleep(60)");
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        session.cancel().await.unwrap();
    };
    let (slept, ()) = tokio::join!(sleep, cancel);
    assert_eq!(server_error(&slept.unwrap_err()).unwrap().sqlstate, "57014");
}

async fn an_expired_certificate_is_named_as_such() -> Result {
    let server = Server::start(Some(Certificate::Expired)).await;
    let url = format!("postgres://ann:{PASSWORD}@localhost:PORT/postgres?sslrootcert={}", server.file("ca.crt"));
    for mode in ["verify-ca", "verify-full"] {
        let result = open(&server, &format!("{url}&sslmode={mode}"), &[]).await;
        assert_failure(result, Outcome::Refused, "has expired", mode);
    }
    assert!(open(&server, &format!("{url}&sslmode=prefer"), &[]).await.is_ok());
    Ok(())
}

async fn a_password_is_found_wherever_libpq_finds_it() -> Result {
    let server = Server::start(None).await;
    let (home, socket) = (server.home(), server.file(""));
    let port = server.port.to_string();
    let place = [("PGHOST", "127.0.0.1"), ("PGPORT", port.as_str()), ("PGDATABASE", "postgres")];
    let with = |more: &[(&'static str, &'static str)]| [&place[..], more].concat();
    for (url, variables) in [
        (format!("postgres://ann:{PASSWORD}@127.0.0.1:PORT/postgres"), vec![]),
        (format!("postgres://ann:{PASSWORD}@/postgres?host={socket}&port=PORT"), vec![]),
        (format!("postgres://ann:{PASSWORD}@{}:PORT/postgres", socket.replace('/', "%2F")), vec![]),
        (format!("host='{socket}' port=PORT dbname=postgres password='{PASSWORD}'"), vec![]),
        (format!("postgres://ann:{PASSWORD}@127.0.0.1:1,127.0.0.1:PORT/postgres"), vec![]),
        (String::new(), with(&[("PGPASSWORD", PASSWORD)])),
        ("postgres://ann@127.0.0.1:PORT/postgres".to_owned(), vec![("PGPASSWORD", PASSWORD)]),
    ] {
        let session = open(&server, &url, &variables).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(session.server_version_num.to_string(), text(&session, "SHOW server_version_num").await);
        session.close().await;
    }
    let nothing = open(&server, "", &place).await;
    assert_failure(nothing, Outcome::Refused, "asks for a password, and none was given", "no password");

    server.write(".pgpass", &format!("127.0.0.1:{port}:postgres:ann:{PASSWORD}\n"));
    assert!(open(&server, "", &place).await.is_ok(), ".pgpass");
    std::fs::remove_file(home.join(".pgpass")).unwrap();
    let service = format!("[here]\nhost=127.0.0.1\nport={port}\ndbname=postgres\nuser=ann\npassword={PASSWORD}\n");
    server.write(".pg_service.conf", &service);
    assert!(open(&server, "", &[("PGSERVICE", "here")]).await.is_ok(), "service");
    server.write(".env", &format!("DATABASE_URL=postgres://ann:{PASSWORD}@127.0.0.1:{port}/postgres\n"));
    assert!(open(&server, "", &[]).await.is_ok(), ".env");
    Ok(())
}

async fn each_refusal_has_its_outcome_and_its_next_step() -> Result {
    let server = Server::start(None).await;
    let (refused, transient) = (Outcome::Refused, Outcome::Transient);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("postgres://x:{PASSWORD}@{}/d?connect_timeout=1", silent.local_addr().unwrap());
    for (url, outcome, words) in [
        ("postgres://ann:wrong@127.0.0.1:PORT/postgres", refused, "28P01"),
        ("postgres://ann:PASSWORD@127.0.0.1:PORT/nowhere", refused, "there is no database nowhere"),
        ("postgres://shut:PASSWORD@127.0.0.1:PORT/postgres", refused, "does not let shut in"),
        ("postgres://full:PASSWORD@127.0.0.1:PORT/postgres", transient, "has no connection left"),
        ("postgres://ann:PASSWORD@127.0.0.1:PORT/postgres?sslmode=require", refused, "offers no TLS"),
        ("postgres://ann:PASSWORD@127.0.0.1:PORT/postgres?target_session_attrs=standby", refused, "is not a standby"),
        ("postgres://ann:PASSWORD@127.0.0.1:1/postgres", transient, "127.0.0.1:1 (connection refused)"),
        ("postgres://ann:PASSWORD@%2Fno%2Fsuch/postgres", transient, "/no/such/.s.PGSQL.5432 (entity not found)"),
        ("postgres://ann:PASSWORD@no.host.invalid/postgres", transient, "could not be resolved"),
        (&silent, transient, "no answer in time"),
    ] {
        assert_failure(open(&server, &url.replace("PASSWORD", PASSWORD), &[]).await, outcome, words, url);
    }
    Ok(())
}

async fn notices_and_last_words_are_heard() -> Result {
    let server = Server::start(None).await;
    let url = format!("postgres://ann:{PASSWORD}@127.0.0.1:{}/postgres", server.port);
    let environment = Environment::of("ann", []);
    let project = Project::open_in(&server.home(), environment).unwrap();
    let Resolved::Server(target) = resolve(&project, &Wanted::new(Some(url), None, std::io::empty()).unwrap()).unwrap()
    else {
        panic!("a URL names a server");
    };
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let session = connect(&target, move |notice| ears.lock().unwrap().push(notice.to_string())).await.unwrap();
    session.client.batch_execute("DO $$ BEGIN RAISE NOTICE E'hello\\r'; END $$").await.unwrap();
    assert_eq!(*heard.lock().unwrap(), ["NOTICE: hello\\r"]);

    let other = connect(&target, |_| ()).await.unwrap();
    let pid = text(&session, "SELECT pg_backend_pid()::text").await;
    // The driver closes its prepared statement behind the scenes, and an error in between would go to that.
    session.client.simple_query("").await.unwrap();
    other.client.simple_query(&format!("SELECT pg_terminate_backend({pid})")).await.unwrap();
    while !session.client.is_closed() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let error = session.client.simple_query("SELECT 1").await.unwrap_err();
    let failure = session.failure_of(&error, "could not ask");
    assert_eq!(failure.outcome, Outcome::Transient, "{failure}");
    assert_eq!(failure.server.unwrap().sqlstate, "57P01");
    Ok(())
}
