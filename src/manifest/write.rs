//! Writes a catalog down as a manifest: one line for each small thing, so that one changed column is one changed line.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use serde_json::Value;

use crate::catalog::{Catalog, Check, Form, Id, KindId, Object, Property};

/// Lines up to this many characters hold a whole object.
const WIDTH: usize = 120;

/// What goes into a written manifest beside the catalog.
pub struct Layout<'a> {
    /// The server's version and the platform, as `captured` has them.
    pub captured: Value,
    /// Property names that are not compared.
    pub ignore: &'a [String],
    /// Whether everything about the objects under this path is to be written as complete.
    pub complete: &'a dyn Fn(&[String]) -> bool,
    /// The seeds and rules of the manifest that this one follows, as JSON values by key.
    pub rest: &'a [(String, Value)],
}

/// The text of a manifest with every object of `catalog`.
pub fn write(catalog: &Catalog, layout: &Layout<'_>) -> String {
    let mut children: HashMap<(&[String], bool), Vec<&Object>> = HashMap::new();
    for object in catalog.iter() {
        children.entry((object.id.parent(), object.id.kind.parents.is_empty())).or_default().push(object);
    }
    let mut defaults = shared_values(catalog);
    defaults.retain(|name, _| !layout.ignore.contains(name));
    let writer = Writer { children, layout, defaults: &defaults };
    let mut members = vec![
        ("$schema".to_owned(), "\"./manifest.schema.json\"".to_owned()),
        ("format".to_owned(), "1".to_owned()),
        ("captured".to_owned(), inline(&layout.captured)),
        ("complete".to_owned(), "true".to_owned()),
        ("unexpected".to_owned(), "\"fail\"".to_owned()),
    ];
    if !defaults.is_empty() {
        members.push(("defaults".to_owned(), inline(&Value::from_iter(defaults.clone()))));
    }
    if !layout.ignore.is_empty() {
        members.push(("ignore".to_owned(), inline(&Value::from(layout.ignore))));
    }
    members.extend(writer.groups(None, &[], 1, false));
    members.extend(layout.rest.iter().map(|(key, value)| (key.clone(), broken(value, 1))));
    braces(&members, 0, false) + "\n"
}

struct Writer<'a> {
    children: HashMap<(&'a [String], bool), Vec<&'a Object>>,
    layout: &'a Layout<'a>,
    defaults: &'a BTreeMap<String, Value>,
}

impl Writer<'_> {
    /// The groups of the children of the object at `path`, each with its text. `guests` says that they stand in what is
    /// not complete.
    fn groups(&self, kind: Option<KindId>, path: &[String], depth: usize, guests: bool) -> Vec<(String, String)> {
        let Some(objects) = self.children.get(&(path, kind.is_none())) else { return Vec::new() };
        let mut groups = Vec::new();
        for child in KindId::children(kind) {
            let mut of_kind: Vec<&&Object> = objects.iter().filter(|object| object.id.kind == child).collect();
            of_kind.sort_by_key(|object| (object.order, object.id.name()));
            if child.single {
                let written = of_kind.into_iter().filter(|object| object.properties.iter().next().is_some());
                groups.extend(written.map(|object| (child.group.to_owned(), self.object(object, depth, guests))));
            } else if !of_kind.is_empty() {
                let text = |object: &Object| self.object(object, depth + 1, guests);
                let named = of_kind.into_iter().map(|object| (object.id.name().to_owned(), text(object)));
                groups.push((child.group.to_owned(), braces(&named.collect::<Vec<_>>(), depth, false)));
            }
        }
        groups
    }

    fn object(&self, object: &Object, depth: usize, guest: bool) -> String {
        let Id { kind, path } = &object.id;
        let mut members: Vec<(String, String)> = Vec::new();
        let mut scope = |unexpected: &str, complete: bool| {
            members.push(("unexpected".to_owned(), Value::from(unexpected).to_string()));
            members.push(("complete".to_owned(), complete.to_string()));
        };
        let host = path.len() == 1 && !(self.layout.complete)(path);
        // What is the project's in somebody else's schema is compared whole. Of its host nothing is known.
        let whole = guest && object.properties.iter().next().is_some();
        let holder = KindId::children(Some(*kind)).next().is_some();
        if host {
            scope("ignore", false);
        } else if whole && holder {
            scope("fail", true);
        }
        let compared = |property: &&Property| {
            property.check != Check::Never && !self.layout.ignore.iter().any(|name| name == property.name)
        };
        for property in kind.properties().filter(compared) {
            let usual = self.defaults.get(property.name).filter(|_| property.shared).cloned();
            let unsaid = Some(property.default()).filter(|_| whole && !holder && !property.shared);
            let value = object.properties.get(property.name).cloned().or(unsaid);
            if let Some(value) = value.filter(|value| usual.as_ref() != Some(value)) {
                members.push((property.name.to_owned(), text(&value, property.form, depth + 1)));
            }
        }
        let guests = host || guest && !whole;
        let groups = if kind.single { Vec::new() } else { self.groups(Some(*kind), path, depth + 1, guests) };
        if let ([(name, value)], true) = (members.as_slice(), groups.is_empty())
            && kind.shorthand == Some(name.as_str())
        {
            return value.clone();
        }
        let small = groups.is_empty();
        members.extend(groups);
        braces(&members, depth, small)
    }
}

