//! Databases on the local cluster: the project's own, and scratch ones that go away again.

use std::time::Duration;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use tokio_postgres::types::Type;

use super::{Parts, Platform, parts, superuser};
use crate::db::local::Cluster;
use crate::db::{Session, Target, connect};
use crate::sql::identifier;

/// The name of the project's database on the local cluster.
pub const LOCAL: &str = "local";

/// The role that the project's scripts run as; on a hosted platform it is no superuser either.
const USER: &str = "postgres";

/// The databases of one local cluster.
pub struct Databases<'a> {
    cluster: &'a Cluster,
    platform: Option<Platform>,
}

impl<'a> Databases<'a> {
    /// The databases of `cluster`, with the platform in each.
    pub fn new(cluster: &'a Cluster, platform: Option<Platform>) -> Self {
        Databases { cluster, platform }
    }

    /// A database of that name as the project's scripts see it.
    pub fn target(&self, database: &str) -> Target {
        Target::on_socket(&self.cluster.socket_folder, self.cluster.port, USER, database)
    }

    /// The same database for another role.
    pub fn target_as(&self, user: &str, database: &str) -> Target {
        Target::on_socket(&self.cluster.socket_folder, self.cluster.port, user, database)
    }

    /// The same database for the superuser.
    pub fn superuser_target(&self, database: &str) -> Target {
        Target::on_socket(&self.cluster.socket_folder, self.cluster.port, superuser(self.platform), database)
    }

    /// Makes a database with the platform in it, if it is not there.
    pub async fn ensure(&self, database: &str) -> Result<()> {
        let admin = self.admin().await?;
        // Two commands may get here at once; the second finds the work done.
        admin.client.batch_execute("SELECT pg_advisory_lock(7)").await?;
        let template = self.template(&admin).await?;
        if !exists(&admin, database).await? {
            self.create(&admin, database, &template).await?;
        }
        admin.close().await;
        Ok(())
    }

    /// Makes a new database, which the caller drops with [`Databases::drop`].
    pub async fn scratch(&self, name: &str) -> Result<()> {
        let admin = self.admin().await?;
        admin.client.batch_execute("SELECT pg_advisory_lock(7)").await?;
        let template = self.template(&admin).await?;
        self.create(&admin, name, &template).await?;
        admin.close().await;
        Ok(())
    }

    /// Drops a database, whoever is connected to it.
    pub async fn drop(&self, database: &str) -> Result<()> {
        let admin = self.admin().await?;
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier(database));
        let dropped = admin.client.batch_execute(&statement).await;
        admin.close().await;
        dropped.with_context(|| format!("failed to drop the database {database}"))
    }

    /// Whether anybody else is connected to the cluster. Those whose database has just been dropped are given time to go.
    pub async fn in_use(&self) -> Result<bool> {
        let admin = self.admin().await?;
        let query = "SELECT EXISTS (SELECT FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())";
        let mut in_use = true;
        for _ in 0..50 {
            let rows = admin.client.query_typed(query, &[]).await?;
            in_use = rows.first().map_or(Ok(false), |row| row.try_get(0))?;
            if !in_use {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        admin.close().await;
        Ok(in_use)
    }

    /// Makes those of the roles that are not there, without anything that they may do, and returns them.
    pub async fn add_roles(&self, names: &[String]) -> Result<Vec<String>> {
        let admin = self.admin().await?;
        let query = "SELECT name FROM unnest($1::text[]) AS u (name) EXCEPT SELECT rolname::text FROM pg_roles";
        let rows = admin.client.query_typed(query, &[(&names, Type::TEXT_ARRAY)]).await?;
        let missing: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        let mut added = Vec::new();
        for name in missing {
            // Another command may be making it too; then it is that one's to drop.
            if admin.client.batch_execute(&format!("CREATE ROLE {}", identifier(&name))).await.is_ok() {
                added.push(name);
            }
        }
        admin.close().await;
        Ok(added)
    }

    /// The names of the cluster's roles.
    pub async fn roles(&self) -> Result<Vec<String>> {
        let admin = self.admin().await?;
        let rows = admin.client.query_typed("SELECT rolname::text FROM pg_catalog.pg_roles", &[]).await?;
        admin.close().await;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Drops roles that were made by [`Databases::add_roles`], but for those that something else uses by now.
    pub async fn drop_roles(&self, names: &[String]) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let admin = self.admin().await?;
        for name in names {
            let _ = admin.client.batch_execute(&format!("DROP ROLE IF EXISTS {}", identifier(name))).await;
        }
        admin.close().await;
        Ok(())
    }

    async fn admin(&self) -> Result<Session> {
        connect(&self.superuser_target("template1"), |_| {}).await
    }

    async fn create(&self, admin: &Session, database: &str, template: &str) -> Result<()> {
        let (database, template) = (identifier(database), identifier(template));
        let statement = format!("CREATE DATABASE {database} TEMPLATE {template} OWNER {USER}");
        admin.client.batch_execute(&statement).await.with_context(|| format!("failed to make the database {database}"))
    }

    /// The template with the platform in it, made on first use. Its name tells which text of the platform it has.
    async fn template(&self, admin: &Session) -> Result<String> {
        let Some(platform) = self.platform else { return Ok("template0".to_owned()) };
        let parts = parts(platform);
        let name = format!("pgplumb_platform_{}", digest(parts));
        if exists(admin, &name).await? {
            return Ok(name);
        }
        admin.client.batch_execute(parts.cluster).await.context("failed to make the platform's roles")?;
        let unfinished = format!("{name}_unfinished");
        let (from, to) = (identifier(&unfinished), identifier(&name));
        admin.client.batch_execute(&format!("DROP DATABASE IF EXISTS {from}")).await?;
        admin.client.batch_execute(&format!("CREATE DATABASE {from} TEMPLATE template0 OWNER {USER}")).await?;
        let inside = connect(&self.superuser_target(&unfinished), |_| {}).await?;
        for text in parts.database {
            let text = format!("BEGIN; {text}\n; COMMIT");
            inside.client.batch_execute(&text).await.context("failed to lay down the platform")?;
        }
        inside.close().await;
        admin.client.batch_execute(&format!("ALTER DATABASE {from} RENAME TO {to}")).await?;
        Ok(name)
    }
}

async fn exists(admin: &Session, database: &str) -> Result<bool> {
    let query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)";
    let rows = admin.client.query_typed(query, &[(&database, Type::TEXT)]).await?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or(false))
}

fn digest(parts: &Parts) -> String {
    let mut hasher = Sha256::new();
    for text in [parts.cluster].iter().chain(parts.database) {
        hasher.update(text);
    }
    hasher.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
