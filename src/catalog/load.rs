//! Reads a whole catalog in the caller's snapshot: all kinds' queries at once on one connection, or on two.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail};
use futures_util::future::{Either, ready, select, try_join, try_join_all};
use futures_util::{TryStreamExt, pin_mut};
use serde_json::Value;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::assemble::{Assembly, Found, Known};
use super::{Catalog, KindId, Properties, Property};

/// The kinds with expressions that name columns. To print those the server opens their tables, which takes it longer
/// than anything else, so that one connection does it for all of them.
const OPENING: [&str; 3] = ["constraint", "index", "policy"];

/// Reads every kind. The caller has opened a REPEATABLE READ transaction and pinned the session's settings.
///
/// # Errors
/// What the server said, if a query failed.
pub async fn load(client: &Client, server_version_num: u32) -> Result<Catalog> {
    load_with(client, ready(None), server_version_num).await
}

/// As [`load`], on two connections if `helper` leads to a second one into the same snapshot. Where there is none until
/// the first has nothing more to do, that one does the rest as well.
///
/// # Errors
/// As [`load`].
pub async fn load_with(
    client: &Client,
    helper: impl Future<Output = Option<Client>>,
    server_version_num: u32,
) -> Result<Catalog> {
    let reading = Reading { server_version_num, assembly: RefCell::default() };
    reading.all(client, helper).await?;
    Ok(reading.assembly.into_inner().finish())
}

/// What is being read.
struct Reading {
    server_version_num: u32,
    assembly: RefCell<Assembly>,
}

impl Reading {
    async fn all(&self, client: &Client, helper: impl Future<Output = Option<Client>>) -> Result<()> {
        let opens = |kind: &KindId| OPENING.contains(&kind.name);
        let others = |client| self.kinds(client, KindId::all().filter(move |kind| !opens(kind)));
        let own = try_join(self.known(client), self.kinds(client, KindId::all().filter(opens)));
        pin_mut!(own, helper);
        match select(own, helper).await {
            Either::Left((own, _)) => {
                own?;
                others(client).await?;
            }
            Either::Right((helper, own)) => {
                try_join(own, others(helper.as_ref().unwrap_or(client))).await?;
            }
        }
        Ok(())
    }

    async fn known(&self, client: &Client) -> Result<()> {
        let (members, comments) = try_join(extension_members(client), comments(client)).await?;
        self.assembly.borrow_mut().know(Known { members, comments });
        Ok(())
    }

    async fn kinds(&self, client: &Client, kinds: impl Iterator<Item = KindId>) -> Result<()> {
        let read = async |kind: KindId| {
            let found = rows(client, kind, self.server_version_num).await;
            let found = found.with_context(|| format!("failed to read every {}", kind.name))?;
            self.assembly.borrow_mut().add(kind, found);
            Ok::<_, anyhow::Error>(())
        };
        try_join_all(kinds.map(read)).await?;
        Ok(())
    }
}

async fn rows(client: &Client, kind: KindId, server_version_num: u32) -> Result<Vec<Found>> {
    let query = (kind.query)(server_version_num);
    let stream = client.query_typed_raw(&query, std::iter::empty::<(&str, Type)>()).await?;
    pin_mut!(stream);
    let mut found = Vec::new();
    let mut columns: Vec<&'static Property> = Vec::new();
    let mut values = Vec::new();
    while let Some(row) = stream.try_next().await? {
        if columns.is_empty() {
            columns = properties_of(kind, &row)?;
        }
        found.push(read(&columns, &row, &mut values)?);
    }
    Ok(found)
}

/// The properties that the columns after the first four hold.
fn properties_of(kind: KindId, row: &Row) -> Result<Vec<&'static Property>> {
    let named = |name: &str| {
        kind.property(name).with_context(|| format!("the query for {} has an unknown column {name}", kind.name))
    };
    row.columns()[4..].iter().map(|column| named(column.name())).collect()
}

/// The object of a row. Its values go through `values`, so that in the end they take no more room than they need.
fn read(columns: &[&'static Property], row: &Row, values: &mut Vec<(&'static Property, Value)>) -> Result<Found> {
    for (at, property) in columns.iter().enumerate() {
        let value = value(row, at + 4)?;
        if !property.is_default(&value) {
            values.push((*property, value));
        }
    }
    Ok(Found {
        address: (row.try_get(0)?, row.try_get(1)?),
        parent: row.try_get::<_, Option<u32>>(2)?.unwrap_or(0),
        name: row.try_get(3)?,
        properties: Properties::of(values.drain(..)),
    })
}

fn value(row: &Row, at: usize) -> Result<Value> {
    let column = row.columns()[at].type_();
    Ok(match *column {
        Type::BOOL => row.try_get::<_, Option<bool>>(at)?.into(),
        Type::INT2 => row.try_get::<_, Option<i16>>(at)?.into(),
        Type::INT4 => row.try_get::<_, Option<i32>>(at)?.into(),
        Type::INT8 => row.try_get::<_, Option<i64>>(at)?.into(),
        Type::TEXT | Type::NAME => row.try_get::<_, Option<String>>(at)?.into(),
        Type::TEXT_ARRAY | Type::NAME_ARRAY => row.try_get::<_, Option<Vec<String>>>(at)?.unwrap_or_default().into(),
        _ => bail!("column {} has the type {column}, which no property has", row.columns()[at].name()),
    })
}

/// A catalog's name as the kinds have it, if any kind is in it.
fn class(name: &str) -> Option<&'static str> {
    KindId::all().map(KindId::class).find(|class| *class == name)
}

/// What belongs to extensions, by catalog.
async fn extension_members(client: &Client) -> Result<HashMap<&'static str, HashSet<u32>>> {
    let query = "SELECT classid::regclass::text, objid FROM pg_depend
        WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'";
    let mut members: HashMap<_, HashSet<u32>> = HashMap::new();
    for row in client.query_typed(query, &[]).await? {
        if let Some(class) = class(row.try_get(0)?) {
            members.entry(class).or_default().insert(row.try_get(1)?);
        }
    }
    Ok(members)
}

/// The comments, by catalog. The standard comment of the schema `public` is nobody's.
async fn comments(client: &Client) -> Result<HashMap<&'static str, HashMap<(u32, i32), String>>> {
    let query = "SELECT classoid::regclass::text, objoid, objsubid, description FROM pg_description
        WHERE (objoid >= 16384 OR classoid = 'pg_namespace'::regclass) AND description <> 'standard public schema'
        UNION ALL SELECT classoid::regclass::text, objoid, 0, description FROM pg_shdescription";
    let mut comments: HashMap<_, HashMap<_, _>> = HashMap::new();
    for row in client.query_typed(query, &[]).await? {
        if let Some(class) = class(row.try_get(0)?) {
            comments.entry(class).or_default().insert((row.try_get(1)?, row.try_get(2)?), row.try_get(3)?);
        }
    }
    Ok(comments)
}
