//! The parts of one file that has both directions in it, and what other tools' comments say about transactions.

/// The comments that begin the part that is applied, and those that begin the part that takes it back: dbmate's,
/// goose's, sql-migrate's, tern's.
const UP: [&str; 3] = ["migrate:up", "+goose up", "+migrate up"];
const DOWN: [&str; 4] = ["migrate:down", "+goose down", "+migrate down", "-- create above / drop below ----"];

/// Other tools' words for "each statement on its own", as whole comments and at the end of the comments above.
const NO_TRANSACTION: [&str; 4] = ["no-transaction", "+goose no transaction", "atlas:txmode none", "! no-transaction"];
const NO_TRANSACTION_HERE: [&str; 2] = ["transaction:false", "notransaction"];

/// What the comments of a file say, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sections {
    /// Whether a comment of another tool wants each statement on its own.
    pub no_transaction: bool,
    down: bool,
}

impl Sections {
    /// Takes a line. Gives true where the part begins that takes things back.
    ///
    /// # Errors
    /// In words, where a part begins that no script has.
    pub fn begins_down(&mut self, line: &str) -> Result<bool, &'static str> {
        let Some(comment) = line.trim().strip_prefix("--") else { return Ok(false) };
        let comment = comment.trim_start().to_ascii_lowercase();
        let begins = |marks: &[&str]| {
            let is =
                |mark: &&str| comment.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
            marks.iter().any(is)
        };
        let (up, down) = (begins(&UP), begins(&DOWN));
        if self.down && (up || down) {
            return Err("a script has one part that goes up and one that goes down, and here begins a third");
        }
        let said_here = up && NO_TRANSACTION_HERE.iter().any(|words| comment.ends_with(words));
        self.no_transaction |= said_here || NO_TRANSACTION.contains(&comment.as_str());
        self.down |= down;
        Ok(down)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part that goes up, the part that goes down, and whether each statement is on its own.
    fn of(text: &str) -> Result<(String, Option<String>, bool), &'static str> {
        let (mut sections, mut parts) = (Sections::default(), vec![String::new()]);
        for line in text.split_inclusive('\n') {
            if sections.begins_down(line)? {
                parts.push(String::new());
            }
            *parts.last_mut().unwrap() += line;
        }
        Ok((parts[0].clone(), parts.get(1).cloned(), sections.no_transaction))
    }

    #[test]
    fn the_parts_of_every_tool_are_found() {
        for (up, down) in [
            ("-- migrate:up\n", "-- migrate:down\n"),
            ("--migrate:up transaction:true\r\n", "-- migrate:down transaction:false\r\n"),
            ("-- +goose Up\n", "-- +goose Down\n"),
            ("-- +migrate Up\n", "-- +migrate Down\n"),
            ("", "---- create above / drop below ----\n"),
        ] {
            let (up, down) = (format!("{up}create table a ();\n"), format!("{down}drop table a;\n"));
            assert_eq!(of(&format!("{up}{down}")), Ok((up, Some(down), false)));
        }
        assert_eq!(of("select '-- migrate:down'; -- +goose downwards\n").unwrap().1, None);
        assert!(of("-- migrate:up\n-- migrate:down\n-- migrate:up\n").is_err());
    }

    #[test]
    fn statements_on_their_own_are_asked_for_in_many_words() {
        for text in [
            "-- no-transaction\nvacuum;",
            "-- +goose NO TRANSACTION\nvacuum;",
            "-- atlas:txmode none\n",
            "--! no-transaction\n",
            "-- migrate:up transaction:false\n",
            "-- +migrate Up notransaction\n",
        ] {
            assert!(of(text).unwrap().2, "{text}");
        }
        assert!(!of("-- there is no-transaction here\n").unwrap().2);
    }
}
