//! The SQL that makes objects and takes them away: what each kind writes of its own, with comments, in an order that a
//! database takes.

use serde_json::Value;

use super::object::{Catalog, Id, KindId, Object, qualified};
use super::{COMMENT, Form};
use crate::sql::{identifier, literal};

/// When a statement can run, if a whole database is made: after those of the stages before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Makes an object that others stand in or name.
    Make,
    /// Adds what may name any object: defaults, checks.
    Fill,
    /// Keys and indexes of tables that hold rows.
    Keys,
    /// Puts partitions into their tables, where those that have keys and indexes take up theirs.
    Attach,
    /// Keys and indexes of partitioned tables, which take up those of their partitions.
    PartitionedKeys,
    /// What needs keys and indexes: foreign keys, triggers, policies, rules.
    Bind,
    /// Gives objects their owners.
    Own,
    /// Privileges, comments and switches.
    Finish,
    /// What acts upon every command by itself.
    Watch,
}

/// A statement, without its semicolon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// When it can run.
    pub stage: Stage,
    /// Its text.
    pub sql: String,
}

impl Statement {
    /// A statement of a stage.
    pub fn new(stage: Stage, sql: impl Into<String>) -> Self {
        Statement { stage, sql: sql.into() }
    }
}

/// An object with the catalog that it is in, as CREATE needs them together.
#[derive(Clone, Copy)]
pub struct Whole<'a> {
    /// The object.
    pub object: &'a Object,
    catalog: &'a Catalog,
    /// Whether what it stands in is made with it.
    pub with_parent: bool,
}

impl<'a> Whole<'a> {
    /// Its name with those of its parents, quoted where SQL wants it.
    pub fn name(&self) -> String {
        self.object.id.qualified()
    }

    /// The name of what it stands in, likewise.
    pub fn parent(&self) -> String {
        qualified(self.object.id.parent())
    }

    /// A text; where nobody wrote one, that which goes without saying.
    pub fn text(&self, property: &str) -> Option<&'a str> {
        let usual = || match self.object.id.kind.property(property)?.form {
            Form::Word(word) => Some(word),
            _ => None,
        };
        self.object.properties.get(property).map_or_else(usual, Value::as_str)
    }

    /// True or false; where nobody wrote it, what goes without saying.
    pub fn flag(&self, property: &str) -> bool {
        let usual = || matches!(self.object.id.kind.property(property), Some(known) if known.form == Form::Flag(true));
        self.object.properties.get(property).and_then(Value::as_bool).unwrap_or_else(usual)
    }

    /// A whole number.
    pub fn number(&self, property: &str) -> Option<i64> {
        self.object.properties.get(property)?.as_i64()
    }

    /// A list of texts; where nobody wrote one, that which goes without saying.
    pub fn list(&self, property: &str) -> Vec<&'a str> {
        match self.object.properties.get(property).and_then(Value::as_array) {
            Some(list) => list.iter().filter_map(Value::as_str).collect(),
            None => match self.object.id.kind.property(property).map(|known| known.form) {
                Some(Form::List(list)) => list.to_vec(),
                _ => Vec::new(),
            },
        }
    }

    /// The objects of a group that stand in it, in their order.
    pub fn children(&self, group: &str) -> Vec<Whole<'a>> {
        let kinds = KindId::children(Some(self.object.id.kind)).filter(|kind| kind.group == group);
        let mut children: Vec<Whole<'a>> = kinds
            .flat_map(|kind| self.catalog.children(kind, &self.object.id.path))
            .map(|child| self.of(child))
            .collect();
        children.sort_by_key(|child| child.object.order);
        children
    }

    /// The object that it stands in, if it is in the catalog.
    pub fn parent_object(&self) -> Option<Whole<'a>> {
        let parents = self.object.id.parents();
        parents.iter().find_map(|id| self.catalog.get(id)).map(|object| Whole { object, ..*self })
    }

    /// The object of a kind at a path.
    pub fn named(&self, kind: &str, path: &[String]) -> Option<Whole<'a>> {
        let kind = KindId::all().find(|known| known.name == kind)?;
        let object = self.catalog.get(&Id { kind, path: path.to_vec() })?;
        Some(Whole { object, ..*self })
    }

    /// Every object of a kind.
    pub fn all_of(&self, kind: &str) -> impl Iterator<Item = Whole<'a>> {
        let whole = *self;
        let of_kind = KindId::all().filter(move |known| known.name == kind).flat_map(move |kind| {
            let first = whole.catalog.partition_point(|object| object.id.kind < kind);
            whole.catalog[first..].iter().take_while(move |object| object.id.kind == kind)
        });
        of_kind.map(move |object| Whole { object, ..whole })
    }

    fn of(&self, child: &'a Object) -> Whole<'a> {
        Whole { object: child, catalog: self.catalog, with_parent: true }
    }

    /// The statements of its kind, and its comment.
    fn statements(&self) -> Vec<Statement> {
        let kind = self.object.id.kind;
        let mut statements = (kind.create)(self);
        // What cannot be made cannot be spoken of either; what comes with its parent can.
        if statements.is_empty() && !self.with_parent {
            return statements;
        }
        let address = (kind.address)(self);
        if let Some(comment) = self.text(COMMENT.name).filter(|_| kind.commented && !address.is_empty()) {
            let last = statements.iter().map(|statement| statement.stage).max();
            let stage = last.unwrap_or(Stage::Finish).max(Stage::Finish);
            statements.push(Statement::new(stage, format!("COMMENT ON {address} IS {}", literal(comment))));
        }
        statements
    }
}

