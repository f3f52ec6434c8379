//! What a snapshot is taken of: the project's objects and what must be known of them, read in one transaction that the dump
//! and the counts share.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use futures_util::future::try_join;

use crate::catalog;
use crate::commands::archive;
use crate::commands::context::{Connected, Context};
use crate::commands::owned::{Named, history};
use crate::db::local::Clients;
use crate::db::{Session, snapshot as reading};
use crate::reset::{self, Key, Plan, Rules};
use crate::snapshot::{self, Entry, LABEL, Leave, Record};

/// What is dumped, as of one snapshot that stays open.
pub struct Subject {
    /// What is known of it so far.
    pub record: Record,
    /// The name under which others can join the snapshot.
    snapshot: String,
    leave: Leave,
    /// The names of objects that are left out.
    pub left: Vec<String>,
    /// The objects that are not the project's.
    stays: HashSet<Key>,
    /// The numbers of the project's tables.
    tables: HashSet<u32>,
    /// The roles that own nothing of the project.
    other_owners: Vec<String>,
    /// The roles that it names.
    pub roles: Vec<String>,
    /// The foreign keys that lead to rows which are left out.
    pub leading_out: HashSet<u32>,
    /// The number of the catalog of constraints.
    pub constraints: u32,
}

/// What the transaction needs that has begun: every row or an error, and time.
const SETTINGS: &str = "SET LOCAL lock_timeout = '30s'; SET LOCAL row_security = off;
SET LOCAL idle_in_transaction_session_timeout = 0";

/// The name of the database, the time in two spellings, the snapshot, the number of the catalog of constraints,
/// and the role.
const FACTS: &str = r#"
SELECT current_database()::text, to_char(transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  pg_catalog.pg_export_snapshot(), 'pg_catalog.pg_constraint'::regclass::oid, current_user::text"#;

/// The roles that the database's objects name, and those of the server and of the session.
const ROLES: &str = "
SELECT DISTINCT r.rolname::text FROM pg_catalog.pg_roles r
 WHERE r.oid = 10 OR r.rolname IN (current_user, 'pg_database_owner') OR r.oid IN (
   SELECT refobjid FROM pg_catalog.pg_shdepend
    WHERE refclassid = 'pg_catalog.pg_authid'::regclass
      AND dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))";

/// Foreign keys, with the tables that they lead to.
const FOREIGN_KEYS: &str = "SELECT oid, confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f'";

impl Subject {
    /// Reads what is to be dumped, in a transaction that is left open.
    ///
    /// # Errors
    /// What the server said.
    pub async fn read(context: &Context, session: &Session) -> Result<Self> {
        let client = &session.client;
        reset::begin(session).await?;
        client.batch_execute(SETTINGS).await?;
        if session.server_version_num >= 170_000 {
            client.batch_execute("SET LOCAL transaction_timeout = 0").await?;
        }
        let facts = client.query_typed_one(FACTS, &[]).await.context("the database's snapshot could not be had")?;
        let found = reset::read(session, context.platform()).await?;
        let plan = reset::plan(&found, &rules(context)?);
        let steps: HashSet<Key> = plan.steps.iter().map(|step| step.object.key).collect();
        let stays = found.objects.iter().map(|object| object.key).filter(|key| !steps.contains(key)).collect();
        let is_table = |kind: &str| kind == "table";
        let tables: HashSet<u32> = plan
            .steps
            .iter()
            .map(|step| &step.object)
            .filter(|object| is_table(&object.kind))
            .map(|object| object.key.1)
            .collect();
        let mut leading_out = HashSet::new();
        for row in client.query_typed(FOREIGN_KEYS, &[]).await? {
            if !tables.contains(&row.try_get(1)?) {
                leading_out.insert(row.try_get(0)?);
            }
        }
        let roles = client.query_typed(ROLES, &[]).await?;
        let roles = roles.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
        let connected_as: String = facts.try_get(4)?;
        let (database, taken_at): (String, String) = (facts.try_get(0)?, facts.try_get(1)?);
        let mut record = Record::new(&database, session.server_version_num, &taken_at);
        record.objects = plan.steps.iter().map(|step| reset::named(&step.object)).collect();
        record.attached = attached(session, &plan).await?;
        let counted = plan.steps.iter().map(|step| &step.object).filter(|object| object.rows.is_some());
        record.tables =
            counted.filter(|object| object.identity != LABEL).map(|object| (object.identity.clone(), 0)).collect();
        let left = plan.left.iter().map(|left| format!("{} ({})", reset::named(&left.object), left.why)).collect();
        let owners: HashSet<&str> = plan.steps.iter().map(|step| step.object.owner.as_str()).collect();
        let is_other = |role: &&String| **role != connected_as && !owners.contains(role.as_str());
        let other_owners = roles.iter().filter(is_other).cloned().collect();
        Ok(Subject {
            snapshot: facts.try_get(2)?,
            constraints: facts.try_get(3)?,
            leave: Leave::of(&plan, reset::schemas(context.platform())),
            other_owners,
            record,
            left,
            stays,
            tables,
            roles,
            leading_out,
        })
    }

