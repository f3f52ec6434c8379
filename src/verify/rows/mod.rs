//! Seed rows: each table is compared set by set, and the server reads the expected values as the table's own types.

mod extra;
mod query;
mod table;

use anyhow::Result;
use serde_json::{Map, Value};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::{Finding, Verification};
use crate::catalog::Section;
use crate::db::objection;
use crate::diff::Severity;
use crate::manifest::{Seed, SeedValues, Unexpected};
use extra::Seen;
use query::Query;
use table::look_up;

/// How many expected rows go to the server at once, and of how many bytes.
const BATCH: (usize, usize) = (5_000, 4_000_000);

/// How many rows of one table are told for each sort of finding; the others are counted.
const SHOWN: usize = 20;

type Row = Map<String, Value>;

/// Compares the rows of every seed table.
pub async fn check(client: &Client, seeds: &[Seed], verification: &mut Verification) -> Result<()> {
    for seed in seeds {
        verification.lines.entry(Section::Seeds).or_default().count.expected += seed.rows.count;
        client.batch_execute("SAVEPOINT pgplumb_rows").await?;
        let mut told = Told { seed, findings: Vec::new(), counts: [0; 3], good: 0 };
        if let Err(error) = measure(client, seed, &mut told).await {
            let Some(said) = error.downcast_ref().and_then(objection) else { return Err(error) };
            told.not_measured(said.message());
            client.batch_execute("ROLLBACK TO SAVEPOINT pgplumb_rows").await?;
        }
        told.count_others();
        verification.lines.entry(Section::Seeds).or_default().count.good += told.good;
        verification.findings.append(&mut told.findings);
    }
    Ok(())
}

async fn measure(client: &Client, seed: &Seed, told: &mut Told<'_>) -> Result<()> {
    let table = match look_up(client, &seed.table).await? {
        Ok(table) => table,
        Err(why) => {
            told.not_measured(&why);
            return Ok(());
        }
    };
    let mut seen = (seed.unexpected != Unexpected::Ignore).then(Seen::default);
    let texts = seed.rows.texts()?;
    let mut rest = texts.as_slice();
    while !rest.is_empty() {
        let batch;
        (batch, rest) = rest.split_at(size_of_batch(rest));
        let rows: Vec<Row> = batch.iter().map(|text| serde_json::from_str(text)).collect::<Result<_, _>>()?;
        if let Some(why) = table.objection(seed, &rows) {
            told.not_measured(&why);
            return Ok(());
        }
        let query = Query::new(seed, &table, &rows);
        compare(client, &query, &format!("[{}]", batch.join(",")), &rows, told).await?;
        if let Some(seen) = &mut seen {
            seen.add(client, &query, &rows).await?;
        }
    }
    match seen {
        Some(seen) => extra::tell(client, &table, &seen, told).await,
        None => Ok(()),
    }
}

/// How many of the rows make a batch: at least one.
fn size_of_batch(texts: &[&str]) -> usize {
    let mut bytes = 0;
    let fits = |text: &&&str| {
        bytes += text.len();
        bytes <= BATCH.1
    };
    texts.iter().take(BATCH.0).take_while(fits).count().max(1)
}

/// Asks which rows are missing or differ; those that are as they should be are not sent back.
async fn compare(client: &Client, query: &Query, json: &str, rows: &[Row], told: &mut Told<'_>) -> Result<()> {
    let answer = client.query_typed(&query.differing(), &[(&json, Type::TEXT)]).await?;
    let mut bad = std::collections::HashSet::new();
    for found in answer {
        let ordinal: i64 = found.try_get(0)?;
        let Some(wanted) = usize::try_from(ordinal - 1).ok().and_then(|at| rows.get(at)) else { continue };
        let actual: Option<Value> = found.try_get(3)?;
        if told.row(wanted, found.try_get(1)?, found.try_get(2)?, actual.as_ref()) {
            bad.insert(ordinal);
        }
    }
    told.good += rows.len() - bad.len();
    Ok(())
}

/// What has been found of one table.
struct Told<'a> {
    seed: &'a Seed,
    findings: Vec<Finding>,
    /// How many rows are missing, differ, or are not expected.
    counts: [usize; 3],
    good: usize,
}

/// What can be wrong with rows, in the order of the counts.
const SORTS: [&str; 3] = ["missing", "changed", "unexpected"];

impl Told<'_> {
    /// Tells of a row that is missing or differs; returns whether that fails.
    fn row(&mut self, wanted: &Row, missing: bool, differing: Vec<String>, actual: Option<&Value>) -> bool {
        let fails = missing || self.seed.values == SeedValues::Exact;
        let sort = usize::from(!missing);
        self.counts[sort] += 1;
        if self.counts[sort] > SHOWN {
            return fails;
        }
        let severity = if fails { Severity::Error } else { Severity::Info };
        let base = Finding { severity, ..self.finding(SORTS[sort], wanted) };
        if missing {
            let fix = query::insert(self.seed, wanted);
            self.findings.push(Finding { expected: Value::Object(wanted.clone()), fix: vec![fix], ..base });
            return fails;
        }
        for name in differing {
            let value = actual.and_then(|row| row.get(&name)).cloned();
            let expected = wanted.get(&name).cloned().unwrap_or_default();
            let (actual, fix) = (value.unwrap_or_default(), vec![query::update(self.seed, wanted, &name)]);
            self.findings.push(Finding { property: Some(name), expected, actual, fix, ..base.clone() });
        }
        fails
    }

    fn unexpected(&mut self, row: &Row) {
        let severity = if self.seed.unexpected == Unexpected::Warn { Severity::Warning } else { Severity::Error };
        let actual = Value::Object(row.clone());
        self.findings.push(Finding { severity, actual, ..self.finding(SORTS[2], row) });
    }

    /// A finding about one row.
    fn finding(&self, what: &'static str, row: &Row) -> Finding {
        let key: Vec<String> = self.seed.key.iter().map(|name| row.get(name).map_or_else(String::new, plain)).collect();
        Finding {
            section: Section::Seeds,
            severity: Severity::Error,
            accepted: false,
            count: 1,
            kind: "row".to_owned(),
            object: format!("{} {}", self.seed.table, key.join(", ")),
            path: [vec![self.seed.table.clone()], key].concat(),
            what,
            property: None,
            expected: Value::Null,
            actual: Value::Null,
            fix: Vec::new(),
            note: None,
        }
    }

    fn of_table(&self, what: &'static str, words: &str) -> Finding {
        let path = vec![self.seed.table.clone()];
        let (object, actual) = (self.seed.table.clone(), Value::from(words));
        Finding { kind: "rows".to_owned(), object, path, actual, ..self.finding(what, &Row::new()) }
    }

    fn not_measured(&mut self, why: &str) {
        self.findings.push(self.of_table("not measured", why));
    }

    /// Says how many rows there are beyond those that were told.
    fn count_others(&mut self) {
        for (what, count) in SORTS.into_iter().zip(self.counts).filter(|(_, count)| *count > SHOWN) {
            let severity = self.findings.iter().find(|finding| finding.what == what).map(|finding| finding.severity);
            let object = format!("{} and {} more", self.seed.table, count - SHOWN);
            let (severity, actual, count) = (severity.unwrap_or_default(), Value::Null, count - SHOWN);
            self.findings.push(Finding { object, severity, actual, count, ..self.of_table(what, "") });
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