/// For each property that most objects have in common, the value that they have.
fn shared_values(catalog: &Catalog) -> BTreeMap<String, Value> {
    KindId::shared().filter_map(|property| Some((property.name.to_owned(), catalog.usual(property)?))).collect()
}

fn text(value: &Value, form: Form, depth: usize) -> String {
    match (form, value) {
        (Form::Lines, Value::String(text)) if text.contains('\n') => {
            let indent = "  ".repeat(depth + 1);
            let lines: Vec<String> = text.split('\n').map(|line| format!("{indent}{}", quoted(line))).collect();
            format!("[\n{}\n{}]", lines.join(",\n"), "  ".repeat(depth))
        }
        _ => inline(value),
    }
}

/// `{…}` on one line if it is small and fits, else with a line for each member.
fn braces(members: &[(String, String)], depth: usize, small: bool) -> String {
    if members.is_empty() {
        return "{}".to_owned();
    }
    if small {
        let pairs: Vec<String> = members.iter().map(|(name, value)| format!("{}: {value}", quoted(name))).collect();
        let line = format!("{{ {} }}", pairs.join(", "));
        if !line.contains('\n') && line.len() + 2 * depth <= WIDTH {
            return line;
        }
    }
    let indent = "  ".repeat(depth + 1);
    let mut out = String::from("{\n");
    for (at, (name, value)) in members.iter().enumerate() {
        let comma = if at + 1 < members.len() { "," } else { "" };
        let _ = writeln!(out, "{indent}{}: {value}{comma}", quoted(name));
    }
    out + &"  ".repeat(depth) + "}"
}

/// A text as JSON has it. Most have nothing in them that JSON writes otherwise.
fn quoted(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    if plain { format!("\"{text}\"") } else { Value::from(text).to_string() }
}

/// JSON on one line with the spaces that people put.
fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(list) if list.is_empty() => "[]".to_owned(),
        Value::Array(list) => format!("[{}]", list.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let pairs = map.iter().map(|(key, value)| format!("{}: {}", quoted(key), inline(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Any JSON: on one line where that fits, else a line for each member.
fn broken(value: &Value, depth: usize) -> String {
    let line = inline(value);
    if line.len() + 2 * depth <= WIDTH {
        return line;
    }
    match value {
        Value::Array(list) => {
            let indent = "  ".repeat(depth + 1);
            let items: Vec<String> = list.iter().map(|item| format!("{indent}{}", broken(item, depth + 1))).collect();
            format!("[\n{}\n{}]", items.join(",\n"), "  ".repeat(depth))
        }
        Value::Object(map) => {
            let members: Vec<(String, String)> =
                map.iter().map(|(key, value)| (key.clone(), broken(value, depth + 1))).collect();
            braces(&members, depth, false)
        }
        _ => line,
    }
}
