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

/// Whether the next number of the sequence `sequence`, whose step is `increment`, is one that the column `column` of
/// `relation` has already, or has passed. The greatest number is asked for where an index gives it at once, and only
/// of a reader who may see all rows; a query in a query can be run by no other function.
pub(super) fn behind(sequence: &str, increment: &str, relation: &str, column: &str) -> String {
    format!(
        "CASE WHEN {sequence} IS NOT NULL AND {column}.atttypid IN (20, 21, 23, 1700) AND ({relation}.relkind = 'p' OR pg_relation_size({relation}.oid) > 0)
    AND EXISTS (SELECT FROM pg_index f WHERE f.indrelid = {relation}.oid AND f.indkey[0] = {column}.attnum AND f.indisvalid
      AND f.indpred IS NULL AND f.indexrelid IN (SELECT oid FROM pg_class WHERE relam = 403))
    AND has_column_privilege({relation}.oid, {column}.attnum, 'SELECT') AND has_sequence_privilege({sequence}, 'SELECT')
    AND NOT row_security_active({relation}.oid)
  THEN query_to_xml(format('SELECT 1 AS behind FROM %s s WHERE s.last_value::numeric + CASE WHEN s.is_called THEN %s ELSE 0 END %s
      (SELECT %s(%I) FROM %s)', {sequence}::regclass, {increment}, CASE WHEN {increment} > 0 THEN '<=' ELSE '>=' END,
      CASE WHEN {increment} > 0 THEN 'max' ELSE 'min' END, {column}.attname, {relation}.oid::regclass), false, false, '')::text
    LIKE '%<behind>%' ELSE false END"
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
