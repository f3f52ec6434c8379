//! Owners and privileges, read the same way for every kind that has them.

use super::{Form, Property};

/// Who owns an object. Most objects of a database have one owner, which the manifest then states once.
pub(super) const OWNER: Property = Property::shared("owner", "The role that owns it.");

/// What differs from the privileges that PostgreSQL gives by itself.
pub(super) const PRIVILEGES: Property = Property::new(
    "privileges",
    Form::List(&[]),
    "Grants beyond those that PostgreSQL gives by itself, such as `anon: select`; with `-` before it, one that was taken away.",
);

/// The expression for [`OWNER`] of an object whose owner is in the column `owner`.
pub(super) fn owner(owner: &str) -> String {
    format!("pg_get_userbyid({owner})::text AS owner")
}

/// The expression for [`PRIVILEGES`] of an object with the access list `acl`, for the object type that `acldefault`
/// calls `letter`. Only what differs from the default is told, so an access list that merely spells the default out says
/// nothing. `all` is said where a role has everything that the owner has, because PostgreSQL 17 knows one privilege
/// more than 16. Who granted is not told.
pub(super) fn privileges(acl: &str, letter: &str, owner: &str) -> String {
    privileges_beyond(acl, &format!("acldefault('{letter}', {owner})"), letter, owner)
}

/// As [`privileges`], for an object that begins with `base` and not with the default.
pub(super) fn privileges_beyond(acl: &str, base: &str, letter: &str, owner: &str) -> String {
    format!(
        "CASE WHEN {acl} IS NULL THEN '{{}}'::text[] ELSE ARRAY(
    SELECT sign || CASE grantee WHEN 0 THEN 'PUBLIC' WHEN {owner} THEN 'the owner' ELSE quote_ident(pg_get_userbyid(grantee)) END
        || ': ' || CASE WHEN count(*) = (SELECT count(*) FROM aclexplode(acldefault('{letter}', {owner})) WHERE grantee = {owner})
          THEN 'all' ELSE string_agg(lower(privilege_type), ', ' ORDER BY privilege_type) END
        || CASE WHEN is_grantable THEN ' with grant option' ELSE '' END
    FROM (
      (SELECT '' AS sign, grantee, privilege_type, is_grantable FROM aclexplode({acl})
        EXCEPT SELECT '', grantee, privilege_type, is_grantable FROM aclexplode({base}))
      UNION ALL
      (SELECT '- ', grantee, privilege_type, is_grantable FROM aclexplode({base})
        EXCEPT SELECT '- ', grantee, privilege_type, is_grantable FROM aclexplode({acl}))) AS entry
    GROUP BY sign, grantee, is_grantable ORDER BY 1) END AS privileges"
    )
}
