//! Puts the answers of the kinds' queries together: gives each object its parents' names and its comment.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{COMMENT, Catalog, Form, Id, KindId, Object, Properties};
use crate::sql::identifier;

/// An object as its row gives it, before its parent's name is known.
pub(super) struct Found {
    /// Its oid and, for a column, its number.
    pub address: (u32, i32),
    /// The oid of its parent.
    pub parent: u32,
    /// Its own name.
    pub name: String,
    /// What is true of it.
    pub properties: Properties,
}

/// What is known beside the objects, each for the catalogs that hold them.
pub(super) struct Known {
    /// The members of extensions: an extension's objects are its own affair.
    pub members: HashMap<&'static str, HashSet<u32>>,
    /// What was written with COMMENT.
    pub comments: HashMap<&'static str, HashMap<(u32, i32), String>>,
}

/// A catalog in the making. The kinds come in any order, and each waits until it can be put together.
#[derive(Default)]
pub(super) struct Assembly {
    known: Option<Known>,
    waiting: Vec<(KindId, Vec<Found>)>,
    done: HashSet<KindId>,
    catalogs: Vec<(KindId, Catalog)>,
    /// The names down to each object that others can stand in, by its catalog and oid.
    paths: HashMap<&'static str, HashMap<u32, Vec<String>>>,
    /// The name of each column as SQL has it, by the oid of its relation and its number.
    columns: HashMap<(u32, i32), String>,
}

impl Assembly {
    /// Takes what must be known of all objects.
    pub fn know(&mut self, known: Known) {
        self.known = Some(known);
        self.go_on();
    }

    /// Takes all objects of a kind.
    pub fn add(&mut self, kind: KindId, found: Vec<Found>) {
        self.waiting.push((kind, found));
        self.go_on();
    }

    /// The catalog, once everything was added.
    pub fn finish(mut self) -> Catalog {
        self.catalogs.sort_unstable_by_key(|(kind, _)| *kind);
        Catalog::join(self.catalogs.into_iter().map(|(_, catalog)| catalog))
    }

    fn go_on(&mut self) {
        let Some(mut known) = self.known.take() else { return };
        while let Some(at) = self.waiting.iter().position(|(kind, _)| self.is_ready(*kind)) {
            let (kind, found) = self.waiting.swap_remove(at);
            let objects = self.objects(kind, found, &mut known);
            self.catalogs.push((kind, Catalog::new(objects)));
            self.done.insert(kind);
        }
        self.known = Some(known);
    }

    /// Whether the kinds that one stands in are there, and where it lists columns, also those that came before it.
    fn is_ready(&self, kind: KindId) -> bool {
        let lists_columns = kind.properties().any(|property| property.form == Form::Columns);
        let mut elders = KindId::all().take_while(|elder| *elder < kind);
        elders.all(|elder| self.done.contains(&elder) || !lists_columns && !kind.parents.contains(&elder.name))
    }

    /// Gives each object its parents' names. What belongs to an extension or to an object that was not read is left out.
    fn objects(&mut self, kind: KindId, found: Vec<Found>, known: &mut Known) -> Vec<Object> {
        let none = HashMap::new();
        let parent_class = KindId::all().find(|parent| kind.parents.contains(&parent.name)).map(KindId::class);
        let parents = parent_class.map(|class| self.paths.get(class).unwrap_or(&none));
        let members = known.members.get(kind.class);
        let mut comments = known.comments.get_mut(kind.class).filter(|_| kind.commented);
        let has_children = KindId::children(Some(kind)).next().is_some();
        let lists: Vec<_> = kind.properties().filter(|property| property.form == Form::Columns).collect();
        let mut paths = Vec::new();
        let mut objects = Vec::with_capacity(found.len());
        for mut found in found {
            if members.is_some_and(|members| members.contains(&found.address.0)) {
                continue;
            }
            let parent = match parents {
                None => &[],
                Some(parents) => match parents.get(&found.parent) {
                    Some(path) => path.as_slice(),
                    None => continue,
                },
            };
            for property in &lists {
                found.properties.change(property.name, |value| name_columns(value, found.parent, &self.columns));
            }
            if found.address.1 > 0 {
                self.columns.insert(found.address, identifier(&found.name));
            }
            if let Some(comment) = comments.as_mut().and_then(|comments| comments.remove(&found.address)) {
                found.properties.set(&COMMENT, Value::from(comment));
            }
            let mut path = Vec::with_capacity(parent.len() + usize::from(!kind.single));
            path.extend_from_slice(parent);
            if !kind.single {
                path.push(found.name);
            }
            if has_children {
                paths.push((found.address.0, path.clone()));
            }
            objects.push(Object { id: Id { kind, path }, properties: found.properties, order: found.address.1 });
        }
        self.paths.entry(kind.class).or_default().extend(paths);
        objects
    }
}

/// Puts the names of the columns of `relation` where a list has their numbers.
fn name_columns(value: &mut Value, relation: u32, columns: &HashMap<(u32, i32), String>) {
    for text in value.as_array_mut().into_iter().flatten() {
        let Some(marked) = text.as_str().and_then(|text| text.strip_prefix('\u{1}')) else { continue };
        let end = marked.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(marked.len());
        let name = marked[..end].parse().ok().and_then(|number| columns.get(&(relation, number)));
        *text = Value::from(name.map_or("?", String::as_str).to_owned() + &marked[end..]);
    }
}
