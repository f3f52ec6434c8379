//! pgplumb brings a PostgreSQL database to where its SQL files say it should be, and proves that it stands there.

pub mod error;
pub mod output;
