//! Reads a manifest. The kinds say which keys there are, so this file names none of them; a wrong key or value is told
//! with its line and column.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::{Manifest, Scope};
use crate::catalog::{Catalog, Id, KindId, Object, Properties};
use crate::error::{Failure, Location, did_you_mean};

/// The keys of the manifest itself, beside the groups of objects.
const KEYS: [&str; 7] = ["$schema", "format", "captured", "ignore", "seeds", "rules", "access"];

/// The keys of an object, beside its properties and the groups of its children.
const SCOPE_KEYS: [&str; 3] = ["unexpected", "complete", "defaults"];

/// What is written in the place of an object that must not be there.
const ABSENT: &str = "absent";

/// Reads the manifest in a file.
///
/// # Errors
/// With the place, if it is no manifest; and if it checks nothing, which is no pass.
pub fn read(path: &Path, shown_as: &str) -> Result<Manifest> {
    let bytes = std::fs::read(path).with_context(|| format!("failed to read {shown_as}"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Failure::input(format!("{shown_as} is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
    })?;
    parse(&text, shown_as)
}

/// Reads the manifest in `text`, which stands in the file `shown_as`.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str, shown_as: &str) -> Result<Manifest> {
    let mut reader = Reader { manifest: Manifest::default(), objects: Vec::new(), named: HashSet::new() };
    let mut json = serde_json::Deserializer::from_str(text);
    let read =
        Node { reader: &mut reader, kind: None, path: Vec::new() }.deserialize(&mut json).and_then(|()| json.end());
    if let Err(error) = read {
        return Err(wrong(&error, text, shown_as).into());
    }
    let manifest = reader.finish();
    if manifest.is_empty() {
        return Err(Failure::input(format!("{shown_as} checks nothing, so nothing would be proven"))
            .next("write down what must be there, or run `pgplumb db:manifest --from migrations`")
            .into());
    }
    Ok(manifest)
}

fn wrong(error: &serde_json::Error, text: &str, shown_as: &str) -> Failure {
    let message = error.to_string();
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    let message = with_guess(message.strip_suffix(&suffix).unwrap_or(&message));
    let line_start = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let at = Location::of(shown_as, text, line_start + error.column().saturating_sub(1));
    Failure::input(format!("failed to read the manifest: {message}")).at(at)
}

/// The message about a key or word that is not known, with the near one of those that the parser names.
fn with_guess(message: &str) -> String {
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match words.split_first() {
        Some((word, known)) if message.starts_with("unknown ") => {
            format!("{message}{}", did_you_mean(word, known.iter().copied()))
        }
        _ => message.to_owned(),
    }
}

/// What has been read so far.
struct Reader {
    manifest: Manifest,
    objects: Vec<Object>,
    /// The objects that their parent has only one of, to know which ones nobody wrote.
    named: HashSet<Id>,
}

impl Reader {
    fn finish(self) -> Manifest {
        let Reader { mut manifest, mut objects, named } = self;
        let mut unwritten = Vec::new();
        for object in &objects {
            for kind in KindId::children(Some(object.id.kind)).filter(|kind| kind.single) {
                let id = Id { kind, path: object.id.path.clone() };
                if !named.contains(&id) && manifest.complete(&id.path) {
                    unwritten.push(Object { id, properties: Properties::default(), order: 0 });
                }
            }
        }
        objects.append(&mut unwritten);
        manifest.expected = Catalog::new(objects);
        manifest
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "format" => {
                let format: Value = map.next_value()?;
                if format != 1 {
                    return Err(Error::custom(format!(
                        "format {format} is not known to this pgplumb, only format 1 is"
                    )));
                }
            }
            "captured" => {
                let version = map.next_value::<Value>()?.get("server_version_num").and_then(Value::as_u64);
                self.manifest.captured = version.and_then(|version| u32::try_from(version).ok());
            }
            "ignore" => self.manifest.ignore = map.next_value()?,
            "seeds" => self.manifest.seeds = map.next_value()?,
            "rules" => self.manifest.rules = map.next_value()?,
            _ => drop(map.next_value::<Value>()?),
        }
        Ok(())
    }
}

