//! Pieces that the queries of several kinds share.

use super::{Form, Property};

/// The extensions that an object is dropped with, by `ALTER … DEPENDS ON EXTENSION`.
pub(super) const EXTENSIONS: Property =
    Property::new("depends_on_extensions", Form::List(&[]), "The extensions that it is dropped with, sorted.");

/// A list of texts whose order means nothing, in the same order whatever the database's collation.
pub(super) fn sorted(list: &str) -> String {
    format!("CASE WHEN {list} IS NOT NULL THEN ARRAY(SELECT unnest({list}) COLLATE \"C\" ORDER BY 1) END")
}

/// The storage options of the relation `relation`, and those of its TOAST table in `toast`, which [`TOAST`] joins.
pub(super) fn storage_options(relation: &str) -> String {
    format!(
        "CASE WHEN {relation}.reloptions IS NOT NULL OR toast.reloptions IS NOT NULL THEN ARRAY(
    SELECT unnest({relation}.reloptions) COLLATE \"C\" UNION ALL SELECT 'toast.' || unnest(toast.reloptions) ORDER BY 1) END"
    )
}

/// Joins the TOAST table of `c`, if it has options.
pub(super) const TOAST: &str =
    "LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid AND toast.reloptions IS NOT NULL";

/// Joins, for objects of a catalog, the names for [`EXTENSIONS`] as `bound.names`.
pub(super) fn extensions(class: &str, oid: &str) -> String {
    format!(
        "LEFT JOIN (
  SELECT d.objid, array_agg(e.extname::text ORDER BY e.extname) AS names
  FROM pg_extension e JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
  WHERE d.deptype = 'x' AND d.classid = '{class}'::regclass GROUP BY 1) bound ON bound.objid = {oid}"
    )
}

/// Options of a foreign server and the like, sorted. Of passwords, keys and the like only the name is told.
pub(super) fn without_secrets(options: &str) -> String {
    format!(
        "CASE WHEN {options} IS NOT NULL THEN ARRAY(
    SELECT (CASE WHEN option_name ~* 'pass|secret|token|credential|key|dsn|conn' THEN option_name ELSE option_name || '=' || option_value END)
      COLLATE \"C\" FROM pg_options_to_table({options}) ORDER BY 1) END"
    )
}
