//! What no kind reads: so that a report can say so, instead of saying nothing. Every catalog of the server is either
//! known here or told.

use anyhow::Result;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::user_mapping::IS_HIDDEN;
use crate::sql::identifier;

/// The catalogs that the kinds read, those that hold parts of what they read, and those that describe the whole server.
/// <https://www.postgresql.org/docs/current/catalogs.html>
#[rustfmt::skip]
const KNOWN: &[&str] = &[
    "pg_aggregate", "pg_am", "pg_amop", "pg_amproc", "pg_attrdef", "pg_attribute", "pg_auth_members", "pg_authid",
    "pg_cast", "pg_class", "pg_collation", "pg_constraint", "pg_conversion", "pg_database", "pg_db_role_setting",
    "pg_default_acl", "pg_depend", "pg_description", "pg_enum", "pg_event_trigger", "pg_extension",
    "pg_foreign_data_wrapper", "pg_foreign_server", "pg_foreign_table", "pg_index", "pg_inherits", "pg_init_privs",
    "pg_language", "pg_largeobject", "pg_largeobject_metadata", "pg_namespace", "pg_opclass", "pg_operator",
    "pg_opfamily", "pg_parameter_acl", "pg_partitioned_table", "pg_policy", "pg_proc", "pg_publication",
    "pg_publication_namespace", "pg_publication_rel", "pg_range", "pg_replication_origin", "pg_rewrite", "pg_seclabel",
    "pg_sequence", "pg_shdepend", "pg_shdescription", "pg_shseclabel", "pg_statistic", "pg_statistic_ext",
    "pg_statistic_ext_data", "pg_subscription", "pg_subscription_rel", "pg_tablespace", "pg_transform", "pg_trigger",
    "pg_ts_config", "pg_ts_config_map", "pg_ts_dict", "pg_ts_parser", "pg_ts_template", "pg_type", "pg_user_mapping",
];

/// The catalogs whose objects stand in schemas, each with the column that names the schema.
const IN_SCHEMAS: [(&str, &str); 13] = [
    ("pg_class", "relnamespace"),
    ("pg_proc", "pronamespace"),
    ("pg_operator", "oprnamespace"),
    ("pg_type", "typnamespace"),
    ("pg_collation", "collnamespace"),
    ("pg_conversion", "connamespace"),
    ("pg_opclass", "opcnamespace"),
    ("pg_opfamily", "opfnamespace"),
    ("pg_statistic_ext", "stxnamespace"),
    ("pg_ts_config", "cfgnamespace"),
    ("pg_ts_dict", "dictnamespace"),
    ("pg_ts_parser", "prsnamespace"),
    ("pg_ts_template", "tmplnamespace"),
];

/// What hangs on a relation: the catalog, and the column that names the relation.
const ON_RELATIONS: [(&str, &str); 4] =
    [("pg_trigger", "tgrelid"), ("pg_policy", "polrelid"), ("pg_rewrite", "ev_class"), ("pg_constraint", "conrelid")];

/// The letters of each catalog's sorts of objects that are read or that follow from what is read.
const SORTS: [(&str, &str, &str); 4] = [
    ("pg_class", "relkind", "rpvmfSciItc"),
    ("pg_type", "typtype", "bcderpm"),
    ("pg_constraint", "contype", "pufcxnt"),
    ("pg_proc", "prokind", "fpwa"),
];

/// What the database has that is not read, in words; nothing, if everything is.
///
/// # Errors
/// What the server said.
pub async fn unread(client: &Client) -> Result<Vec<String>> {
    let rows = client.query_typed(&query(), &[]).await?;
    let mut words: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    words.extend(of_unknown_catalogs(client).await?);
    Ok(words)
}

/// Each part counts something. The words for it follow the number.
fn query() -> String {
    let in_schema = |(catalog, schema): &(&str, &str)| {
        format!(
            "SELECT '{catalog}'::regclass AS class, oid FROM {catalog} WHERE oid >= 16384 AND {schema} IN (11, i.oid)"
        )
    };
    let on_relation = |(catalog, relation): &(&str, &str)| {
        format!(
            "SELECT '{catalog}'::regclass, oid FROM {catalog} WHERE oid >= 16384 AND {relation} BETWEEN 1 AND 16383"
        )
    };
    let of_system: Vec<String> = IN_SCHEMAS.iter().map(in_schema).chain(ON_RELATIONS.iter().map(on_relation)).collect();
    let of_sort = |(catalog, column, letters): &(&str, &str, &str)| {
        format!(
            "SELECT 'rows of {catalog} of the sort ' || {column}::text AS what FROM {catalog} WHERE oid >= 16384 AND strpos('{letters}', {column}::text) = 0"
        )
    };
    let of_sorts: Vec<String> = SORTS.iter().map(of_sort).collect();
    format!(
        "
WITH i AS (SELECT oid FROM pg_namespace WHERE nspname = 'information_schema')
SELECT count(*)::text || ' ' || what FROM (
  SELECT 'security labels' AS what FROM pg_seclabel
  UNION ALL SELECT 'security labels' FROM pg_shseclabel WHERE classoid = 'pg_database'::regclass
    AND objoid = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'operators and functions added to operator families of the system' FROM pg_depend d
    WHERE d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass) AND d.objid >= 16384
      AND d.refclassid = 'pg_opfamily'::regclass AND d.refobjid < 16384
      AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = d.classid AND m.objid = d.objid AND m.deptype = 'e')
  UNION ALL SELECT 'objects in schemas of the system' FROM i CROSS JOIN LATERAL ({}) o
    WHERE NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = o.class AND m.objid = o.oid AND m.deptype IN ('e', 'i'))
  UNION ALL SELECT 'options of user mappings that this role may not see' FROM pg_user_mappings u
    JOIN pg_foreign_server s ON s.oid = u.srvid
    WHERE {IS_HIDDEN}
  UNION ALL {}
) unread GROUP BY what ORDER BY what COLLATE \"C\"",
        of_system.join("\n    UNION ALL "),
        of_sorts.join("\n  UNION ALL ")
    )
}

/// What stands in catalogs of a PostgreSQL that is newer than this program.
async fn of_unknown_catalogs(client: &Client) -> Result<Vec<String>> {
    let query = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'oid'
        WHERE c.relnamespace = 11 AND c.relkind = 'r' AND c.relname <> ALL ($1) ORDER BY 1";
    let mut words = Vec::new();
    for row in client.query_typed(query, &[(&KNOWN, Type::NAME_ARRAY)]).await? {
        let catalog: String = row.try_get(0)?;
        let count = format!("SELECT count(*) FROM pg_catalog.{} WHERE oid >= 16384", identifier(&catalog));
        let count: i64 = client.query_typed(&count, &[]).await?.first().map_or(Ok(0), |row| row.try_get(0))?;
        if count > 0 {
            words.push(format!("{count} rows of the catalog {catalog}"));
        }
    }
    Ok(words)
}
