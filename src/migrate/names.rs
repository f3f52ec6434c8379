//! What the name of a script's file says, in the style of every tool whose folders are read.

/// Which part of a script a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is applied.
    Up,
    /// What takes it back.
    Down,
    /// `U1__x.sql`: takes back `V1__x.sql` for Flyway; where there is none, refinery applies it.
    Undo,
    /// `R__x.sql`: applied after all others, and again whenever its text changes.
    Repeatable,
}

/// What a file name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The number at its beginning; a repeatable script has none.
    pub version: i64,
    /// The rest, in the letters that refinery admits.
    pub name: String,
    /// The name without `.sql`, and without what only says which part it is.
    pub tag: String,
    /// Which part of the script it is.
    pub part: Part,
}

/// The files that a folder of a script may have, with the part that each is: Prisma's and Diesel's.
pub const IN_FOLDER: [(&str, Part); 3] = [("migration.sql", Part::Up), ("up.sql", Part::Up), ("down.sql", Part::Down)];

/// `0001_tables.sql`, `01-users.sql`, `V1__users.sql`, `20240808120000_x.up.sql`, `20240808120000_x/migration.sql`,
/// `2024-08-08-120000_x/up.sql`. Nothing if it is not the name of a script.
pub fn parse(file: &str) -> Option<Name> {
    if let Some((folder, inner)) = file.split_once('/') {
        let (_, part) = IN_FOLDER.into_iter().find(|(name, _)| *name == inner)?;
        // Diesel writes its times with dashes.
        let (time, rest) = folder.split_once('_')?;
        let digits = if part == Part::Up && inner == "migration.sql" { time.to_owned() } else { time.replace('-', "") };
        return name(&digits, rest, folder, part);
    }
    let stem = file.strip_suffix(".sql")?;
    if let Some(rest) = stem.strip_prefix("R__") {
        return name("0", rest, stem, Part::Repeatable);
    }
    for (letter, part) in [('V', Part::Up), ('U', Part::Undo)] {
        if let Some((digits, rest)) = stem.strip_prefix(letter).and_then(|stem| stem.split_once("__")) {
            return name(digits, rest, stem, part);
        }
    }
    let (stem, part) = match (stem.strip_suffix(".up"), stem.strip_suffix(".down")) {
        (Some(stem), _) => (stem, Part::Up),
        (None, Some(stem)) => (stem, Part::Down),
        (None, None) => (stem, Part::Up),
    };
    let end = stem.find(|c: char| !c.is_ascii_digit())?;
    name(&stem[..end], stem[end..].strip_prefix(['_', '-'])?, stem, part)
}

fn name(digits: &str, rest: &str, tag: &str, part: Part) -> Option<Name> {
    if rest.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let word = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '_' };
    Some(Name { version: digits.parse().ok()?, name: rest.chars().map(word).collect(), tag: tag.to_owned(), part })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_of_name_is_read() {
        for (file, version, name, part) in [
            ("0001_tables.sql", 1, "tables", Part::Up),
            ("01-user-profiles.sql", 1, "user_profiles", Part::Up),
            ("V12__add_invoice.sql", 12, "add_invoice", Part::Up),
            ("U12__add_invoice.sql", 12, "add_invoice", Part::Undo),
            ("R__views.sql", 0, "views", Part::Repeatable),
            ("20240808120000_x.up.sql", 20_240_808_120_000, "x", Part::Up),
            ("20240808120000_x.down.sql", 20_240_808_120_000, "x", Part::Down),
            ("20240808_init/migration.sql", 20_240_808, "init", Part::Up),
            ("2024-08-08-120000_create_users/up.sql", 20_240_808_120_000, "create_users", Part::Up),
            ("2024-08-08-120000_create_users/down.sql", 20_240_808_120_000, "create_users", Part::Down),
        ] {
            let parsed = parse(file).unwrap_or_else(|| Name {
                version: -1,
                name: String::new(),
                tag: String::new(),
                part: Part::Up,
            });
            assert_eq!((parsed.version, parsed.name.as_str(), parsed.part), (version, name, part), "{file}");
        }
    }

    #[test]
    fn names_without_a_version_or_a_name_are_not_scripts() {
        for file in [
            "tables.sql",
            "0001.sql",
            "0001_.sql",
            "V__x.sql",
            "V1_x.sql",
            "V1.2__x.sql",
            "0001_tables.sq",
            "0001tables.sql",
            "R__.sql",
            "2024_x/other.sql",
            "2024-08-08_x/migration.sql",
        ] {
            assert_eq!(parse(file), None, "{file}");
        }
    }
}
