//! What is measured: the same text every time.

use std::fmt::Write;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// `count` scripts of three to eight statements, by file name.
pub fn scripts(count: usize) -> Vec<(String, String)> {
    (1..=count).map(|n| (format!("{n:06}_step.sql"), script(n))).collect()
}

fn script(n: usize) -> String {
    let mut sql = format!(
        "CREATE TABLE t_{n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, n int DEFAULT {n});\n\
         CREATE INDEX t_{n}_name ON t_{n} (name);\n\
         COMMENT ON TABLE t_{n} IS 'Table {n}';\n"
    );
    for extra in 0..n % 6 {
        let _ = match extra {
            0 => writeln!(sql, "ALTER TABLE t_{n} ADD CONSTRAINT t_{n}_check CHECK (n >= 0);"),
            1 => writeln!(sql, "INSERT INTO t_{n} (name) SELECT 'row ' || g FROM generate_series(1, 10) g;"),
            2 => writeln!(sql, "CREATE FUNCTION f_{n}(a int) RETURNS int LANGUAGE sql AS $$ SELECT a + {n}; $$;"),
            3 => writeln!(sql, "CREATE VIEW v_{n} AS SELECT id, name FROM t_{n} WHERE n > 0;"),
            _ => writeln!(sql, "ALTER TABLE t_{n} ADD COLUMN more_{extra} timestamptz DEFAULT now();"),
        };
    }
    sql
}

/// Writes a seed of about so many megabytes, the rows of one COPY.
pub fn rows(path: &Path, megabytes: f64) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(b"COPY load FROM stdin;\n").unwrap();
    let mut written = 0.0;
    let mut id = 0_u32;
    while written < megabytes * 1e6 {
        id += 1;
        let note = if id.is_multiple_of(7) { "\\N".to_owned() } else { format!("note {id}, {}", "x".repeat(40)) };
        let row = format!("{id}\tname {id}\t2024-08-08 12:00:00+00\t{note}\n");
        file.write_all(row.as_bytes()).unwrap();
        written += f64::from(u32::try_from(row.len()).unwrap());
    }
    file.write_all(b"\\.\n").unwrap();
}

/// A schema of `tables` tables: ten columns, four more indexes, a foreign key, a check, a trigger, two policies and two
/// comments each; and a function for every five, a view for every ten, an enum for every twenty of them.
pub fn schema(tables: usize) -> String {
    let mut sql = String::from(
        "SET client_min_messages = warning;\nCREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.c3 := now(); RETURN NEW; END $$;\n",
    );
    for n in 1..=tables {
        let other = n.div_ceil(2);
        let _ = write!(
            sql,
            "CREATE TABLE t_{n} (id bigint PRIMARY KEY, c1 text NOT NULL DEFAULT 'x', c2 integer DEFAULT {n}, c3 timestamptz DEFAULT now(),
  c4 numeric(10,2), c5 varchar(40), c6 boolean DEFAULT false, c7 jsonb DEFAULT '{{}}', c8 uuid, parent bigint REFERENCES t_{other}, CHECK (c2 >= 0));
CREATE INDEX t_{n}_1 ON t_{n} (c1);
CREATE INDEX t_{n}_2 ON t_{n} (c2, c3 DESC);
CREATE UNIQUE INDEX t_{n}_3 ON t_{n} (lower(c5)) WHERE c6;
CREATE INDEX t_{n}_4 ON t_{n} (parent) INCLUDE (c4);
CREATE TRIGGER touch BEFORE UPDATE ON t_{n} FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE t_{n} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t_{n} FOR SELECT USING (c8::text = current_setting('app.user', true));
CREATE POLICY add ON t_{n} FOR INSERT WITH CHECK (c6 AND c2 > {n});
COMMENT ON TABLE t_{n} IS 'Table {n}';
COMMENT ON COLUMN t_{n}.c1 IS 'First of {n}';
"
        );
        if n % 5 == 0 {
            let _ = writeln!(
                sql,
                "CREATE FUNCTION f_{n}(a integer, b text DEFAULT 'x') RETURNS text LANGUAGE sql STABLE SET search_path = '' AS $$ SELECT a || b || '{n}'; $$;"
            );
        }
        if n % 10 == 0 {
            let _ = writeln!(
                sql,
                "CREATE VIEW v_{n} AS SELECT t.id, t.c1, p.c2 FROM t_{n} t JOIN t_{other} p ON p.id = t.parent WHERE t.c6;"
            );
        }
        if n % 20 == 0 {
            let _ = writeln!(sql, "CREATE TYPE e_{n} AS ENUM ('a', 'b', 'c{n}');");
        }
    }
    sql
}

/// Documents in a table, a data migration that divides them into two tables, and one transaction that does the same.
pub fn moves(rows: usize) -> (String, String, String) {
    let load = format!(
        "CREATE TABLE circuit (id bigint PRIMARY KEY, owner uuid NOT NULL, doc jsonb, moved boolean NOT NULL DEFAULT false);
         INSERT INTO circuit SELECT g * 3, md5(g::text)::uuid, jsonb_build_object('name', 'circuit ' || g, 'theme', 'dark',
           'parameters', jsonb_build_object('r1', g * 0.5, 'c1', g % 97, 'note', md5(g::text))) FROM generate_series(1, {rows}) g;
         CREATE TABLE name (id bigint PRIMARY KEY, owner uuid NOT NULL, name text NOT NULL);
         CREATE TABLE parameter (id bigint PRIMARY KEY, parameters jsonb NOT NULL);
         VACUUM ANALYZE; CHECKPOINT;"
    );
    let statements = |from: &str, joined: &str| {
        format!(
            "INSERT INTO name SELECT id, owner, doc->>'name' FROM {from};
             INSERT INTO parameter SELECT id, doc->'parameters' FROM {from};
             UPDATE circuit SET moved = true {joined};"
        )
    };
    let batch = statements("batch", "FROM batch WHERE circuit.id = batch.id");
    let script = format!(
        "-- pgplumb: over circuit\n-- pgplumb: key id\n-- pgplumb: where NOT moved\n-- pgplumb: section batch\n{batch}"
    );
    let whole = format!("BEGIN; {} COMMIT;", statements("circuit WHERE NOT moved", "WHERE NOT moved"));
    (load, script, whole)
}
