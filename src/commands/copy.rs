//! A copy of a database's objects, without its rows, on a scratch database that goes away again.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use anyhow::Result;
use serde_json::Value;

use super::Context;
use super::context::Connected;
use super::roles::is_role;
use crate::catalog::{self, Catalog, Object, Refusal, Stage, Statement};
use crate::db::{Session, snapshot};
use crate::migrate::{self, Size};
use crate::platform::Databases;
use crate::sql::{identifier, literal};

/// What a scratch database is not to have: what belongs to the whole server, and what would call other servers.
const NOT_COPIED: [&str; 5] =
    ["pg_database", "pg_db_role_setting", "pg_init_privs", "pg_largeobject", "pg_subscription"];

/// A database as it was read.
pub struct Origin {
    catalog: Catalog,
    version: u32,
    role: String,
    /// Whether that role could run scripts there, since it may make or owns something.
    works: bool,
    may_create: bool,
    /// The role that the server was made with, which is in no catalog of roles that others make.
    superuser: String,
    /// How much is in its tables and materialised views, by name with schema, quoted.
    pub sizes: HashMap<String, Size>,
}

/// A copy.
pub struct Copy {
    /// A connection for the role that scripts run as.
    pub session: Rc<Session>,
    /// A connection for the superuser.
    pub superuser: Rc<Session>,
    /// The role that scripts run as.
    pub role: String,
    /// The statements that the scratch database did not take, and why.
    pub refused: Vec<Refusal>,
}

impl Origin {
    /// Reads a database in one read-only snapshot.
    ///
    /// # Errors
    /// What the server said.
    pub async fn read(connected: &Connected) -> Result<Self> {
        let session = &connected.session;
        let catalog = snapshot::read(session).await?;
        let query = "SELECT current_user::text, has_database_privilege(current_database(), 'CREATE'),
            EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND relowner = current_user::regrole),
            pg_get_userbyid(10)::text";
        let row = session.client.query_typed_one(query, &[]).await?;
        let (role, may_create, owns): (String, bool, bool) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let superuser = row.try_get(3)?;
        let sizes = migrate::sizes(&session.client).await?;
        snapshot::end(session).await?;
        let version = session.server_version_num;
        Ok(Origin { catalog, version, role, works: may_create || owns, may_create, superuser, sizes })
    }

    /// Does something on a copy, which is dropped whatever came of it.
    ///
    /// # Errors
    /// What kept it from being made, and what the work says.
    pub async fn copied<T>(&self, context: &Context, work: impl AsyncFnOnce(&Copy) -> Result<T>) -> Result<T> {
        let scratch = context.scratch_cluster(self.version / 10_000, true).await?;
        let databases = Databases::new(&scratch.cluster, context.platform());
        let name = context.scratch_name();
        databases.drop(&name).await?;
        databases.scratch(&name).await?;
        let before: HashSet<String> = databases.roles().await?.into_iter().collect();
        let done = async { work(&self.copy(context, &databases, &name, &before).await?).await }.await;
        databases.drop(&name).await?;
        // Roles belong to the whole cluster, so those of the copy and of the scripts do not go with the database.
        let roles = databases.roles().await?;
        databases.drop_roles(&roles.into_iter().filter(|role| !before.contains(role)).collect::<Vec<_>>()).await?;
        scratch.leave(&databases).await?;
        done
    }

    async fn copy(
        &self,
        context: &Context,
        databases: &Databases<'_>,
        name: &str,
        roles: &HashSet<String>,
    ) -> Result<Copy> {
        let superuser = context.session(&databases.superuser_target(name)).await?;
        let mut there = snapshot::read(&superuser).await?;
        snapshot::end(&superuser).await?;
        let mut wanted = self.catalog.clone();
        for catalog in [&mut wanted, &mut there] {
            catalog.retain(|object| !NOT_COPIED.contains(&object.id.kind.class));
        }
        any_version(&superuser, &mut wanted).await?;
        let known: HashSet<String> = catalog::create_all(&there).into_iter().map(|statement| statement.sql).collect();
        // A role that is there already belongs to others too.
        let is_others = |object: &Object| is_role(object) && roles.contains(object.id.name());
        let mut statements = catalog::create_some(&wanted, |object, _| !is_others(object));
        statements.retain(|statement| !known.contains(&statement.sql));
        if !roles.contains(&self.superuser) {
            let role = format!("CREATE ROLE {} SUPERUSER", identifier(&self.superuser));
            statements.insert(0, Statement::new(Stage::Make, role));
        }
        superuser.client.batch_execute("BEGIN").await?;
        let mut refused = catalog::make(&superuser.client, &statements, "").await?;
        refused.retain(|refusal| !refusal.is_there);
        // What could not be made stands before what could then not be done with it.
        refused.sort_by_key(|refusal| statements.iter().position(|statement| statement.sql == refusal.sql));
        superuser.client.batch_execute("COMMIT").await?;
        let (session, role) = self.runner(context, databases, name, &superuser).await?;
        Ok(Copy { session, superuser, role, refused })
    }

    /// A connection for the role that would run the scripts on the database itself; where that role does nothing but
    /// read, or cannot be had, for the one that runs scripts locally.
    async fn runner(
        &self,
        context: &Context,
        databases: &Databases<'_>,
        name: &str,
        superuser: &Session,
    ) -> Result<(Rc<Session>, String)> {
        let target = databases.target_as(&self.role, name);
        if self.works {
            if self.may_create {
                let grant = format!("GRANT CREATE ON DATABASE {} TO {}", identifier(name), identifier(&self.role));
                // Where the role is not there, the connection fails as well.
                let _ = superuser.client.batch_execute(&grant).await;
            }
            if let Ok(session) = context.session(&target).await {
                return Ok((session, self.role.clone()));
            }
        }
        let target = databases.target(name);
        Ok((context.session(&target).await?, target.user))
    }
}

/// Lets extensions have the version that is at hand, where theirs is not.
async fn any_version(session: &Session, wanted: &mut Catalog) -> Result<()> {
    let extensions: Vec<&Object> = wanted.iter().filter(|object| object.id.kind.class == "pg_extension").collect();
    let mut unknown = Vec::new();
    for extension in extensions {
        let (Some(property), Some(version)) =
            (extension.id.kind.property("version"), extension.properties.get("version").and_then(Value::as_str))
        else {
            continue;
        };
        let query = format!(
            "SELECT EXISTS (SELECT FROM pg_available_extension_versions WHERE name = {} AND version = {})",
            literal(extension.id.name()),
            literal(version)
        );
        if !session.client.query_typed_one(&query, &[]).await?.try_get::<_, bool>(0)? {
            unknown.push((extension.id.clone(), property));
        }
    }
    for (id, property) in unknown {
        wanted.change(&id, property, Value::Null);
    }
    Ok(())
}
