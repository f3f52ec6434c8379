//! What a hosted PostgreSQL puts into every database before the project's first script.

mod databases;

use anyhow::Result;
use tokio_postgres::Client;

pub use crate::project::Platform;
pub use databases::{Databases, LOCAL};

/// A platform as the files beside this one have it.
pub struct Parts {
    /// The superuser that owns it.
    pub superuser: &'static str,
    /// Its own schemas: never dropped, truncated or altered.
    pub schemas: &'static [&'static str],
    /// Its own objects that are in no schema and that the project's role owns.
    pub others: &'static [&'static str],
    /// What the whole cluster needs.
    cluster: &'static str,
    /// What each database needs, in order.
    database: &'static [&'static str],
    /// The query that names what is missing.
    missing: &'static str,
}

const SUPABASE: Parts = Parts {
    superuser: "supabase_admin",
    schemas: &[
        "auth",
        "cron",
        "extensions",
        "graphql",
        "graphql_public",
        "net",
        "pgbouncer",
        "pgsodium",
        "pgsodium_masks",
        "realtime",
        "storage",
        "supabase_functions",
        "supabase_migrations",
        "vault",
    ],
    others: &["supabase_realtime", "supabase_realtime_messages_publication"],
    cluster: include_str!("supabase/cluster.sql"),
    database: &[
        include_str!("supabase/10_schemas.sql"),
        include_str!("supabase/20_auth_users.sql"),
        include_str!("supabase/21_auth_providers.sql"),
        include_str!("supabase/25_auth_functions.sql"),
        include_str!("supabase/30_storage.sql"),
        include_str!("supabase/35_storage_functions.sql"),
        include_str!("supabase/40_privileges.sql"),
    ],
    missing: include_str!("supabase/missing.sql"),
};

/// The parts of a platform.
pub fn parts(platform: Platform) -> &'static Parts {
    match platform {
        Platform::Supabase => &SUPABASE,
    }
}

/// The superuser of a local cluster: the platform's own, so that the project's role has no more rights than there.
pub fn superuser(platform: Option<Platform>) -> &'static str {
    platform.map_or("postgres", |platform| parts(platform).superuser)
}

/// Whether a schema belongs to the platform and not to the project.
pub fn owns(platform: Option<Platform>, schema: &str) -> bool {
    platform.is_some_and(|platform| parts(platform).schemas.contains(&schema))
}

/// What a database lacks of the platform; nothing, if it is all there.
pub async fn missing(client: &Client, platform: Platform) -> Result<Vec<String>> {
    let rows = client.query_typed(parts(platform).missing.trim_end().trim_end_matches(';'), &[]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
