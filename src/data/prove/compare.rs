//! Pairs of queries that must have the same rows. Each is read once, into counts and sums of hashes by parts of the key;
//! only parts that differ are read again, to tell which rows it is.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use tokio_postgres::{Client, SimpleQueryRow};

use super::place::{Query, number};
use super::{Proven, SHOWN, cut, more};
use crate::data::Statement;
use crate::error::did_you_mean;
use crate::sql::{parts, plain};

/// In which of 1024 parts a key is.
const CHUNK: &str = "(hashtextextended(k, 0) & 1023)";

/// Compares each two queries: what should be, and what is. All that the caller's transaction reads must be of one
/// snapshot.
///
/// # Errors
/// Bad input, or what the server said, with the place. The transaction can then only be rolled back.
pub async fn compare(client: &Client, statements: &[Statement]) -> Result<Vec<Proven>> {
    let mut proven = Vec::new();
    for pair in pairs(statements)? {
        let pair = Pair::read(client, pair).await?;
        proven.push(pair.prove(client).await?);
    }
    Ok(proven)
}

/// The statements in twos, without one that is left over or a name that would tear two apart.
fn pairs(statements: &[Statement]) -> Result<Vec<[&Statement; 2]>> {
    let mut pairs = Vec::new();
    let mut rest = statements.iter();
    while let Some(expected) = rest.next() {
        let Some(actual) = rest.next() else {
            let what = "this query is compared with nothing: there is no second one behind it";
            let next = "write the query of what is there behind the query of what should be";
            return Err(expected.refuse(what, next).into());
        };
        if actual.rule.is_some() {
            let what = "a line `rule` stands between two queries that are compared with each other";
            let next = "write it before the first of the two, which says what should be";
            return Err(actual.refuse(what, next).into());
        }
        pairs.push([expected, actual]);
    }
    Ok(pairs)
}

struct Pair<'a> {
    expected: Query<'a>,
    actual: Query<'a>,
    /// Which of the columns are the key.
    key: Vec<usize>,
}

