//! Data migrations: rows moved or rewritten in batches, each of which commits together with the place that it reached.
//!
//! [`script`] and [`words`] read the file, [`walked`] looks at the table, [`batch`] moves rows, [`state`] keeps what is
//! known of each script, [`pace`] and [`throttle`] decide how fast, [`prove`] says whether it is right.

mod folder;
pub mod prove;
pub mod script;
mod statement;
mod words;

pub use folder::{choose, read};
pub use script::{Name, Script, Work};
pub use statement::Statement;
pub use words::{Header, Throttle, Walk};
