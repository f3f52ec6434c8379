//! Data migrations: rows moved or rewritten in batches, each of which commits together with the place that it reached.
//!
//! [`script`] and [`words`] read the file, [`walked`] looks at the table, [`batch`] moves rows, [`state`] keeps what is
//! known of each script, [`pace`] and [`throttle`] decide how fast, [`prove`] says whether it is right.

pub mod batch;
mod folder;
pub mod lock;
pub mod pace;
mod parse;
pub mod prove;
pub mod script;
pub mod state;
mod statement;
pub mod tables;
pub mod throttle;
mod walked;
mod words;

pub use folder::{choose, one, read};
pub use parse::parse;
pub use prove::{Proven, checks, prove, text as proof_text, value as proof_value};
pub use script::{Name, Script, Work};
pub use state::{Stage, State};
pub use statement::Statement;
pub use walked::Walked;
pub use words::{Header, Throttle, Walk};

/// A key as people read and write it: the value, or a JSON array of several.
pub fn shown(key: &[String]) -> String {
    match key {
        [value] => value.clone(),
        several => serde_json::Value::from(several).to_string(),
    }
}

/// A key as people write it, as values.
///
/// # Errors
/// Bad input, if it has not as many values as there are columns.
pub fn key(text: &str, walked: &Walked) -> Result<Vec<String>, crate::error::Failure> {
    let columns: Vec<&str> = walked.key.iter().map(|(column, _)| column.as_str()).collect();
    let values = if columns.len() == 1 { Some(vec![text.to_owned()]) } else { serde_json::from_str(text).ok() };
    values.filter(|values: &Vec<String>| values.len() == columns.len()).ok_or_else(|| {
        let (columns, example) = (columns.join(", "), columns.iter().map(|_| "\"…\"").collect::<Vec<_>>().join(","));
        crate::error::Failure::input(format!("`{text}` is no key of {} ({columns})", walked.table))
            .next(format!("write it as '[{example}]'"))
    })
}
