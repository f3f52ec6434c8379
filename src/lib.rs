//! pgplumb brings a PostgreSQL database to where its SQL files say it should be, and proves that it stands there.
//!
//! The map, in reading order:
//!
//! - [`cli`] says what can be asked for; [`commands`] has one file for each command and the context that they share.
//! - [`project`] is the folder on disk, the settings, and the only reader of the environment.
//! - [`db`] finds the target, connects, takes snapshots, and keeps the local cluster. [`platform`] is what a hosted
//!   PostgreSQL has before the first script.
//! - [`sql`] reads scripts as the server reads them. [`migrate`] holds them against the history and applies them;
//!   [`data`] moves rows.
//! - [`catalog`] is what a database has: one file for each kind of object. [`manifest`] is what it must have.
//!   [`diff`] compares the two, [`verify`] adds seed rows and rules, [`report`] says what came of it.
//! - [`reset`] decides what of a database is the project's, and drops it. [`snapshot`] is about dumps of it.
//! - [`error`] and [`output`] are how anything ends: an outcome with its exit code, and the only printer.
//!
//! What holds everywhere, and is tested in `tests/it/tidy`:
//!
//! - `diff`, `manifest`, `report` and `verify` name no kind. A new kind is one file in `catalog` and one line in `KINDS`.
//! - An object's name and parents are in its identity, never in its properties; no property holds an oid or a column
//!   number; lists whose order means nothing are sorted in the query.
//! - Only `project` reads the environment, only `output` prints, only `main` ends the process.
//! - Nothing writes to a target without the lock, and nothing reads a catalog outside one snapshot.

pub mod catalog;
pub mod cli;
pub mod commands;
pub mod data;
pub mod db;
pub mod diff;
pub mod error;
pub mod manifest;
pub mod migrate;
pub mod output;
pub mod platform;
pub mod project;
pub mod report;
pub mod reset;
pub mod snapshot;
pub mod sql;
pub mod verify;
