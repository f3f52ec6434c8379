//! Owners and privileges, read the same way for every kind that has them.

use serde_json::Value;

use super::{Form, Property, Stage, Statement, Whole, default_privileges};
use crate::sql::identifier;

/// Who owns an object. Most objects of a database have one owner, which the manifest then states once.
pub(super) const OWNER: Property = Property::shared("owner", "The role that owns it.")
    .danger(|expected, actual, _| expected.is_some() && actual.is_some());

/// What differs from the privileges that PostgreSQL gives by itself.
pub(super) const PRIVILEGES: Property = Property::new(
    "privileges",
    Form::List(&[]),
    "Grants beyond those that PostgreSQL gives by itself, such as `anon: select`; with `-` before it, one that was taken away.",
)
.danger(|expected, actual, _| actual.is_some() && opens_to_all(expected, actual));

/// Whether what is there gives something to everyone, or to whoever comes without having said who they are, that was not
/// meant to.
fn opens_to_all(expected: Option<&Value>, actual: Option<&Value>) -> bool {
    let entries = |value: Option<&Value>, taken: bool| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let of_all = list.filter_map(|entry| {
            let rest = entry.strip_prefix("- ");
            let grantee = rest.unwrap_or(entry);
            let all = grantee.starts_with("PUBLIC: ") || grantee.starts_with("anon: ");
            (rest.is_some() == taken && all).then(|| grantee.to_owned())
        });
        of_all.collect()
    };
    let gained = |from: &[String], to: &[String]| to.iter().any(|entry| !from.contains(entry));
    gained(&entries(expected, false), &entries(actual, false))
        || gained(&entries(actual, true), &entries(expected, true))
}

/// The expression for [`OWNER`] of an object whose owner is in the column `owner`.
pub(super) fn owner(owner: &str) -> String {
    format!("pg_get_userbyid({owner})::text AS owner")
}

/// The expression for [`PRIVILEGES`] of an object with the access list `acl`, for the object type that `acldefault`
/// calls `letter`.
pub(super) fn privileges(acl: &str, letter: &str, owner: &str) -> String {
    format!("{} AS privileges", grants(acl, &format!("acldefault('{letter}', {owner})"), letter, owner))
}

/// What differs between the access list `acl` and `base`, which an object begins with. An access list that merely spells
/// the default out says nothing. `all` is said where a role has everything that the owner has, because PostgreSQL 17
/// knows one privilege more than 16. Who granted is not told. The order is the same whatever the database's collation.
pub(super) fn grants(acl: &str, base: &str, letter: &str, owner: &str) -> String {
    grants_of(acl, base, &format!("'{letter}'"), owner)
}

/// As [`grants`], where an expression says the letter.
pub(super) fn grants_of(acl: &str, base: &str, letter: &str, owner: &str) -> String {
    format!(
        "CASE WHEN {acl} IS NULL THEN '{{}}'::text[] ELSE ARRAY(
    SELECT (sign || CASE grantee WHEN 0 THEN 'PUBLIC' WHEN {owner} THEN 'the owner' ELSE quote_ident(pg_get_userbyid(grantee)) END
        || ': ' || CASE WHEN count(*) = (SELECT count(*) FROM aclexplode(acldefault({letter}, {owner})) WHERE grantee = {owner})
          THEN 'all' ELSE string_agg(lower(privilege_type), ', ' ORDER BY privilege_type COLLATE \"C\") END
        || CASE WHEN is_grantable THEN ' with grant option' ELSE '' END) COLLATE \"C\"
    FROM (
      (SELECT '' AS sign, grantee, privilege_type, is_grantable FROM aclexplode({acl})
        EXCEPT SELECT '', grantee, privilege_type, is_grantable FROM aclexplode({base}))
      UNION ALL
      (SELECT '- ', grantee, privilege_type, is_grantable FROM aclexplode({base})
        EXCEPT SELECT '- ', grantee, privilege_type, is_grantable FROM aclexplode({acl}))) AS entry
    GROUP BY sign, grantee, is_grantable ORDER BY 1) END"
    )
}

