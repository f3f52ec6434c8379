//! Objects: an identity and its properties, and the sorted list of them that a catalog is.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Deref;
use std::sync::LazyLock;

use serde_json::Value;

use super::{COMMENT, KINDS, Kind, Property};
use crate::sql::{identifier, signature};

/// A kind by its place in [`KINDS`], so that identities sort and compare fast.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindId(u8);

/// The kinds that stand in the database itself, and then those that stand in each kind.
static CHILDREN: LazyLock<Vec<Vec<KindId>>> = LazyLock::new(|| {
    let children = |parent: Option<KindId>| {
        let within = |kind: &KindId| match parent {
            None => kind.parents.is_empty(),
            Some(parent) => kind.parents.contains(&parent.name),
        };
        KindId::all().filter(within).collect()
    };
    std::iter::once(None).chain(KindId::all().map(Some)).map(children).collect()
});

impl KindId {
    /// All kinds, parents before their children.
    pub fn all() -> impl Iterator<Item = KindId> {
        (0..KINDS.len()).filter_map(|at| u8::try_from(at).ok()).map(KindId)
    }

    /// The key in the manifest that holds all of its kind.
    pub fn group(self) -> &'static str {
        KINDS[usize::from(self.0)].group
    }

    /// The catalog whose oid names an object of this kind.
    pub fn class(self) -> &'static str {
        KINDS[usize::from(self.0)].class
    }

    /// Whether its objects belong to the whole server, or are what a database is made with.
    pub fn of_server(self) -> bool {
        ["pg_authid", "pg_database"].contains(&self.class())
    }

    /// The properties of this kind, with the comment.
    pub fn properties(self) -> impl Iterator<Item = &'static Property> {
        let kind = KINDS[usize::from(self.0)];
        kind.properties.iter().chain(Some(&COMMENT).filter(|_| kind.commented))
    }

    /// The property of that name.
    pub fn property(self, name: &str) -> Option<&'static Property> {
        self.properties().find(|property| property.name == name)
    }

    /// The properties that most objects of a database have in common, each once whatever kinds have it.
    pub fn shared() -> impl Iterator<Item = &'static Property> {
        let shared = KindId::all().flat_map(KindId::properties).filter(|property| property.shared);
        shared.map(|property| (property.name, property)).collect::<BTreeMap<_, _>>().into_values()
    }

    /// The kinds that stand in `parent`, or in the database itself.
    pub fn children(parent: Option<KindId>) -> impl Iterator<Item = KindId> {
        CHILDREN[parent.map_or(0, |parent| usize::from(parent.0) + 1)].iter().copied()
    }
}

impl Deref for KindId {
    type Target = Kind;

    fn deref(&self) -> &Kind {
        KINDS[usize::from(self.0)]
    }
}

impl fmt::Debug for KindId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What an object is called: its kind, and its name after those of its parents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Its kind.
    pub kind: KindId,
    /// The names from the outermost parent to its own. An object that its parent has only one of has no own name.
    pub path: Vec<String>,
}

impl Id {
    /// Its own name; for an object without one, its parent's.
    pub fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The names of its parents.
    pub fn parent(&self) -> &[String] {
        if self.kind.single { &self.path } else { &self.path[..self.path.len().saturating_sub(1)] }
    }

    /// What its parent may be: one identity for each kind that it can stand in.
    pub fn parents(&self) -> Vec<Id> {
        let kinds = KindId::all().filter(|kind| self.kind.parents.contains(&kind.name));
        kinds.map(|kind| Id { kind, path: self.parent().to_vec() }).collect()
    }

    /// The name with its parents', quoted where SQL wants it: `public."Chat".id`. The database has none.
    pub fn qualified(&self) -> String {
        let signature = signature(self.name()).filter(|_| self.is_signed());
        match (self.path.as_slice(), signature) {
            ([], _) => "itself".to_owned(),
            ([parents @ .., _], Some((name, arguments))) if !parents.is_empty() => {
                format!("{}.{}{arguments}", qualified(parents), identifier(name))
            }
            (path, _) => qualified(path),
        }
    }
}

/// Names one in another, quoted where SQL wants it.
pub(super) fn qualified(path: &[String]) -> String {
    path.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(".")
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name, self.qualified())
    }
}

/// The values that an object has, in the order of its kind's properties. Of an object that was read from a database,
/// those that go without saying are left out; of one in a manifest, those that nobody wrote.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Properties(Vec<(&'static str, Value)>);

impl Properties {
    /// The value that was given.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Gives a value; returns false where there was one already.
    pub fn set(&mut self, property: &'static Property, value: Value) -> bool {
        let new = self.get(property.name).is_none();
        if new {
            self.0.push((property.name, value));
        }
        new
    }

    /// Changes a value that was given.
    pub fn change(&mut self, name: &str, change: impl FnOnce(&mut Value)) {
        if let Some((_, value)) = self.0.iter_mut().find(|(known, _)| *known == name) {
            change(value);
        }
    }

    /// The values, each of another property.
    pub fn of(values: impl Iterator<Item = (&'static Property, Value)>) -> Self {
        let mut values: Vec<_> = values.map(|(property, value)| (property.name, value)).collect();
        values.shrink_to_fit();
        Properties(values)
    }

    /// All that were given.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

/// One thing in a database.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// What it is called.
    pub id: Id,
    /// What is true of it.
    pub properties: Properties,
    /// Its place among its brothers, where their order means something; elsewhere 0. Only which comes first counts.
    pub order: i32,
}

/// Objects in the order of their identities.
#[derive(Clone, Debug, Default)]
pub struct Catalog(Vec<Object>);

impl Catalog {
    /// Puts objects in order. Those of one kind stand equally deep, and there are far fewer parents than objects, so
    /// only the parents' whole paths are compared.
    pub fn new(objects: Vec<Object>) -> Self {
        let places = places_of_parents(&objects);
        let mut placed: Vec<(usize, Object)> = places.into_iter().zip(objects).collect();
        placed.sort_unstable_by(|(one_place, one), (other_place, other)| {
            let by_parent = (one.id.kind, one_place).cmp(&(other.id.kind, other_place));
            by_parent.then_with(|| one.id.name().cmp(other.id.name()))
        });
        let mut objects: Vec<Object> = placed.into_iter().map(|(_, object)| object).collect();
        objects.shrink_to_fit();
        Catalog(objects)
    }

