//! The database: which one it is, the connection to it, and the local default.

mod build;
mod connect;
mod connect_failure;
mod failure;
mod libpq;
pub mod local;
mod parameters;
mod resolve;
pub mod secret;
mod session;
pub mod snapshot;
mod target;
mod tls;
mod url;

pub use connect::connect;
pub use failure::{explained, failure_of, may_have_committed, objection, server_error};
pub use resolve::{Resolved, Wanted, resolve};
pub use session::{Notice, Session};
pub use target::{Place, Target};
