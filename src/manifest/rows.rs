//! The rows of a seed, as the text that stands in the manifest: there can be a million of them, so they are taken apart
//! only where they are compared.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A list of JSON objects, not yet taken apart.
#[derive(Clone)]
pub struct Rows {
    text: Box<RawValue>,
    /// How many there are.
    pub count: usize,
}

impl Rows {
    /// The text of each row.
    ///
    /// # Errors
    /// None for what was read by [`Deserialize`], which has looked at it.
    pub fn texts(&self) -> serde_json::Result<Vec<&str>> {
        let rows: Vec<&RawValue> = serde_json::from_str(self.text.get())?;
        Ok(rows.into_iter().map(RawValue::get).collect())
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let mut rows = Rows { text, count: 0 };
        let texts = rows.texts().map_err(|_| D::Error::custom("`rows` must be a list of objects in braces"))?;
        if let Some(odd) = texts.iter().position(|text| !text.starts_with('{')) {
            return Err(D::Error::custom(format!("row {} of `rows` must be an object in braces", odd + 1)));
        }
        rows.count = texts.len();
        Ok(rows)
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows", self.count)
    }
}
