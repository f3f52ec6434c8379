//! Large objects, which are data: told is only which roles own some, and who may read or write them.

use super::access::{PRIVILEGES, grants};
use super::create::drop_never;
use super::{Kind, Section};

pub(super) const KIND: Kind = Kind {
    name: "large objects",
    group: "large_objects",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Access,
    counted: true,
    commented: false,
    class: "pg_largeobject",
    properties: &[PRIVILEGES],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_never,
};

fn query(_version: u32) -> String {
    let privileges = grants("o.lomacl", "acldefault('L', o.lomowner)", "L", "o.lomowner");
    format!(
        "
SELECT o.lomowner AS oid, 0 AS sub, NULL::oid AS parent, 'of ' || pg_get_userbyid(o.lomowner) AS name,
  array_agg(DISTINCT g.entry COLLATE \"C\") FILTER (WHERE g.entry IS NOT NULL) AS privileges
FROM pg_largeobject_metadata o LEFT JOIN LATERAL unnest({privileges}) AS g (entry) ON true
GROUP BY o.lomowner
"
    )
}
