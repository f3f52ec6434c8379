//! Faults from outside: lost connections, killed runs, a server that restarts, others in the way, a full disk, poolers.
//!
//! What runs with the other tests is a sample from fixed seeds. The long loops are ignored trials of the same folder
//! (`cargo test --test it faults:: -- --ignored`, or `.ci/nightly`).

mod bouncer;
mod crashes;
mod disk;
mod kills;
mod locks;
mod proxy;
mod random;
mod scenarios;
mod server;
mod stage;
mod state;
mod wire;

use libtest_mimic::Trial;

/// The tests of this folder.
pub fn trials() -> Vec<Trial> {
    let trials =
        [wire::trials(), kills::trials(), crashes::trials(), locks::trials(), disk::trials(), bouncer::trials()];
    trials.into_iter().flatten().collect()
}
