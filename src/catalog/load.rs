//! Reads a whole catalog: all kinds' queries at once on one connection, in the caller's snapshot.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail};
use futures_util::future::{try_join_all, try_join3};
use futures_util::{TryStreamExt, pin_mut};
use serde_json::Value;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::{COMMENT, Catalog, Form, Id, KindId, Object, Properties, Property};
use crate::sql::identifier;

/// An object as its row gives it, before its parent's name is known.
struct Found {
    address: Address,
    parent: u32,
    name: String,
    properties: Properties,
}

/// Where an object stands in the catalogs (the catalog's name, oid, column number). It never leaves this file.
type Address = (&'static str, u32, i32);

/// Reads every kind. The caller has opened a REPEATABLE READ transaction and pinned the session's settings.
///
/// # Errors
/// What the server said, if a query failed.
pub async fn load(client: &Client, server_version_num: u32) -> Result<Catalog> {
    let members = extension_members(client);
    let comments = comments(client);
    let kinds = KindId::all().map(|kind| async move {
        let found = rows(client, kind, server_version_num).await;
        found.with_context(|| format!("failed to read every {}", kind.name))
    });
    let (members, comments, found) = try_join3(members, comments, try_join_all(kinds)).await?;
    Ok(assemble(found, &members, comments))
}

async fn rows(client: &Client, kind: KindId, server_version_num: u32) -> Result<(KindId, Vec<Found>)> {
    let query = (kind.query)(server_version_num);
    let stream = client.query_typed_raw(&query, std::iter::empty::<(&str, Type)>()).await?;
    pin_mut!(stream);
    let mut found = Vec::new();
    let mut columns: Vec<&'static Property> = Vec::new();
    while let Some(row) = stream.try_next().await? {
        if columns.is_empty() {
            columns = properties_of(kind, &row)?;
        }
        found.push(read(kind, &columns, &row)?);
    }
    Ok((kind, found))
}

/// The properties that the columns after the first four hold.
fn properties_of(kind: KindId, row: &Row) -> Result<Vec<&'static Property>> {
    let named = |name: &str| {
        kind.property(name).with_context(|| format!("the query for {} has an unknown column {name}", kind.name))
    };
    row.columns()[4..].iter().map(|column| named(column.name())).collect()
}

fn read(kind: KindId, columns: &[&'static Property], row: &Row) -> Result<Found> {
    let mut properties = Properties::default();
    for (at, property) in columns.iter().enumerate() {
        let value = value(row, at + 4)?;
        if !property.is_default(&value) {
            properties.set(property, value);
        }
    }
    properties.shrink();
    Ok(Found {
        address: (kind.class, row.try_get(0)?, row.try_get(1)?),
        parent: row.try_get::<_, Option<u32>>(2)?.unwrap_or(0),
        name: row.try_get(3)?,
        properties,
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

/// The members of extensions: an extension's objects are its own affair.
async fn extension_members(client: &Client) -> Result<HashSet<(&'static str, u32)>> {
    let query = "SELECT classid::regclass::text, objid FROM pg_depend WHERE deptype = 'e'";
    let rows = client.query_typed(query, &[]).await?;
    let mut members = HashSet::new();
    for row in rows {
        if let Some(class) = class(row.try_get(0)?) {
            members.insert((class, row.try_get(1)?));
        }
    }
    Ok(members)
}

/// What was written with COMMENT. The standard comment of the schema `public` is nobody's.
async fn comments(client: &Client) -> Result<HashMap<Address, String>> {
    let query = "SELECT classoid::regclass::text, objoid, objsubid, description FROM pg_description
        WHERE (objoid >= 16384 OR classoid = 'pg_namespace'::regclass) AND description <> 'standard public schema'
        UNION ALL SELECT classoid::regclass::text, objoid, 0, description FROM pg_shdescription";
    let mut comments = HashMap::new();
    for row in client.query_typed(query, &[]).await? {
        if let Some(class) = class(row.try_get(0)?) {
            comments.insert((class, row.try_get(1)?, row.try_get(2)?), row.try_get(3)?);
        }
    }
    Ok(comments)
}

/// Gives each object its parents' names. What belongs to an extension or to an object that was not read is left out.
fn assemble(
    found: Vec<(KindId, Vec<Found>)>,
    members: &HashSet<(&'static str, u32)>,
    mut comments: HashMap<Address, String>,
) -> Catalog {
    let is_member = |address: &Address| members.contains(&(address.0, address.1));
    let mut paths: HashMap<Address, Vec<String>> = HashMap::new();
    let mut columns: HashMap<(u32, i32), String> = HashMap::new();
    let mut objects = Vec::with_capacity(found.iter().map(|(_, found)| found.len()).sum());
    for (kind, found) in found {
        let parent_class = KindId::all().find(|parent| kind.parents.contains(&parent.name)).map(|parent| parent.class);
        let has_children = KindId::children(Some(kind)).next().is_some();
        for mut found in found {
            if is_member(&found.address) {
                continue;
            }
            let mut path = match parent_class {
                None => Vec::with_capacity(1),
                Some(class) => match paths.get(&(class, found.parent, 0)) {
                    Some(parent) => parent.clone(),
                    None => continue,
                },
            };
            for property in kind.properties().filter(|property| property.form == Form::Columns) {
                found.properties.change(property.name, |value| name_columns(value, found.parent, &columns));
            }
            if found.address.2 > 0 {
                columns.insert((found.address.1, found.address.2), identifier(&found.name));
            }
            if !kind.single {
                path.push(found.name);
            }
            if kind.commented
                && let Some(comment) = comments.remove(&found.address)
            {
                found.properties.set(&COMMENT, Value::from(comment));
            }
            if has_children {
                paths.insert(found.address, path.clone());
            }
            objects.push(Object { id: Id { kind, path }, properties: found.properties, order: found.address.2 });
        }
    }
    Catalog::new(objects)
}

/// Puts the names of the columns of `relation` where a list has their numbers.
fn name_columns(value: &mut Value, relation: u32, columns: &HashMap<(u32, i32), String>) {
    for text in value.as_array_mut().into_iter().flatten() {
        let Some(marked) = text.as_str().and_then(|text| text.strip_prefix('\u{1}')) else { continue };
        let end = marked.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(marked.len());
        let name = marked[..end].parse().ok().and_then(|number| columns.get(&(relation, number)));
        *text = Value::from(name.map_or("?", String::as_str).to_owned() + &marked[end..]);
    }
}