/// The statements that make an object of `catalog` and everything in it, in order; none where too little is known of it.
pub fn create(catalog: &Catalog, object: &Object) -> Vec<Statement> {
    let whole = Whole { object, catalog, with_parent: false };
    let mut statements = whole.statements();
    if statements.is_empty() {
        return statements;
    }
    add_children(&whole, &mut statements);
    statements.sort_by_key(|statement| statement.stage);
    statements
}

fn add_children(whole: &Whole<'_>, statements: &mut Vec<Statement>) {
    let kind = whole.object.id.kind;
    // The path of an object that its parent has only one of is its parent's, who has the others.
    if kind.single {
        return;
    }
    for group in KindId::children(Some(kind)).map(KindId::group) {
        for child in whole.children(group) {
            statements.extend(child.statements());
            add_children(&child, statements);
        }
    }
}

/// The statements that make everything in `catalog` in an empty database, in order.
pub fn create_all(catalog: &Catalog) -> Vec<Statement> {
    create_some(catalog, |_, _| true)
}

/// Those of the statements that make everything in `catalog` which are wanted, in order.
pub fn create_some(catalog: &Catalog, wanted: impl Fn(&Object, &Statement) -> bool) -> Vec<Statement> {
    let mut objects: Vec<&Object> = catalog.iter().collect();
    objects.sort_by_key(|object| (object.id.kind, object.order));
    let mut statements = Vec::new();
    for object in objects {
        let own = made_by(catalog, object).into_iter();
        statements.extend(own.filter(|statement| wanted(object, statement)));
    }
    statements.sort_by_key(|statement| statement.stage);
    statements
}

/// The statements that an object has of its own, where what it stands in is made too.
pub fn made_by(catalog: &Catalog, object: &Object) -> Vec<Statement> {
    Whole { object, catalog, with_parent: true }.statements()
}

/// A catalog as SQL, to be read and compared: each object with its own statements, in the order of identities, and a
/// blank line before the next.
pub fn text(catalog: &Catalog) -> String {
    let of_object = |object| {
        let mut statements = made_by(catalog, object);
        statements.sort_by_key(|statement| statement.stage);
        statements.iter().map(|statement| format!("{};\n", statement.sql)).collect::<String>()
    };
    let objects = catalog.iter().map(of_object).filter(|statements| !statements.is_empty());
    objects.collect::<Vec<_>>().join("\n")
}

/// The statement that takes an object away, if one does.
pub fn drop(catalog: &Catalog, object: &Object) -> Option<String> {
    let whole = Whole { object, catalog, with_parent: false };
    (object.id.kind.drop)(&whole)
}

/// What most kinds are dropped with.
pub(super) fn drop_by_address(whole: &Whole<'_>) -> Option<String> {
    Some(format!("DROP {}", (whole.object.id.kind.address)(whole)))
}

/// For what goes away only with what it stands in.
pub(super) fn drop_never(_whole: &Whole<'_>) -> Option<String> {
    None
}

/// ` WORD (a, b)` or ` WORD a`, or nothing.
pub(super) fn clause(word: &str, value: Option<&str>) -> String {
    value.map(|value| format!(" {word} {value}")).unwrap_or_default()
}

/// `name=value` pairs as the options of WITH, the values as texts.
pub(super) fn options(pairs: &[&str]) -> String {
    let option = |pair: &&str| match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", literal(value)),
        None => (*pair).to_owned(),
    };
    pairs.iter().map(option).collect::<Vec<_>>().join(", ")
}

/// ` OPTIONS (name 'value')` for a foreign-data wrapper; of a secret only the name is known, so it is left out.
pub(super) fn foreign_options(pairs: &[&str]) -> String {
    let known = pairs.iter().filter_map(|pair| pair.split_once('='));
    let known: Vec<String> = known.map(|(name, value)| format!("{} {}", identifier(name), literal(value))).collect();
    if known.is_empty() { String::new() } else { format!(" OPTIONS ({})", known.join(", ")) }
}
