//! Constraints of tables. NOT NULL is a property of its column on every major.

use super::create::options;
use super::piece::sorted;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::{identifier, literal};

pub(super) const KIND: Kind = Kind {
    name: "constraint",
    group: "constraints",
    parents: &["table", "foreign table"],
    single: false,
    shorthand: Some("definition"),
    section: Section::Tables,
    counted: false,
    commented: true,
    class: "pg_constraint",
    properties: &[
        Property::new("definition", Form::Text, "The constraint as PostgreSQL prints it.").sql(),
        Property::new("validated", Form::Flag(true), "False if it was added NOT VALID and never validated.").always(),
        Property::new(
            "enforced",
            Form::Flag(true),
            "False where its triggers are disabled, as by ALTER TABLE … DISABLE TRIGGER ALL, so that nothing checks it.",
        )
        .always(),
        Property::new("inherited", Form::Flag(false), "Whether it is only there because a parent table has it."),
        Property::new("clustered", Form::Flag(false), "Whether CLUSTER goes by its index."),
        Property::new("index_options", Form::List(&[]), "Storage options of its index, sorted."),
        Property::new(
            "index_tablespace",
            Form::Text,
            "The tablespace of its index, where it is not the database's own.",
        ),
        Property::new("index_comment", Form::Lines, "The comment on its index."),
    ],
    query: |_| query(),
    address: |whole| format!("CONSTRAINT {} ON {}", identifier(whole.object.id.name()), whole.parent()),
    create,
    drop: |whole| {
        Some(format!("ALTER TABLE {} DROP CONSTRAINT {}", whole.parent(), identifier(whole.object.id.name())))
    },
};

/// The foreign keys that a partition has because its parent has them go with those of the parent. They say nothing of
/// their own but whether their triggers are disabled.
fn query() -> String {
    let index_options = sorted("x.reloptions");
    format!(
        "
SELECT c.oid, 0 AS sub, c.conrelid AS parent, c.conname::text AS name,
  CASE WHEN c.convalidated THEN pg_get_constraintdef(c.oid)
    ELSE regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', '') END AS definition,
  c.convalidated OR pg_get_constraintdef(c.oid) LIKE '% NOT ENFORCED' AS validated,
  off.constraint_oid IS NULL AS enforced,
  c.conparentid <> 0 OR c.coninhcount > 0 AND NOT c.conislocal AS inherited,
  coalesce(i.indisclustered, false) AS clustered, {index_options} AS index_options,
  (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = x.reltablespace) AS index_tablespace,
  said.description AS index_comment
FROM pg_constraint c
LEFT JOIN pg_index i ON i.indexrelid = c.conindid AND c.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class x ON x.oid = i.indexrelid
LEFT JOIN pg_description said ON said.objoid = i.indexrelid AND said.classoid = 'pg_class'::regclass AND said.objsubid = 0
LEFT JOIN (
  SELECT DISTINCT unnest(ARRAY[t.tgconstraint, p.oid, p.conparentid]) AS constraint_oid
  FROM pg_trigger t LEFT JOIN pg_constraint o ON o.oid = t.tgconstraint LEFT JOIN pg_constraint p ON p.oid = o.conparentid
  WHERE t.tgisinternal AND t.tgenabled IN ('D', 'R')) off ON off.constraint_oid = c.oid
WHERE c.conrelid >= 16384 AND c.contype IN ('p', 'u', 'f', 'c', 'x') AND NOT (c.contype = 'f' AND c.conparentid <> 0)
"
    )
}

/// What came from a parent comes with it; but a partition that is made must have it before it is put in. A key of a
/// partitioned table takes up those that its partitions have, so it comes after them.
fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(definition) = whole.text("definition") else { return Vec::new() };
    let is_key = ["PRIMARY KEY", "UNIQUE", "EXCLUDE"].iter().any(|word| definition.starts_with(word));
    let of_table = |property: &str| whole.parent_object().is_some_and(|table| table.text(property).is_some());
    let of_partitioned = of_table("partition_by");
    let is_made = if is_key { !of_partitioned } else { whole.with_parent && of_table("partition_of") };
    if whole.flag("inherited") && !is_made {
        return Vec::new();
    }
    let stage = match is_key {
        true if of_partitioned => Stage::PartitionedKeys,
        true => Stage::Keys,
        false if definition.starts_with("FOREIGN KEY") => Stage::Bind,
        false => Stage::Fill,
    };
    let not_valid = if whole.flag("validated") || definition.ends_with("NOT ENFORCED") { "" } else { " NOT VALID" };
    let (table, name) = (whole.parent(), identifier(whole.object.id.name()));
    let mut statements =
        vec![Statement::new(stage, format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}{not_valid}"))];
    if is_key {
        statements.extend(of_index(whole, &table, &name));
    }
    statements
}

/// What is said of the index that a key has.
fn of_index(whole: &Whole<'_>, table: &str, name: &str) -> Vec<Statement> {
    let schema = whole.object.id.path.first().map(|schema| identifier(schema)).unwrap_or_default();
    let index = format!("INDEX {schema}.{name}");
    let with = whole.list("index_options");
    let statements = [
        (!with.is_empty()).then(|| format!("ALTER {index} SET ({})", options(&with))),
        whole.text("index_tablespace").map(|space| format!("ALTER {index} SET TABLESPACE {}", identifier(space))),
        whole.flag("clustered").then(|| format!("ALTER TABLE {table} CLUSTER ON {name}")),
        whole.text("index_comment").map(|comment| format!("COMMENT ON {index} IS {}", literal(comment))),
    ];
    statements.into_iter().flatten().map(|sql| Statement::new(Stage::Finish, sql)).collect()
}
