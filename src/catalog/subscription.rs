//! Subscriptions, without the connection string, which can hold a password.

use super::access::{self, OWNER, owner};
use super::create::drop_by_address;
use super::piece::sorted;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::{identifier, literal};

pub(super) const KIND: Kind = Kind {
    name: "subscription",
    group: "subscriptions",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_subscription",
    properties: &[
        Property::new("enabled", Form::Flag(true), "Whether it is to be running."),
        Property::new("publications", Form::List(&[]), "The publications that it has, sorted."),
        Property::new("slot", Form::Text, "The replication slot on the other side."),
        Property::new("synchronous_commit", Form::Text, "How commits are awaited."),
        Property::new("options", Form::List(&[]), "Other options, such as `binary`."),
        OWNER,
    ],
    query,
    address: |whole| format!("SUBSCRIPTION {}", whole.name()),
    create,
    drop: drop_by_address,
};

/// Each option by the version that it came with. Until PostgreSQL 15 not everyone may read all columns.
fn query(version: u32) -> String {
    let since = [
        (140_000, "CASE WHEN s.subbinary THEN 'binary' END"),
        (150_000, "CASE WHEN s.subtwophasestate <> 'd' THEN 'two_phase' END"),
        (150_000, "CASE WHEN s.subdisableonerr THEN 'disable_on_error' END"),
        (160_000, "CASE WHEN s.suborigin <> 'any' THEN 'origin=' || s.suborigin END"),
        (160_000, "CASE WHEN NOT s.subpasswordrequired THEN 'password_required=false' END"),
        (160_000, "CASE WHEN s.subrunasowner THEN 'run_as_owner' END"),
        (170_000, "CASE WHEN s.subfailover THEN 'failover' END"),
    ];
    let (oid, synchronous_commit) =
        if version >= 150_000 { ("s.oid", "s.subsynccommit") } else { ("s.subdbid", "NULL::text") };
    let options: Vec<&str> = since.iter().filter(|(first, _)| version >= *first).map(|(_, option)| *option).collect();
    let options = options.join(",\n    ");
    let publications = sorted("s.subpublications");
    let owner = owner("s.subowner");
    format!(
        "
SELECT {oid} AS oid, 0 AS sub, NULL::oid AS parent, s.subname::text AS name, s.subenabled AS enabled, {publications} AS publications,
  s.subslotname::text AS slot, {synchronous_commit} AS synchronous_commit, array_remove(ARRAY[{options}]::text[], NULL) AS options,
  {owner}
FROM pg_subscription s
WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
"
    )
}

/// The connection string is not known, so that the subscription is made without one and not enabled.
fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let publications: Vec<String> = whole.list("publications").into_iter().map(identifier).collect();
    if publications.is_empty() {
        return Vec::new();
    }
    let slot = whole.text("slot").map_or_else(|| "NONE".to_owned(), literal);
    let mut options = vec!["connect = false".to_owned(), format!("slot_name = {slot}")];
    options.extend(whole.text("synchronous_commit").map(|when| format!("synchronous_commit = {}", literal(when))));
    options.extend(whole.list("options").into_iter().map(option));
    let sql = format!(
        "CREATE SUBSCRIPTION {} CONNECTION '' PUBLICATION {} WITH ({})",
        whole.name(),
        publications.join(", "),
        options.join(", ")
    );
    [Statement::new(Stage::Bind, sql)].into_iter().chain(access::owned(whole)).collect()
}

fn option(option: &str) -> String {
    let (name, value) = option.split_once('=').unwrap_or((option, "true"));
    format!("{name} = {value}")
}
