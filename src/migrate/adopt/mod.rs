//! Takes over the history that another tool wrote: its rows are paired with the scripts here, and each pair is proven by
//! what that tool keeps of a script's text. One file for each tool; what stands here names none but in the list.

mod alembic;
mod baseline;
mod dbmate;
mod diesel;
mod drizzle;
mod find;
mod flyway;
mod golang_migrate;
mod link;
mod prisma;
mod record;
mod refinery;
mod refuse;
mod sqlx;
mod sums;
mod supabase;

use anyhow::Result;
use serde_json::Value;

use super::script::{Kind, Script};

pub use find::{Found, find, read_again};
pub use link::{Folder, Link};
pub use record::{is_adopted, record, set_aside};
pub use refuse::refusal;

/// The tools whose history can be taken over.
pub const TOOLS: [&Tool; 11] = [
    &flyway::TOOL,
    &sqlx::TOOL,
    &dbmate::TOOL,
    &golang_migrate::TOOL,
    &diesel::TOOL,
    &drizzle::TOOL,
    &prisma::TOOL,
    &supabase::TOOL,
    &refinery::TOOL,
    &alembic::TOOL,
    &baseline::TOOL,
];

/// How a tool keeps its history.
pub struct Tool {
    /// Its name on the command line.
    pub name: &'static str,
    /// The schema that it makes for its table; without one the table is in the search path.
    pub schema: Option<&'static str>,
    /// The table; empty where there is no history to take over.
    pub table: &'static str,
    /// What else it keeps beside the table.
    pub beside: &'static [&'static str],
    /// The columns that tell its table from others of that name, each with the types that it may have.
    pub columns: &'static [&'static str],
    /// Whether the table has no other columns.
    pub alone: bool,
    /// A table in the same schema that shows the history to be another tool's.
    pub unless: Option<&'static str>,
    /// What the rows `t` say: version, name, checksum, at, took (milliseconds), trouble.
    pub row: &'static str,
    /// The order of the rows.
    pub order: &'static str,
    /// Whether its history leaves open how many scripts are applied, so that the user may say it.
    pub takes_to: bool,
    /// Which rows count, and which script each stands for.
    pub link: for<'a> fn(&Folder<'a>, &'a [Row]) -> Result<Vec<Link<'a>>>,
    /// Whether a script is the one that the row records; nothing if the row has nothing to tell it by.
    pub proof: fn(&Row, &Script) -> Result<Option<bool>>,
}

impl Tool {
    /// The tool of that name.
    pub fn of(name: &str) -> Option<&'static Tool> {
        TOOLS.into_iter().find(|tool| tool.name == name)
    }

    /// Whether its table can have these columns, each as `name type`.
    fn fits(&self, columns: &[String]) -> bool {
        let is = |wanted: &str, column: &str| {
            let (name, types) = wanted.split_once(' ').unwrap_or((wanted, ""));
            column.split_once(' ').is_some_and(|(own, kind)| own == name && types.split('|').any(|one| one == kind))
        };
        let has = |wanted: &&str| columns.iter().any(|column| is(wanted, column));
        !self.columns.is_empty() && self.columns.iter().all(has) && (!self.alone || columns.len() == self.columns.len())
    }
}

/// A row of another tool's history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The version, as that tool writes it.
    pub version: String,
    /// The name.
    pub name: String,
    /// What the tool keeps of the script's text.
    pub checksum: Option<String>,
    /// When it was applied, in UTC.
    pub at: Option<String>,
    /// How many milliseconds it took.
    pub took_ms: Option<i64>,
    /// Why it cannot count as applied, in words.
    pub trouble: Option<String>,
    /// The whole row.
    pub original: Value,
}

impl Row {
    /// It, as people call it.
    pub fn label(&self) -> String {
        format!("{} {}", self.version, self.name).trim().to_owned()
    }

    /// A text of the whole row.
    fn text(&self, column: &str) -> &str {
        self.original.get(column).and_then(Value::as_str).unwrap_or_default()
    }
}

/// What came of holding a row against a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The script is what the row records.
    Proven,
    /// The row has nothing to tell that by.
    Unproven,
    /// The script is not what the row records.
    Differs,
    /// The row says itself that it does not count.
    Trouble(String),
    /// The row has no script.
    NoScript,
    /// The script has no row.
    Pending,
    /// The script has no row, although a later one has.
    PendingBetween,
    /// The script was changed, and is of those that are then applied again.
    Again,
}

impl Proof {
    /// It in words.
    pub fn words(&self) -> &str {
        match self {
            Proof::Proven => "proven",
            Proof::Unproven => "no checksum",
            Proof::Differs => "differs",
            Proof::Trouble(why) => why,
            Proof::NoScript => "no script",
            Proof::Pending => "pending",
            Proof::PendingBetween => "pending, before applied ones",
            Proof::Again => "changed, will be applied again",
        }
    }
}

/// A row and the script that it stands for.
pub struct Pair<'a> {
    /// The row.
    pub row: Option<&'a Row>,
    /// The script.
    pub script: Option<&'a Script>,
    /// What tells that the two belong together.
    pub proof: Proof,
}

impl Pair<'_> {
    /// Whether the script counts as applied, once nothing stands in the way.
    pub fn counts(&self) -> bool {
        self.script.is_some() && matches!(self.proof, Proof::Proven | Proof::Unproven | Proof::Differs)
    }
}

/// Pairs the rows with the scripts, in the order of the scripts; rows without one come last.
///
/// # Errors
/// What keeps a tool's rows from meaning anything, and scripts that cannot be read.
pub fn pairs<'a>(tool: &Tool, folder: &Folder<'a>, rows: &'a [Row]) -> Result<Vec<Pair<'a>>> {
    let links = (tool.link)(folder, rows)?;
    let mut pairs = Vec::new();
    let by_script = link::by_script(&links);
    let last = folder.once.iter().rposition(|script| by_script.contains_key(&script.path()));
    let repeatable = folder.repeatable.iter().map(|script| (None, *script));
    for (at, script) in folder.once.iter().enumerate().map(|(at, script)| (Some(at), script)).chain(repeatable) {
        let row = by_script.get(&script.path()).copied();
        let proof = match row {
            Some(row) => proof(tool, row, script)?,
            None if at.is_some() && at < last => Proof::PendingBetween,
            None => Proof::Pending,
        };
        pairs.push(Pair { row, script: Some(script), proof });
    }
    for link in links.iter().filter(|link| link.script.is_none()) {
        let proof = link.row.trouble.clone().map_or(Proof::NoScript, Proof::Trouble);
        pairs.push(Pair { row: Some(link.row), script: None, proof });
    }
    Ok(pairs)
}

fn proof(tool: &Tool, row: &Row, script: &Script) -> Result<Proof> {
    if let Some(trouble) = &row.trouble {
        return Ok(Proof::Trouble(trouble.clone()));
    }
    Ok(match (tool.proof)(row, script)? {
        Some(true) => Proof::Proven,
        None => Proof::Unproven,
        Some(false) if script.kind == Kind::Seed => Proof::Again,
        Some(false) => Proof::Differs,
    })
}