    /// Puts catalogs together of which each has only kinds that come before those of the next.
    pub fn join(catalogs: impl Iterator<Item = Catalog>) -> Self {
        let mut objects: Vec<Object> = catalogs.flat_map(|catalog| catalog.0).collect();
        objects.shrink_to_fit();
        Catalog(objects)
    }

    /// Finds an object.
    pub fn get(&self, id: &Id) -> Option<&Object> {
        self.0.binary_search_by(|object| object.id.cmp(id)).ok().map(|at| &self.0[at])
    }

    /// The objects of `kind` that stand in the object at `path`, by name.
    pub fn children(&self, kind: KindId, path: &[String]) -> impl Iterator<Item = &Object> {
        let before = |object: &Object| (object.id.kind, object.id.path.as_slice()) < (kind, path);
        let first = self.0.partition_point(before);
        let inside = move |object: &&Object| object.id.kind == kind && object.id.path.starts_with(path);
        self.0[first..].iter().take_while(inside).filter(move |object| object.id.parent() == path)
    }

    /// Gives an object's property another value.
    pub fn change(&mut self, id: &Id, property: &'static Property, value: Value) {
        if let Ok(at) = self.0.binary_search_by(|object| object.id.cmp(id)) {
            let properties = &mut self.0[at].properties;
            properties.0.retain(|(name, _)| *name != property.name);
            properties.set(property, value);
        }
    }

    /// Gives the same value to every object that has such a property.
    pub fn change_all(&mut self, name: &str, value: &Value) {
        for object in &mut self.0 {
            if let Some(property) = object.id.kind.property(name) {
                object.properties.0.retain(|(known, _)| *known != name);
                object.properties.set(property, value.clone());
            }
        }
    }

    /// Calls objects otherwise, with all that stands in them.
    pub fn rename(&mut self, names: &[(Id, Id)]) {
        for object in &mut self.0 {
            if let Some((_, new)) = names.iter().find(|(old, _)| *old == object.id) {
                object.id = new.clone();
            }
        }
        self.0.sort_unstable_by(|one, other| one.id.cmp(&other.id));
    }

    /// Keeps only some objects.
    pub fn retain(&mut self, keep: impl FnMut(&Object) -> bool) {
        self.0.retain(keep);
    }
}

impl Catalog {
    /// The value that more than half of the objects with this property have.
    pub fn usual(&self, property: &Property) -> Option<Value> {
        let (value, count, all) = self.commonest(property)?;
        (2 * count > all).then_some(value)
    }

    /// The commonest value of a property, how many objects have it, and how many have any or could.
    fn commonest(&self, property: &Property) -> Option<(Value, usize, usize)> {
        let with = |object: &&Object| object.id.kind.property(property.name).is_some();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let values = self.0.iter().filter_map(|object| object.properties.get(property.name)?.as_str());
        values.for_each(|value| *counts.entry(value).or_default() += 1);
        let (value, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        Some((Value::from(value), count, self.0.iter().filter(with).count()))
    }

    /// Forgets the values that at least half of the objects have in common; what is left is then never usual.
    pub fn forget_usual(&mut self) {
        for property in KindId::shared() {
            while let Some((usual, ..)) = self.commonest(property).filter(|(_, count, all)| 2 * count >= *all) {
                for object in &mut self.0 {
                    object.properties.0.retain(|(name, value)| *name != property.name || *value != usual);
                }
            }
        }
    }

    /// Gives the values that most objects have in common to those of which nobody wrote another.
    pub fn fill(&mut self, value: impl Fn(&Id, &'static Property) -> Option<Value>) {
        for object in &mut self.0 {
            for property in object.id.kind.properties().filter(|property| property.shared) {
                if let (None, Some(value)) = (object.properties.get(property.name), value(&object.id, property)) {
                    object.properties.set(property, value);
                }
            }
        }
    }

    /// Forgets what is true of some objects, and keeps that they exist.
    pub fn strip(&mut self, whose: impl Fn(&Object) -> bool) {
        for object in self.0.iter_mut().filter(|object| whose(object)) {
            object.properties = Properties::default();
        }
    }
}

/// For each object the place that its parent's path has among all of them.
fn places_of_parents(objects: &[Object]) -> Vec<usize> {
    let brothers = || objects.chunk_by(|one, other| one.id.parent() == other.id.parent());
    let mut places: HashMap<&[String], usize> = brothers().map(|brothers| (brothers[0].id.parent(), 0)).collect();
    let mut paths: Vec<&[String]> = places.keys().copied().collect();
    paths.sort_unstable();
    for (place, path) in paths.into_iter().enumerate() {
        places.insert(path, place);
    }
    let place = |brothers: &[Object]| {
        let place = places.get(brothers[0].id.parent()).copied().unwrap_or_default();
        std::iter::repeat_n(place, brothers.len())
    };
    brothers().flat_map(place).collect()
}

impl Deref for Catalog {
    type Target = [Object];

    fn deref(&self) -> &[Object] {
        &self.0
    }
}
