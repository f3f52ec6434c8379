//! Keys of every sort: each row is walked once, whatever its type sorts like and however it is written as text.

use crate::support::{Database, Project, Result};

crate::trials!("data", keys_of_every_type_are_walked_once, a_walk_ends_only_where_the_rows_end);

/// The columns of a key, its types and the values of 1000 rows, of which some look alike.
const KEYS: [(&str, &str, &str); 8] = [
    ("k", "k bigint PRIMARY KEY", "(g - 500) * 7919"),
    ("k", "k uuid PRIMARY KEY", "md5(g::text)::uuid"),
    (
        "k",
        "k text PRIMARY KEY",
        "CASE g % 4 WHEN 0 THEN 'Ä' WHEN 1 THEN 'a' WHEN 2 THEN 'A ' ELSE E'\\\\''\"{,}' END || g",
    ),
    ("k", "k text COLLATE \"C\" PRIMARY KEY", "CASE g % 3 WHEN 0 THEN 'z' WHEN 1 THEN 'Z' ELSE 'é' END || g"),
    ("k", "k numeric PRIMARY KEY", "(g - 500) / 7.0"),
    ("k", "k double precision PRIMARY KEY", "(g - 500) / 7.0::float8"),
    ("k", "k bytea PRIMARY KEY", "decode(md5(g::text), 'hex')"),
    (
        "t, id",
        "t timestamptz NOT NULL, id uuid NOT NULL, PRIMARY KEY (t, id)",
        "'2024-10-27 00:00Z'::timestamptz + (g / 10) * interval '17 min', md5(g::text)::uuid",
    ),
];

fn keys_of_every_type_are_walked_once() -> Result {
    let database = Database::plain();
    for (number, (key, columns, values)) in KEYS.into_iter().enumerate() {
        let (from, to) = (format!("f{number}"), format!("t{number}"));
        database.run(&format!(
            "CREATE TABLE {from} ({columns}); ALTER TABLE {from} OWNER TO postgres; CREATE TABLE {to} AS SELECT *, 1 AS n FROM {from}; ALTER TABLE {to} OWNER TO postgres;
             INSERT INTO {from} SELECT {values} FROM generate_series(1, 1000) g; ANALYZE {from}"
        ));
        let script = format!(
            "-- pgplumb: over {from}\n-- pgplumb: key {key}\n-- pgplumb: quiescent\n-- pgplumb: batch 7\n-- pgplumb: parallel 2\n-- pgplumb: section batch\nINSERT INTO {to} SELECT *, 1 FROM batch;\n"
        );
        let project = Project::empty().with("data/0001_copy.sql", script);
        database.run("DROP TABLE IF EXISTS pgplumb.data_migration, pgplumb.data_range, pgplumb.data_skip");
        project.on(&database, &["data:migrate", "--max-batches", "5"]).expect(6);
        project.on(&database, &["data:migrate"]).expect(0).says("done, 1000 rows");
        let wrong = format!(
            "SELECT count(*) FROM {from} f FULL JOIN (SELECT {key}, count(*) AS n FROM {to} GROUP BY {key}) t USING ({key}) WHERE n IS DISTINCT FROM 1"
        );
        assert_eq!(database.value(&wrong), "0", "{columns}");
    }
    Ok(())
}

fn a_walk_ends_only_where_the_rows_end() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE \"Odd Name\" (\"Key\" bigint PRIMARY KEY, done boolean NOT NULL DEFAULT false); ALTER TABLE \"Odd Name\" OWNER TO postgres; INSERT INTO \"Odd Name\" VALUES (-9223372036854775808), (-1), (0), (5), (1000000), (9223372036854775807)");
    let script = "-- pgplumb: over public.\"Odd Name\"\n-- pgplumb: key \"Key\"\n-- pgplumb: where NOT done -- yet\n-- pgplumb: batch 2\n-- pgplumb: section batch\nUPDATE \"Odd Name\" o SET done = true FROM batch WHERE o.\"Key\" = batch.\"Key\";";
    Project::empty().with("data/1_x.sql", script).on(&database, &["data:migrate"]).expect(0).says("done, 6 rows");
    Ok(())
}
