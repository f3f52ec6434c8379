//! Reading SQL scripts as the server reads them: tokens, statements, chunks to send, directives, quoting.

pub mod blocks;
pub mod checksum;
pub mod chunk;
pub mod class;
pub mod directives;
pub mod encoding;
pub mod place;
pub mod psql;
pub mod quote;
pub mod rows;
pub mod shape;
pub mod source;
pub mod split;
pub mod strings;
pub mod token;
pub mod trace;
pub mod windows;

pub use blocks::Blocks;
pub use checksum::{Checksum, checksum};
pub use chunk::{Chunk, chunks};
pub use class::{Class, class, is_of_the_server, is_of_the_session, is_truncate};
pub use directives::{Directives, directives, duration};
pub use quote::{dollars, identifier, literal, parts, plain, signature, unquoted};
pub use rows::Rows;
pub use source::{Source, decode, read};
pub use split::{Piece, Splitter, split};
pub use trace::{Trace, tables_dropped, trace};
pub use windows::{Window, Windows};
