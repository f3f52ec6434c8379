//! Data migrations on the real program: exactly once through kills and live writers, keys of every type, what is refused.

mod keys;
mod kills;
mod life;
mod refused;

use libtest_mimic::Trial;

use crate::snapshot::has_programs;
use crate::support::{Database, Project, trial};

pub fn trials() -> Vec<Trial> {
    let snapshot =
        trial("data::a_snapshot_is_taken_before_rows_are_moved", life::a_snapshot_is_taken_before_rows_are_moved);
    let snapshot = snapshot.with_ignored_flag(!has_programs());
    let all = [life::trials(), refused::trials(), keys::trials(), kills::trials(), vec![snapshot]];
    all.into_iter().flatten().collect()
}

/// Circuits that are to be divided into two tables.
const TABLES: &str = "
CREATE TABLE circuit (id bigint PRIMARY KEY, doc jsonb NOT NULL, moved boolean NOT NULL DEFAULT false, v int NOT NULL DEFAULT 0);
CREATE TABLE name (id bigint PRIMARY KEY, name text NOT NULL, v int NOT NULL);
CREATE TABLE parameter (id bigint PRIMARY KEY, parameters jsonb);
ALTER TABLE circuit OWNER TO postgres; ALTER TABLE name OWNER TO postgres; ALTER TABLE parameter OWNER TO postgres;";

const HEADER: &str =
    "-- pgplumb: over circuit\n-- pgplumb: key id\n-- pgplumb: where NOT moved\n-- pgplumb: batch 100\n";

const BATCH: &str = "
-- pgplumb: section batch
-- pgplumb: each-row
INSERT INTO name SELECT id, doc->>'name', v FROM batch;
-- pgplumb: each-row
INSERT INTO parameter SELECT id, doc->'parameters' FROM batch;
UPDATE circuit SET moved = true FROM batch WHERE circuit.id = batch.id;
";

const REST: &str = "
-- pgplumb: section precondition
SELECT count(*) > 0 FROM circuit;
-- pgplumb: section verify
-- pgplumb: rule nothing is left
SELECT id FROM circuit WHERE NOT moved;
-- pgplumb: section compare
-- pgplumb: rule names are those of the documents
SELECT id, doc->>'name' FROM circuit;
SELECT id, name FROM name;
-- pgplumb: section undo
-- pgplumb: where moved
DELETE FROM name USING batch WHERE name.id = batch.id;
DELETE FROM parameter USING batch WHERE parameter.id = batch.id;
UPDATE circuit SET moved = false FROM batch WHERE circuit.id = batch.id;
-- pgplumb: section finalize
ALTER TABLE circuit DROP COLUMN moved;
";

/// The script whole.
fn script() -> String {
    format!("{HEADER}{BATCH}{REST}")
}

/// A database with `rows` circuits, with gaps and negative numbers in their key.
fn circuits(rows: u32) -> Database {
    let database = Database::plain();
    database.run(TABLES);
    database.run(&format!(
        "INSERT INTO circuit SELECT (g - {rows} / 2) * 3, jsonb_build_object('name', 'c' || g, 'parameters', jsonb_build_object('n', g))
           FROM generate_series(1, {rows}) g; ANALYZE circuit"
    ));
    database
}

fn project(script: &str) -> Project {
    Project::empty().with("data/0001_split.sql", script)
}

/// How many rows are not right: without or with the wrong name, or named without being moved.
fn wrong(database: &Database) -> String {
    database.value(
        "SELECT count(*) FROM circuit c FULL JOIN name n USING (id) FULL JOIN parameter p USING (id)
          WHERE NOT coalesce(c.moved AND n.name = c.doc->>'name' AND p.parameters = c.doc->'parameters', false)",
    )
}
