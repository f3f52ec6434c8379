//! Migrations and seeds: which scripts there are, which a database has had, and applying what is pending.

mod apply;
mod blockers;
mod checksum;
mod history;
mod label;
mod lock;
mod plan;
mod scripts;
mod seeds;

pub use apply::{Checked, Sent, check, run};
pub use history::{Applied, History, SCHEMA};
pub use label::{read_label, write_label};
pub use lock::acquire;
pub use plan::{Obstacle, Plan, plan};
pub use scripts::{Script, read};
pub use seeds::{SeedHistory, record as record_seed};
