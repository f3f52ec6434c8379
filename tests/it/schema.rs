//! The JSON Schema of the manifest: the committed file is what the kinds make of it, and what it admits can be read.

use pgplumb::manifest;
use serde_json::Value;

use crate::pinned;
use crate::support::{Result, root};

crate::trials!(
    "schema",
    the_committed_schema_is_that_of_the_kinds,
    every_value_that_the_schema_admits_is_read,
    a_manifest_written_by_hand_is_read,
);

fn the_committed_schema_is_that_of_the_kinds() -> Result {
    pinned::compare(&root().join("manifest.schema.json"), &manifest::schema())
}

/// A manifest with an example of everything that the schema knows: each key, and each form that its value can have.
fn every_value_that_the_schema_admits_is_read() -> Result {
    let schema: Value = serde_json::from_str(&manifest::schema()).unwrap();
    let mut most = 0;
    for turn in 0..4 {
        let example = example(&schema, &schema, turn);
        let text = serde_json::to_string_pretty(&example).unwrap();
        let manifest = manifest::parse(&text, "manifest.json").unwrap_or_else(|error| panic!("{error}\n{text}"));
        most = most.max(manifest.expected.len());
    }
    assert!(most > 15, "the fullest example has only {most} objects");
    Ok(())
}

/// A value that `schema`, a part of `whole`, admits; of several it is the one whose turn it is.
fn example(whole: &Value, schema: &Value, turn: usize) -> Value {
    let choose = |list: &Value| list.as_array().map(|list| list[turn % list.len()].clone());
    if let Some(reference) = schema["$ref"].as_str() {
        return example(whole, whole.pointer(reference.trim_start_matches('#')).unwrap(), turn);
    }
    if let Some(one) = choose(&schema["oneOf"]) {
        return example(whole, &one, turn);
    }
    if let Some(constant) = schema.get("const").cloned().or_else(|| choose(&schema["enum"])) {
        return constant;
    }
    let sort = choose(&schema["type"]).unwrap_or_else(|| schema["type"].clone());
    match sort.as_str() {
        Some("string") => Value::from("a text"),
        Some("integer") => Value::from(-7),
        Some("boolean") => Value::from(turn == 0),
        Some("null") => Value::Null,
        Some("array") => Value::from(vec![example(whole, &schema["items"], turn)]),
        Some("object") => {
            let of = |(name, schema): (&String, &Value)| (name.clone(), example(whole, schema, turn));
            let known = schema["properties"].as_object().into_iter().flatten().map(of);
            let others = Some(&schema["additionalProperties"]).filter(|others| others.is_object());
            let others = others.map(|others| ("any name".to_owned(), example(whole, others, turn)));
            Value::Object(known.chain(others).collect())
        }
        _ => panic!("no example of {schema}"),
    }
}

fn a_manifest_written_by_hand_is_read() -> Result {
    let manual = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = manual.split("```json\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let mut manifests = 0;
    for block in blocks.filter(|block| block.contains("\"format\": 1")) {
        manifest::parse(block, "README.md").unwrap();
        manifests += 1;
    }
    assert!(manifests > 0, "README.md shows no manifest");
    Ok(())
}
