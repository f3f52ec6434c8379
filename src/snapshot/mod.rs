//! Snapshots of what the project owns: which programs make and read them, with which arguments, what is known of one,
//! and what of its contents is put back. The commands do the work; counting is the only thing here that asks a server.

mod arguments;
mod contents;
mod counts;
mod programs;
mod record;

pub use arguments::{LABEL, Leave, dump, restore, script};
pub use contents::{Entry, entries, list};
pub use counts::{Counts, count, differences};
pub use programs::{fitting, missing};
pub use record::{Record, beside, is_dump, read, sha256, size_in_words, write};
