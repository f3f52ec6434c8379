//! Why a run stops before it begins, in words.

/// Why a run stops before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The file is not what was applied.
    Edited {
        /// The file.
        file: String,
        /// Its version.
        version: i64,
    },
    /// It was applied under another name.
    Renamed {
        /// The file.
        file: String,
        /// Its name in the history.
        name: String,
        /// Its version.
        version: i64,
    },
    /// It was applied under another version.
    Renumbered {
        /// The file.
        file: String,
        /// Its version in the history.
        version: i64,
        /// Its name there.
        name: String,
    },
    /// The history has it, the folder doesn't.
    Missing {
        /// The version in the history.
        version: i64,
        /// Its name there.
        name: String,
    },
    /// Somebody deleted its row from the history.
    Struck {
        /// The file.
        file: String,
        /// Its version.
        version: i64,
    },
    /// It is not applied, but a later one is.
    OutOfOrder {
        /// The file.
        file: String,
        /// The highest version that is applied.
        highest: i64,
    },
}

impl Obstacle {
    /// The version in the history that it is about, if it is about one.
    pub fn version(&self) -> Option<i64> {
        match self {
            Obstacle::Edited { version, .. }
            | Obstacle::Renamed { version, .. }
            | Obstacle::Renumbered { version, .. }
            | Obstacle::Missing { version, .. }
            | Obstacle::Struck { version, .. } => Some(*version),
            Obstacle::OutOfOrder { .. } => None,
        }
    }

    /// The version whose row of the history somebody may accept as it is, if that would take the obstacle away.
    pub fn acceptable(&self) -> Option<i64> {
        self.version().filter(|_| !matches!(self, Obstacle::Renumbered { .. }))
    }

    /// The obstacle in words, and the way out.
    pub fn words(&self) -> (String, String) {
        match self {
            Obstacle::Edited { file, version } => (
                format!("{file} was changed after it was applied"),
                format!(
                    "put {file} back as it was and write the change as a new script, or let it count as applied: pgplumb db:status --accept {version} --reason WHY"
                ),
            ),
            Obstacle::Renamed { file, name, version } => (
                format!("{file} was applied under the name `{name}`"),
                format!(
                    "give {file} that name again, or let the new one count: pgplumb db:status --accept {version} --reason WHY"
                ),
            ),
            Obstacle::Renumbered { file, version, name } => (
                format!("{file} was applied as version {version} ({name})"),
                format!("give {file} the version {version} again"),
            ),
            Obstacle::Missing { version, name } => (
                format!("version {version} ({name}) is in the history, and its file is not there"),
                format!(
                    "bring the file back from version control, or do without: pgplumb db:status --accept {version} --reason WHY"
                ),
            ),
            Obstacle::Struck { file, version } => (
                format!("{file} was applied, and somebody deleted its row from the history table"),
                format!(
                    "if it is applied: pgplumb db:status --accept {version} --reason WHY; if it was taken back: DELETE FROM pgplumb.migration WHERE version = {version}"
                ),
            ),
            Obstacle::OutOfOrder { file, highest } => (
                format!("{file} is not applied, although version {highest} is"),
                format!("give {file} a version above {highest}, or let it come late: `--order allow`"),
            ),
        }
    }

    /// The word for it in `--json`.
    pub fn kind(&self) -> &'static str {
        match self {
            Obstacle::Edited { .. } => "edited",
            Obstacle::Renamed { .. } => "renamed",
            Obstacle::Renumbered { .. } => "renumbered",
            Obstacle::Missing { .. } => "missing",
            Obstacle::Struck { .. } => "struck",
            Obstacle::OutOfOrder { .. } => "out_of_order",
        }
    }
}
