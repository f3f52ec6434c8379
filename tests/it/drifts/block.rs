//! The files of `tests/drifts`: blocks with empty lines between them, each with what it is about in the comments at its
//! top. `-- drift: table app.orders: owner` is what must be found, `missing` or `unexpected` in the property's place
//! where it is the object; `-- since: 15` and `-- until: 17` are the majors that it is for; `-- alone` that it cannot be
//! rolled back, so that each line of it runs on a copy of its own.

/// A block of a file.
#[derive(Clone)]
pub struct Block {
    /// The line that it begins on.
    pub line: usize,
    /// What must be found.
    pub wanted: Vec<String>,
    /// Whether it cannot be rolled back.
    pub alone: bool,
    /// Its statements.
    pub sql: String,
    /// The oldest major that it is for.
    pub since: u16,
    /// The newest.
    pub until: u16,
}

impl Block {
    /// Whether it is for this major.
    pub fn fits(&self, major: u16) -> bool {
        self.since <= major && major <= self.until
    }

    /// Its statements, where each is a line.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        self.sql.lines()
    }
}

/// The blocks of a file.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        if line.is_empty() {
            inside = false;
            continue;
        }
        if !inside {
            let (line, wanted, sql) = (at + 1, Vec::new(), String::new());
            blocks.push(Block { line, wanted, alone: false, sql, since: 0, until: u16::MAX });
            inside = true;
        }
        if let Some(block) = blocks.last_mut() {
            add(block, line);
        }
    }
    blocks.retain(|block| !block.sql.is_empty());
    blocks
}

fn add(block: &mut Block, line: &str) {
    if let Some(finding) = line.strip_prefix("-- drift: ") {
        block.wanted.push(finding.to_owned());
    } else if let Some(major) = line.strip_prefix("-- since: ") {
        block.since = major.parse().unwrap();
    } else if let Some(major) = line.strip_prefix("-- until: ") {
        block.until = major.parse().unwrap();
    } else if line == "-- alone" {
        block.alone = true;
    } else if !line.starts_with("--") {
        block.sql.push_str(line);
        block.sql.push('\n');
    }
}
