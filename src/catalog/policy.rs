//! Row-security policies.

use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "policy",
    group: "policies",
    parents: &["table"],
    single: false,
    shorthand: None,
    section: Section::Policies,
    counted: true,
    commented: true,
    class: "pg_policy",
    properties: &[
        Property::new("command", Form::Word("all"), "`all`, `select`, `insert`, `update` or `delete`."),
        Property::new("permissive", Form::Flag(true), "False: it only takes away."),
        Property::new("roles", Form::List(&["public"]), "The roles that it is for, sorted."),
        Property::new("using", Form::Text, "Which rows are seen."),
        Property::new("check", Form::Text, "Which rows may be written."),
    ],
    query: |_| QUERY.to_owned(),
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

const QUERY: &str = "
SELECT p.oid, 0 AS sub, p.polrelid AS parent, p.polname::text AS name,
  CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END
    AS command,
  p.polpermissive AS permissive,
  CASE WHEN 0 = ANY (p.polroles) THEN '{public}'::text[]
    ELSE ARRAY(SELECT r.rolname::text FROM pg_roles r WHERE r.oid = ANY (p.polroles) ORDER BY r.rolname) END AS roles,
  pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
FROM pg_policy p
";
