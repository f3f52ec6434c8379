//! The cluster for scratch databases of a major that need not be that of the project's own cluster.

use anyhow::Result;

use super::Context;
use crate::db::local::{self, Cluster, Places};
use crate::platform::{self, Databases};

/// A cluster for scratch databases.
pub struct Scratch {
    /// The cluster.
    pub cluster: Cluster,
    places: Places,
    /// Whether it was running before anybody asked for it.
    was_running: bool,
}

impl Context {
    /// A running cluster of that major: the project's own, or one beside it, so that the project's own stays what it is.
    /// `may_download` says whether its server programs may be downloaded, if they are not here.
    ///
    /// # Errors
    /// Bad input, where no server programs of that major are here or to be had.
    pub async fn scratch_cluster(&self, major: u32, may_download: bool) -> Result<Scratch> {
        let major = u16::try_from(major).unwrap_or(u16::MAX);
        let mut places = Places { major: Some(major), may_download, ..self.places() };
        let is_own = local::state(&places).await?.iter().any(|state| state.major == major);
        if !is_own {
            places.project = local::beside(&places);
            local::make_folder(&places.project)?;
        }
        let running =
            |states: Vec<local::State>| states.iter().any(|state| state.major == major && state.running.is_some());
        let was_running = running(local::state(&places).await?);
        let superuser = platform::superuser(self.platform());
        let cluster = local::ensure_running(&places, superuser, &|text| self.say(text)).await?;
        Ok(Scratch { cluster, places, was_running })
    }
}

impl Scratch {
    /// Leaves it as it was found: a command that only looks at a database leaves no server behind.
    ///
    /// # Errors
    /// If it cannot be asked who else uses it, or cannot be stopped.
    pub async fn leave(&self, databases: &Databases<'_>) -> Result<()> {
        if !self.was_running && !databases.in_use().await? {
            local::stop_major(&self.places, self.cluster.major).await?;
        }
        Ok(())
    }
}