    /// Dumps and counts at the same time; returns what is known then.
    ///
    /// # Errors
    /// What `pg_dump` or the server said.
    pub async fn dumped(
        &self,
        context: &Context,
        connected: &Connected,
        session: &Session,
        clients: &Clients,
        file: &Path,
    ) -> Result<Record> {
        let arguments = snapshot::dump(file, &self.snapshot, &self.leave);
        let variables = archive::variables(&connected.target, session);
        context.output.live("dumping");
        let names: Vec<&str> = self.record.tables.keys().map(String::as_str).collect();
        let dump = archive::run(context, clients, "pg_dump", &arguments, &variables);
        let done = try_join(dump, snapshot::count(&session.client, &names)).await;
        context.output.live("");
        let (_, tables) = done?;
        let size = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
        let path = file.to_owned();
        let sha256 = tokio::task::spawn_blocking(move || snapshot::sha256(&path)).await??;
        Ok(Record { tables, size, sha256, ..self.record.clone() })
    }

    /// Whether an entry of the dump is not the project's. A schema that others share with it is made where it is missing.
    pub fn is_others(&self, entry: &Entry<'_>) -> bool {
        let is_data = entry.is("TABLE DATA") && !self.tables.contains(&entry.key.1);
        let is_of_others = || self.other_owners.iter().any(|owner| entry.is_of(owner));
        !entry.is("SCHEMA") && (is_data || self.stays.contains(&entry.key) || is_of_others())
    }
}

/// What is the project's: what its role owns, and what the manifest names.
fn rules(context: &Context) -> Result<Rules> {
    let manifest = context.manifest_path().0.exists().then(|| context.read_manifest()).transpose()?;
    let Named::Manifest(named) = Named::by_manifest(manifest.as_ref()) else { return Ok(Rules::default()) };
    let (named, history) = (named.unwrap_or_default(), history(context));
    Ok(Rules { named, drop_unknown: true, history, ..Rules::default() })
}

/// The statements that make what the project has on tables of the platform.
async fn attached(session: &Session, plan: &Plan) -> Result<Vec<String>> {
    let attached = plan.steps.iter().map(|step| &step.object).filter(|object| object.attached);
    let attached: HashSet<(&str, &[String])> =
        attached.map(|object| (object.catalog.as_str(), object.path.as_slice())).collect();
    if attached.is_empty() {
        return Ok(Vec::new());
    }
    session.client.batch_execute(reading::PINNED).await?;
    let catalog = catalog::load(&session.client, session.server_version_num).await?;
    let is_wanted = |object: &catalog::Object| attached.contains(&(object.id.kind.class, object.id.path.as_slice()));
    let statements = catalog::create_some(&catalog, |object, _| is_wanted(object));
    Ok(statements.into_iter().map(|statement| statement.sql).collect())
}
