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
pub use walked::{Walked, shown};
pub use words::{Header, Throttle, Walk};
