//! Asks the server a query of a script, and says where in the file an error lies.

use anyhow::Result;
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::{Client, Error, SimpleQueryMessage, SimpleQueryRow};

use crate::data::Statement;
use crate::db::failure_of;
use crate::error::{Failure, Location, Outcome};

/// A query of a script, and its columns.
pub struct Query<'a> {
    /// The statement.
    pub statement: &'a Statement,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Whether its only column is boolean.
    pub is_truth: bool,
}

impl<'a> Query<'a> {
    /// Has the server read the query without running it.
    ///
    /// # Errors
    /// Bad input, if it returns nothing; what the server has against it.
    pub async fn read(client: &Client, statement: &'a Statement) -> Result<Self> {
        let prepared = client.prepare(statement.bare()).await.map_err(|error| failure(statement, &error, 0))?;
        let columns = prepared.columns();
        if columns.is_empty() {
            let what = "this statement returns nothing, so it says nothing about what is there";
            return Err(statement.refuse(what, "write a query here, or move it to the section that works").into());
        }
        let is_truth = matches!(columns, [only] if *only.type_() == tokio_postgres::types::Type::BOOL);
        let columns = columns.iter().map(|column| column.name().to_owned()).collect();
        Ok(Query { statement, columns, is_truth })
    }

    /// Runs the query between other text, which makes it a part of a larger one, so that it can be nothing but a query.
    ///
    /// # Errors
    /// What the server said, with the place.
    pub async fn ask(&self, client: &Client, before: &str, after: &str) -> Result<Vec<SimpleQueryRow>> {
        // A line comment may be the last thing in the query.
        let text = format!("{before}\n{}\n{after}", self.statement.bare());
        let answer = client.simple_query(&text).await;
        let answer = answer.map_err(|error| failure(self.statement, &error, before.chars().count() + 1))?;
        let row = |message| if let SimpleQueryMessage::Row(row) = message { Some(row) } else { None };
        Ok(answer.into_iter().filter_map(row).collect())
    }
}

/// A number in an answer.
pub fn number(row: &SimpleQueryRow, at: usize) -> u64 {
    row.get(at).and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// That the server did not run a query. `before` is how many characters were sent before it.
fn failure(statement: &Statement, error: &Error, before: usize) -> Failure {
    let failure = failure_of(error, format!("the query of `{}` could not be run", statement.called()));
    let Some(sqlstate) = failure.server.as_ref().map(|server| server.sqlstate.as_str()) else { return failure };
    let failure = match sqlstate {
        "25006" => {
            Failure { outcome: Outcome::Input, ..failure }.next("only look at rows in a check, and change nothing")
        }
        _ => failure,
    };
    let character = match error.as_db_error().and_then(|said| said.position()) {
        Some(ErrorPosition::Original(at)) => usize::try_from(*at).ok().and_then(|at| at.checked_sub(before)),
        _ => None,
    };
    let inside = character.filter(|at| *at > 0 && *at <= statement.bare().chars().count() + 1);
    let failure = failure.at(location(statement, inside.unwrap_or(1)));
    match failure.outcome {
        Outcome::RolledBack if failure.next.is_none() => {
            failure.next(format!("mend {} and run the command again", statement.location.file))
        }
        _ => failure,
    }
}

/// The place of a character of a statement, counted from 1.
fn location(statement: &Statement, character: usize) -> Location {
    let (start, text) = (&statement.location, &statement.text);
    let offset = text.char_indices().nth(character - 1).map_or(text.len(), |(at, _)| at);
    let before: String = start.text.chars().take(start.caret).collect();
    let place = Location::of(&start.file, &format!("{before}{text}"), before.len() + offset);
    // In the line that the statement begins in, more may stand before it than is known.
    let hidden = if place.line == 1 { start.column - 1 - start.caret.min(start.column - 1) } else { 0 };
    Location { line: place.line + start.line - 1, column: place.column + hidden, ..place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_statement_is_that_in_the_file() {
        let wide = format!("/* {} */", "é".repeat(200));
        for before in ["", "-- first\n\n  ", "SELECT 1; ", wide.as_str()] {
            let text = "SELECT é,\n  oops\nFROM t";
            let source = format!("{before}{text}");
            let location_of = |offset| Location::of("data/1_a.sql", &source, before.len() + offset);
            let (rule, key, each_row) = (None, vec![], false);
            let statement = Statement { text: text.to_owned(), location: location_of(0), rule, key, each_row };
            for (character, (offset, _)) in text.char_indices().enumerate() {
                let (place, expected) = (location(&statement, character + 1), location_of(offset));
                assert_eq!((place.line, place.column), (expected.line, expected.column), "{before:?} {character}");
                assert_eq!(place.text.chars().nth(place.caret), expected.text.chars().nth(expected.caret));
            }
        }
    }
}