/// The statements that give an object its owner, and the privileges on what GRANT calls `on`, such as `TABLE public.t`.
pub(super) fn finish(whole: &Whole<'_>, on: &str) -> Vec<Statement> {
    let grants = grant(&whole.list(PRIVILEGES.name), on, whole.text(OWNER.name), "");
    let grants = beyond_default(whole, on).into_iter().chain(grants);
    let grants = grants.map(|sql| Statement::new(Stage::Finish, sql));
    owned(whole).into_iter().chain(grants).collect()
}

/// The statements that take from a new object what default privileges give and it is not to have. What they withhold is
/// not given: nobody may have written that everybody is to have it.
fn beyond_default(whole: &Whole<'_>, on: &str) -> Vec<String> {
    let objects = match on.split(' ').next() {
        Some("TABLE") => "tables",
        Some("SEQUENCE") => "sequences",
        Some("FUNCTION" | "PROCEDURE") => "functions",
        Some("TYPE" | "DOMAIN") => "types",
        Some("SCHEMA") => "schemas",
        _ => return Vec::new(),
    };
    let given = default_privileges::given(whole, objects);
    // Of an object without a known owner, whoever may make such objects may be the owner.
    let is_owner = |grantee: &str| match whole.text(OWNER.name) {
        Some(owner) => grantee == identifier(owner),
        None => given.iter().any(|(maker, _)| grantee == identifier(maker)),
    };
    let own = whole.list(PRIVILEGES.name);
    let undo = |given: &str| {
        let (grantee, _) = given.rsplit_once(": ").filter(|(grantee, _)| !grantee.starts_with("- "))?;
        let has_all = own.iter().any(|own| own.strip_prefix(grantee).is_some_and(|rest| rest.starts_with(": all")));
        let is_wanted = own.contains(&given) || has_all || grantee == "the owner" || is_owner(grantee);
        (!is_wanted).then(|| format!("REVOKE ALL ON {on} FROM {grantee}"))
    };
    let mut undone: Vec<String> = given.iter().filter_map(|(_, entry)| undo(entry)).collect();
    undone.sort_unstable();
    undone.dedup();
    undone
}

/// The statement that gives an object its owner.
pub(super) fn owned(whole: &Whole<'_>) -> Option<Statement> {
    let (address, owner) = ((whole.object.id.kind.address)(whole), whole.text(OWNER.name)?);
    Some(Statement::new(Stage::Own, format!("ALTER {address} OWNER TO {}", identifier(owner))))
}

/// GRANT and REVOKE for what [`grants`] tells; `columns` stands behind each privilege. What was taken away comes first.
pub(super) fn grant(entries: &[&str], on: &str, owner: Option<&str>, columns: &str) -> Vec<String> {
    let owner = owner.map_or_else(|| "CURRENT_USER".to_owned(), identifier);
    let statement = |entry: &str| {
        let (revoked, entry) = entry.strip_prefix("- ").map_or((false, entry), |entry| (true, entry));
        let (grantee, words) = entry.rsplit_once(": ")?;
        let grantee = if grantee == "the owner" { owner.as_str() } else { grantee };
        let (words, option) =
            words.strip_suffix(" with grant option").map_or((words, ""), |w| (w, " WITH GRANT OPTION"));
        let words: Vec<String> = words.split(", ").map(|word| word.to_uppercase() + columns).collect();
        let words = words.join(", ");
        Some(match revoked {
            true => format!("REVOKE {words} ON {on} FROM {grantee}"),
            false => format!("GRANT {words} ON {on} TO {grantee}{option}"),
        })
    };
    let (mut revoked, given): (Vec<&str>, Vec<&str>) = entries.iter().partition(|entry| entry.starts_with("- "));
    revoked.extend(given);
    revoked.into_iter().filter_map(statement).collect()
}