/// A key as it stands in the text, or with what a backslash stands for.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// An object of `kind`, or the database itself.
struct Node<'a> {
    reader: &'a mut Reader,
    kind: Option<KindId>,
    path: Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object in braces for the {}, or \"absent\"", self.kind.map_or("manifest", |kind| kind.name))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if let (Some(kind), ABSENT) = (self.kind.filter(|kind| !kind.single), text) {
            self.reader.manifest.absent.insert(Id { kind, path: self.path });
            return Ok(());
        }
        let property = self.kind.and_then(|kind| kind.property(kind.shorthand?));
        let Some(property) = property else { return Err(E::invalid_type(serde::de::Unexpected::Str(text), &self)) };
        let mut properties = Properties::default();
        properties.set(property, Value::from(text));
        self.add(properties);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut properties = Properties::default();
        let mut scope = Scope::default();
        let mut seen = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            if seen.contains(&key) {
                return Err(Error::custom(format!("`{key}` stands here twice")));
            }
            let child = || KindId::children(self.kind).find(|child| child.group == key);
            if let Some(property) = self.kind.and_then(|kind| kind.property(&key)) {
                let value = property.accept(map.next_value()?);
                let wrong = || Error::custom(format!("`{key}` must be {}", property.wanted()));
                properties.set(property, value.ok_or_else(wrong)?);
            } else if let Some(kind) = child().filter(|kind| kind.single) {
                map.next_value_seed(Node { reader: self.reader, kind: Some(kind), path: self.path.clone() })?;
            } else if let Some(kind) = child() {
                self.reader.manifest.groups.insert((self.path.clone(), kind));
                map.next_value_seed(Group { reader: self.reader, kind, path: &self.path })?;
            } else if key == "unexpected" && self.has_children() {
                scope.unexpected = Some(map.next_value()?);
            } else if key == "complete" && self.has_children() {
                scope.complete = Some(map.next_value()?);
            } else if key == "defaults" && self.has_children() {
                scope.defaults = map.next_value()?;
                check_defaults(&scope.defaults)?;
            } else if self.kind.is_none() && KEYS.contains(&&*key) {
                self.reader.field(&key, &mut map)?;
            } else {
                return Err(Error::custom(self.unknown(&key)));
            }
            seen.push(key);
        }
        if scope.unexpected.is_some() || scope.complete.is_some() || !scope.defaults.is_empty() {
            scope.path.clone_from(&self.path);
            self.reader.manifest.scopes.push(scope);
        }
        self.add(properties);
        Ok(())
    }
}

impl Node<'_> {
    fn has_children(&self) -> bool {
        KindId::children(self.kind).next().is_some()
    }

    fn add(self, properties: Properties) {
        let Some(kind) = self.kind else { return };
        let id = Id { kind, path: self.path };
        if kind.single {
            self.reader.named.insert(id.clone());
        }
        let order = i32::try_from(self.reader.objects.len()).unwrap_or(i32::MAX);
        self.reader.objects.push(Object { id, properties, order });
    }

    fn unknown(&self, key: &str) -> String {
        let mut known: Vec<&str> = KindId::children(self.kind).map(KindId::group).collect();
        match self.kind {
            Some(kind) => known.extend(kind.properties().map(|property| property.name)),
            None => known.extend(KEYS),
        }
        if self.has_children() {
            known.extend(SCOPE_KEYS);
        }
        let whose = self.kind.map_or("the manifest", |kind| kind.name);
        let guess = did_you_mean(key, known.iter().copied());
        let all = if guess.is_empty() { format!("; there are: {}", known.join(", ")) } else { String::new() };
        format!("`{key}` is not a key of {whose}{guess}{all}")
    }
}

/// Refuses a default for a property that has none in common.
fn check_defaults<E: Error>(defaults: &BTreeMap<String, Value>) -> Result<(), E> {
    for (name, value) in defaults {
        let mut shared = KindId::all().flat_map(KindId::properties).filter(|property| property.shared);
        if !value.is_string() || !shared.any(|property| property.name == name) {
            return Err(E::custom(format!("`defaults` may hold a text for `owner`, and not `{name}`: {value}")));
        }
    }
    Ok(())
}

/// All objects of one kind in one parent, by name.
struct Group<'a> {
    reader: &'a mut Reader,
    kind: KindId,
    path: &'a [String],
}

impl<'de> DeserializeSeed<'de> for Group<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Group<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object in braces: `{}`, each by its name", self.kind.group)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(Key(name)) = map.next_key()? {
            if seen.contains(&name) {
                return Err(Error::custom(format!("the {} `{name}` stands here twice", self.kind.name)));
            }
            let mut path = Vec::with_capacity(self.path.len() + 1);
            path.extend_from_slice(self.path);
            path.push(name.to_string());
            seen.insert(name);
            map.next_value_seed(Node { reader: self.reader, kind: Some(self.kind), path })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(text, "manifest.json").unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_told_with_its_place_and_a_guess() {
        let text = "{\n  \"schemas\": { \"public\": { \"tables\": { \"t\": {\n    \"colums\": {}\n  } } } }\n}";
        let said = refusal(text);
        assert!(said.contains("`colums` is not a key of table (did you mean `columns`?)"), "{said}");
        assert!(said.contains("--> manifest.json:3:"), "{said}");
    }

    #[test]
    fn a_manifest_that_checks_nothing_is_refused() {
        assert!(refusal("{}").contains("checks nothing"));
        assert!(refusal("").contains("EOF"));
    }

    #[test]
    fn names_given_twice_and_wrong_forms_are_refused() {
        assert!(refusal(r#"{"schemas": {"a": {}, "a": {}}}"#).contains("the schema `a` stands here twice"));
        let wrong = r#"{"schemas": {"a": {"tables": {"t": {"columns": {"c": {"nullable": "no"}}}}}}}"#;
        assert!(refusal(wrong).contains("`nullable` must be true or false"));
    }
}
