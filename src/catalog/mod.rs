//! Everything that pgplumb reads from `pg_catalog`, as data. Each file beside this one is a kind: its query and its
//! properties. Adding a kind is writing such a file and adding one line to [`KINDS`].

mod access;
mod assemble;
mod create;
mod load;
mod make;
mod object;
mod phrase;
mod piece;
mod property;

mod access_method;
mod aggregate;
mod base_type;
mod cast;
mod collation;
mod column;
mod composite;
mod constraint;
mod conversion;
mod database;
mod default_privileges;
mod domain;
mod domain_constraint;
mod enumeration;
mod event_trigger;
mod extension;
mod foreign_data_wrapper;
mod foreign_server;
mod foreign_table;
mod function;
mod index;
mod language;
mod large_object;
mod materialized_view;
mod operator;
mod operator_class;
mod operator_family;
mod policy;
mod publication;
mod range;
mod rewrite_rule;
mod role;
mod role_settings;
mod row_security;
mod schema;
mod sequence;
mod signature;
mod statistics;
mod subscription;
mod system_object;
mod table;
mod text_search;
mod transform;
mod trigger;
mod unread;
mod user_mapping;
mod view;

pub use create::{Stage, Statement, Whole, create, create_all, create_some, drop, made_by, text};
pub use load::{load, load_with};
pub use make::{Refusal, make};
pub use object::{Catalog, Id, KindId, Object, Properties};
pub use property::{COMMENT, Check, Form, HIDDEN, POSITION, Property};
pub use unread::unread;

/// The lines that a report opens with, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Tables with their columns and constraints.
    Tables,
    /// Functions and procedures.
    Functions,
    /// Indexes that no constraint made.
    Indexes,
    /// Triggers.
    Triggers,
    /// Row security and its policies.
    Policies,
    /// Rows and rules of the manifest, not of the catalog.
    Seeds,
    /// Schemas.
    Schemas,
    /// Extensions.
    Extensions,
    /// Views, materialised ones too.
    Views,
    /// Sequences.
    Sequences,
    /// Enums, composites, domains, ranges.
    Types,
    /// Foreign tables and what they stand on.
    Foreign,
    /// Privileges, roles and settings that no other object has.
    Access,
    /// What no other line has.
    Other,
}

impl Section {
    /// All of them, in the order of the report.
    pub const ALL: [Section; 14] = [
        Section::Tables,
        Section::Functions,
        Section::Indexes,
        Section::Triggers,
        Section::Policies,
        Section::Seeds,
        Section::Schemas,
        Section::Extensions,
        Section::Views,
        Section::Sequences,
        Section::Types,
        Section::Foreign,
        Section::Access,
        Section::Other,
    ];

    /// The words of its line.
    pub fn title(self) -> &'static str {
        match self {
            Section::Tables => "Tables",
            Section::Functions => "Functions",
            Section::Indexes => "Indexes",
            Section::Triggers => "Triggers",
            Section::Policies => "RLS Policies",
            Section::Seeds => "Seed Data",
            Section::Schemas => "Schemas",
            Section::Extensions => "Extensions",
            Section::Views => "Views",
            Section::Sequences => "Sequences",
            Section::Types => "Types",
            Section::Foreign => "Foreign Data",
            Section::Access => "Access",
            Section::Other => "Other Objects",
        }
    }

    /// The first six lines are always there; the others where there is something to say.
    pub fn always(self) -> bool {
        self <= Section::Seeds
    }
}

/// A sort of object: where its name stands, what is compared, and the query that reads it.
pub struct Kind {
    /// The word for one, as PostgreSQL says it.
    pub name: &'static str,
    /// The key in the manifest that holds all of them under their parent, by name.
    pub group: &'static str,
    /// The names of the kinds that it can stand in; none means the database itself.
    pub parents: &'static [&'static str],
    /// Each parent has exactly one, without a name of its own; `group` then holds its properties directly.
    pub single: bool,
    /// The property that a plain string in the manifest means.
    pub shorthand: Option<&'static str>,
    /// The line of the report that it counts for.
    pub section: Section,
    /// Whether that line's "14 of 14" counts this kind; the others are named after it.
    pub counted: bool,
    /// Whether COMMENT can speak of it.
    pub commented: bool,
    /// The catalog whose oid names an object of this kind.
    pub class: &'static str,
    /// What is compared.
    pub properties: &'static [Property],
    /// The query for a server version (`server_version_num`). Its first columns are `oid`, `sub` (a column's number
    /// or 0), `parent` (the oid of the parent, or null) and `name`; the others are named as the properties are.
    pub query: fn(u32) -> String,
    /// What COMMENT, ALTER and DROP call an object: `TABLE public."Chat"`, `TRIGGER touch ON public."Chat"`.
    pub address: fn(&Whole<'_>) -> String,
    /// The statements that make an object, without its comment; none where too little is known of it.
    pub create: fn(&Whole<'_>) -> Vec<Statement>,
    /// The statement that takes an object away, if one does.
    pub drop: fn(&Whole<'_>) -> Option<String>,
}

/// Every kind, parents before their children.
pub const KINDS: &[&Kind] = &[
    &schema::KIND,
    &extension::KIND,
    &enumeration::KIND,
    &domain::KIND,
    &domain_constraint::KIND,
    &composite::KIND,
    &range::KIND,
    &base_type::KIND,
    &sequence::KIND,
    &table::KIND,
    &foreign_data_wrapper::KIND,
    &foreign_server::KIND,
    &user_mapping::KIND,
    &foreign_table::KIND,
    &column::KIND,
    &column::OF_COMPOSITE,
    &constraint::KIND,
    &view::KIND,
    &materialized_view::KIND,
    &column::OF_VIEW,
    &index::KIND,
    &function::KIND,
    &aggregate::KIND,
    &trigger::KIND,
    &row_security::KIND,
    &policy::KIND,
    &rewrite_rule::KIND,
    &statistics::KIND,
    &event_trigger::KIND,
    &publication::KIND,
    &subscription::KIND,
    &collation::KIND,
    &conversion::KIND,
    &cast::KIND,
    &operator::KIND,
    &operator_family::KIND,
    &operator_class::KIND,
    &access_method::KIND,
    &language::KIND,
    &transform::KIND,
    &text_search::CONFIGURATION,
    &text_search::DICTIONARY,
    &text_search::PARSER,
    &text_search::TEMPLATE,
    &default_privileges::KIND,
    &database::KIND,
    &role::KIND,
    &role_settings::KIND,
    &large_object::KIND,
    &system_object::KIND,
];