impl<'a> Pair<'a> {
    async fn read(client: &Client, [expected, actual]: [&'a Statement; 2]) -> Result<Self> {
        let (expected, actual) = (Query::read(client, expected).await?, Query::read(client, actual).await?);
        let [should, is] = [&expected.columns, &actual.columns];
        if should.len() != is.len() {
            let what = format!("this query has {} columns, and that before it has {}", is.len(), should.len());
            return Err(actual.statement.refuse(&what, "give both queries the same columns").into());
        }
        if should != is && should.iter().collect::<BTreeSet<_>>() == is.iter().collect() {
            let what = "this query has the columns of that before it in another order";
            return Err(actual.statement.refuse(what, "give both queries the same columns in the same order").into());
        }
        let key = key(expected.statement, should)?;
        Ok(Pair { expected, actual, key })
    }

    async fn prove(&self, client: &Client) -> Result<Proven> {
        let (expected, actual) = (self.digest(client, &self.expected).await?, self.digest(client, &self.actual).await?);
        let chunks: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
        let differing: Vec<&str> =
            chunks.into_iter().filter(|chunk| expected.get(*chunk) != actual.get(*chunk)).map(String::as_str).collect();
        let count = expected.values().map(|digest| digest.rows).sum();
        let name = self.expected.statement.called();
        if differing.is_empty() {
            return Ok(Proven { name, held: true, count, wrong: 0, said: Vec::new() });
        }
        let rows = self.differing(client, &differing.join(", ")).await?;
        let [missing, unexpected, wrong] = [0, 1, 2].map(|at| rows.first().map_or(0, |row| number(row, at)));
        let mut said = vec![match wrong.saturating_sub(missing + unexpected) {
            _ if wrong == 0 => "the queries do not answer the same when they are asked again".to_owned(),
            different => format!("{missing} missing, {unexpected} unexpected, {different} different"),
        }];
        said.extend(rows.iter().map(|row| self.shown(row.get(3), row.get(4))));
        more(&mut said, wrong, rows.len());
        Ok(Proven { name, held: false, count, wrong, said })
    }

    /// Counts and sums of a query's rows, for each part of the keys.
    async fn digest(&self, client: &Client, query: &Query<'_>) -> Result<BTreeMap<String, Digest>> {
        let (before, after) = self.rows();
        // The server does not see through OFFSET, and so does not take the parts for as many as there are keys.
        let before = format!(
            "SELECT chunk, count(*), sum(hash) FROM (
               SELECT {CHUNK} AS chunk, hashtextextended(r, 1) AS hash FROM {before}"
        );
        let rows = query.ask(client, &before, &format!("{after} OFFSET 0) AS y GROUP BY chunk")).await?;
        let digest = |row: &SimpleQueryRow| {
            let text = |at: usize| row.get(at).unwrap_or_default().to_owned();
            (text(0), Digest { rows: number(row, 1), sum: text(2) })
        };
        Ok(rows.iter().map(digest).collect())
    }

    /// The first rows that differ in these parts, each side's or nothing, behind how many are missing, how many are not
    /// expected, and how many differ in any way.
    async fn differing(&self, client: &Client, chunks: &str) -> Result<Vec<SimpleQueryRow>> {
        let (before, after) = self.rows();
        // Rows with the same key are told apart by their order.
        let before = format!("(SELECT k, r, row_number() OVER (PARTITION BY k ORDER BY r) AS n FROM {before}");
        let after = format!("{after} WHERE {CHUNK} IN ({chunks}))");
        let first = format!(
            "SELECT count(*) FILTER (WHERE a.r IS NULL) OVER (), count(*) FILTER (WHERE e.r IS NULL) OVER (),
               count(*) OVER (), e.r, a.r FROM {before}"
        );
        let rest = format!(
            "{after} AS e FULL JOIN {before}\n{}\n{after} AS a USING (k, n)
             WHERE e.r IS DISTINCT FROM a.r ORDER BY k, n LIMIT {SHOWN}",
            self.actual.statement.bare()
        );
        self.expected.ask(client, &first, &rest).await
    }

    /// What stands around a query to get the texts of its keys and rows. In the text of a row NULL is not as an empty
    /// text.
    fn rows(&self) -> (String, String) {
        let column = |at: usize| format!("c{at}");
        let list = |columns: &mut dyn Iterator<Item = usize>| columns.map(column).collect::<Vec<_>>().join(", ");
        let all = list(&mut (0..self.expected.columns.len()));
        let key = list(&mut self.key.iter().copied());
        let before = format!("(SELECT ROW({key})::text COLLATE \"C\" AS k, ROW({all})::text COLLATE \"C\" AS r FROM (");
        (before, format!(") AS q ({all})) AS x"))
    }

    /// What is wrong with a row, of which each side is there as text or not at all.
    fn shown(&self, expected: Option<&str>, actual: Option<&str>) -> String {
        let [should, is] = [expected, actual].map(|row| row.map(values).unwrap_or_default());
        let names = &self.expected.columns;
        let some = if expected.is_some() { &should } else { &is };
        let named = |at: &usize| Some(format!("{}={}", names.get(*at)?, value(some.get(*at)?)));
        let key = self.key.iter().filter_map(named).collect::<Vec<_>>().join(", ");
        match (expected, actual) {
            (Some(_), None) => format!("{key} is missing"),
            (None, _) => format!("{key} is unexpected"),
            (Some(_), Some(_)) => {
                let both = names.iter().zip(should.iter().zip(&is));
                let different = both.filter(|(_, (should, is))| should != is);
                let words = different.map(|(name, (should, is))| format!("{name}: {} → {}", value(should), value(is)));
                format!("{key} differs: {}", words.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// What a part of the keys comes to, in whatever order its rows are read.
#[derive(PartialEq, Eq)]
struct Digest {
    rows: u64,
    sum: String,
}

/// The places of the key's columns: those that are named, else the first.
fn key(statement: &Statement, columns: &[String]) -> Result<Vec<usize>> {
    if statement.key.is_empty() {
        return Ok(vec![0]);
    }
    let place = |written: &String| {
        let name = plain(written);
        columns.iter().position(|column| *column == name).ok_or_else(|| {
            let guess = did_you_mean(&name, columns.iter().map(String::as_str));
            let what = format!("the key has the column {written}, which this query does not have{guess}");
            statement.refuse(&what, &format!("name some of its columns: {}", columns.join(", "))).into()
        })
    };
    statement.key.iter().map(place).collect()
}

/// The values in the text of a row, as they stand in it.
fn values(row: &str) -> Vec<&str> {
    let inside = row.strip_prefix('(').and_then(|row| row.strip_suffix(')'));
    parts(inside.unwrap_or(row), ",")
}

fn value(text: &str) -> String {
    if text.is_empty() { "NULL".to_owned() } else { cut(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Location;

    fn statement(text: &str, rule: Option<&str>, key: &[&str]) -> Statement {
        let location = Location::of("data/1_a.sql", text, 0);
        let key = key.iter().map(|&column| column.to_owned()).collect();
        Statement { text: text.to_owned(), location, rule: rule.map(str::to_owned), key, each_row: false }
    }

    #[test]
    fn queries_go_in_twos() {
        let [one, two] = [Some("a"), None].map(|rule| statement("SELECT 1", rule, &[]));
        assert_eq!(pairs(&[]).unwrap().len(), 0);
        assert_eq!(pairs(&[one.clone(), two.clone()]).unwrap().len(), 1);
        let alone = pairs(&[one.clone(), two, one.clone()]).unwrap_err().to_string();
        assert!(alone.contains("compared with nothing"), "{alone}");
        let torn = pairs(&[one.clone(), one]).unwrap_err().to_string();
        assert!(torn.contains("stands between two queries"), "{torn}");
    }

    #[test]
    fn keys_are_found_by_name() {
        let columns = ["id".to_owned(), "Kind".to_owned()];
        let find = |names: &[&str]| key(&statement("SELECT 1", None, names), &columns);
        assert_eq!(find(&[]).unwrap(), [0]);
        assert_eq!(find(&["\"Kind\"", "ID"]).unwrap(), [1, 0]);
        assert!(find(&["ids"]).unwrap_err().to_string().contains("did you mean `id`?"));
    }

    #[test]
    fn rows_come_apart_into_their_values() {
        assert_eq!(values("(1,,\"\",\"a, \"\"b\"\" \\\\\",x)"), ["1", "", "\"\"", "\"a, \"\"b\"\" \\\\\"", "x"]);
        assert_eq!([value(""), value("\"\"")], ["NULL", "\"\""]);
    }
}
