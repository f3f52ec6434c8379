//! Resetting: what of a database is the project's, in which order it goes, and making it go.
//!
//! [`read`] asks the catalogs, [`plan`] decides over data alone, [`execute`] sends. What may be reset at all is for
//! the command to say.

mod execute;
mod named;
mod order;
mod plan;
mod read;
pub mod refuse;
mod rows;
mod wait;
mod words;

pub use execute::{commit, execute, open};
pub use named::tables;
pub use order::{Step, batches};
pub use plan::{Left, Plan, Rules, plan};
pub use read::{Edge, Found, Key, Object, begin, describe, end, failed, read, schemas};
pub use rows::{Rows, count};
pub use wait::blocked;
pub use words::{by_kind, list, named, one_line, plural, summary};
