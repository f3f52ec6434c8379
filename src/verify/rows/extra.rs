//! Rows of a seed's table that the manifest does not have: those that lie where no expected row was found.

use std::collections::HashSet;

use anyhow::Result;
use futures_util::{TryStreamExt, pin_mut};
use serde_json::Value;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row as Answer};

use super::query::Query;
use super::table::Table;
use super::{Row, SHOWN, Told};

/// Where the expected rows lie: within one snapshot a row stays where it is.
#[derive(Default)]
pub struct Seen(HashSet<Place>);

/// The table or partition, the page and the place in it.
type Place = (u32, u32, u16);

impl Seen {
    /// Adds the rows of a batch that are there.
    pub async fn add(&mut self, client: &Client, query: &Query, rows: &[Row]) -> Result<()> {
        let json = serde_json::to_string(rows)?;
        for row in client.query_typed(&query.places(), &[(&json, Type::TEXT)]).await? {
            self.0.extend(place(&row)?);
        }
        Ok(())
    }
}

fn place(row: &Answer) -> Result<Option<Place>> {
    let text: &str = row.try_get(1)?;
    let numbers = text.trim_matches(['(', ')']).split_once(',');
    let numbers = numbers.and_then(|(page, at)| Some((page.parse().ok()?, at.parse().ok()?)));
    let table = row.try_get(0)?;
    Ok(numbers.map(|(page, at)| (table, page, at)))
}

/// Tells of the rows that lie elsewhere.
pub async fn tell(client: &Client, table: &Table, seen: &Seen, told: &mut Told<'_>) -> Result<()> {
    let query = format!("SELECT t.tableoid, t.ctid::text FROM {} t", table.name);
    let places = client.query_typed_raw(&query, std::iter::empty::<(&str, Type)>()).await?;
    pin_mut!(places);
    let mut shown: Vec<Place> = Vec::new();
    while let Some(row) = places.try_next().await? {
        let Some(place) = place(&row)?.filter(|place| !seen.0.contains(place)) else { continue };
        told.counts[2] += 1;
        if shown.len() < SHOWN {
            shown.push(place);
        }
    }
    for (oid, page, at) in shown {
        let query =
            format!("SELECT to_jsonb(t) FROM {} t WHERE t.tableoid = {oid} AND t.ctid = '({page},{at})'", table.name);
        for row in client.query_typed(&query, &[]).await? {
            if let Value::Object(row) = row.try_get(0)? {
                told.unexpected(&row);
            }
        }
    }
    Ok(())
}
