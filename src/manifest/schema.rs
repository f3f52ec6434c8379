//! The JSON Schema of the manifest, made from the kinds, so that editors complete what [`parse`](super::parse) reads.

use serde_json::{Map, Value, json};

use crate::catalog::{Form, KindId, POSITION, Property};

/// The text of `manifest.schema.json`.
pub fn schema() -> String {
    let definitions: Map<String, Value> = KindId::all().map(|kind| (definition_name(kind), definition(kind))).collect();
    let mut properties = object_properties(None);
    properties.extend(own_keys());
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pgplumb manifest",
        "description": "What must be true of a PostgreSQL database. What is left out is not checked.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": definitions,
    });
    format!("{schema:#}\n")
}

/// The keys of the manifest itself.
fn own_keys() -> Map<String, Value> {
    let names: std::collections::BTreeSet<&str> =
        KindId::all().flat_map(KindId::properties).map(|property| property.name).chain([POSITION]).collect();
    let keys = json!({
        "$schema": { "type": "string", "description": "Where this schema is, for editors." },
        "format": { "const": 1, "description": "The format of the manifest." },
        "captured": { "type": "object", "description": "What the manifest was written from." },
        "ignore": {
            "description": "Properties that are not compared.",
            "type": "array", "items": { "enum": names },
        },
        "seeds": { "description": "Rows that must be there.", "type": "array", "items": seed() },
        "rules": { "description": "Queries that must return no rows.", "type": "array", "items": rule() },
        "access": { "description": "Who may do what to which rows.", "type": "object" },
    });
    keys.as_object().cloned().unwrap_or_default()
}

fn seed() -> Value {
    json!({
        "type": "object",
        "properties": {
            "table": { "type": "string", "description": "The table, as SQL names it." },
            "key": {
                "description": "The columns that tell its rows apart.",
                "type": "array", "items": { "type": "string" },
            },
            "values": {
                "description": "Whether other values than these fail (`exact`) or are only told (`info`).",
                "enum": ["exact", "info"], "default": "exact",
            },
            "unexpected": {
                "description": "What rows come to that are in the table and not here.",
                "enum": ["fail", "warn", "ignore"], "default": "ignore",
            },
            "rows": {
                "description": "The rows, each with its key and the values that are checked.",
                "type": "array", "items": { "type": "object" },
            },
        },
        "required": ["table", "key", "rows"],
        "additionalProperties": false,
    })
}

fn rule() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "description": "What the rule says, in words." },
            "sql": {
                "description": "The query; each row that it returns breaks the rule.",
                "type": ["string", "array"], "items": { "type": "string" },
            },
        },
        "required": ["name", "sql"],
        "additionalProperties": false,
    })
}

/// Kinds of one name have the same definition, whatever they stand in.
fn definition_name(kind: KindId) -> String {
    kind.name.replace(' ', "_")
}

fn definition(kind: KindId) -> Value {
    let mut properties = object_properties(Some(kind));
    properties.extend(kind.properties().map(|property| (property.name.to_owned(), value(property))));
    let whole = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    match kind.shorthand.and_then(|name| kind.property(name)) {
        Some(property) => {
            let short = json!({ "type": "string", "description": property.about });
            json!({ "oneOf": [short, whole] })
        }
        None => whole,
    }
}

/// What an object has beside its properties: the groups of its children, and the keys that rule them.
fn object_properties(kind: Option<KindId>) -> Map<String, Value> {
    let children: Vec<KindId> = KindId::children(kind).collect();
    if children.is_empty() {
        return Map::new();
    }
    let mut properties = scope_keys();
    properties.extend(children.into_iter().map(|child| (child.group().to_owned(), group(child))));
    properties
}

fn group(kind: KindId) -> Value {
    let of_kind = json!({ "$ref": format!("#/$defs/{}", definition_name(kind)) });
    if kind.single {
        return of_kind;
    }
    json!({
        "description": format!("Each {}, by its name.", kind.name),
        "type": "object", "additionalProperties": of_kind,
    })
}

fn scope_keys() -> Map<String, Value> {
    let shared = KindId::all().flat_map(KindId::properties).filter(|property| property.shared);
    let shared: Map<String, Value> = shared
        .map(|property| (property.name.to_owned(), json!({ "type": "string", "description": property.about })))
        .collect();
    let keys = json!({
        "unexpected": {
            "description": "What an object comes to that is not in the manifest.",
            "enum": ["fail", "warn", "ignore"],
        },
        "complete": {
            "description": "Whether what is not written down has nothing but what goes without saying.",
            "type": "boolean",
        },
        "defaults": {
            "description": "What most objects in here have in common.",
            "type": "object", "properties": shared, "additionalProperties": false,
        },
    });
    keys.as_object().cloned().unwrap_or_default()
}

fn value(property: &Property) -> Value {
    let mut schema = match property.form {
        Form::Text => json!({ "type": ["string", "null"] }),
        Form::Lines => json!({ "type": ["string", "array", "null"], "items": { "type": "string" } }),
        Form::Word(_) => json!({ "type": "string" }),
        Form::Flag(_) => json!({ "type": "boolean" }),
        Form::Number => json!({ "type": ["integer", "null"] }),
        Form::List(_) | Form::Columns => json!({ "type": "array", "items": { "type": "string" } }),
    };
    schema["description"] = Value::from(property.about);
    if !property.shared {
        schema["default"] = property.default();
    }
    schema
}
