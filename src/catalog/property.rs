//! One fact about an object, and the form that its value has.

use serde_json::Value;

use super::Properties;

/// The form of a property's value, with the value that goes without saying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// A text, or null where there is none.
    Text,
    /// A text of many lines, which the manifest holds as a list of them; or null where there is none.
    Lines,
    /// A text that is nearly always this one.
    Word(&'static str),
    /// True or false, nearly always this.
    Flag(bool),
    /// A whole number, or null where there is none.
    Number,
    /// A list of texts, nearly always this one.
    List(&'static [&'static str]),
    /// A list of columns of the parent, each with more words behind it or not. The query gives a column as U+0001 and
    /// its number, because the names are read anyhow and looking them up again would cost the server more.
    Columns,
}

/// When a property is held against its default, although nobody wrote it down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Where the manifest says everything.
    Complete,
    /// Always: another value means that the object does not do what it is there for.
    Always,
    /// Always, and no manifest that pgplumb writes has another value.
    Never,
}

/// Whether a difference opens the database to somebody: what is expected and what is there, each nothing if there is no
/// such object, and what else is true of the object that is there.
pub type Danger = fn(Option<&Value>, Option<&Value>, &Properties) -> bool;

/// A property of a kind. A value equal to the default is not written down: in a complete manifest its absence says it.
#[derive(Debug)]
pub struct Property {
    /// The key in the manifest and the column in the kind's query.
    pub name: &'static str,
    /// Its form and default.
    pub form: Form,
    /// One sentence for the JSON Schema, which editors show.
    pub about: &'static str,
    /// Whether most objects have the same value, so that a manifest states it once under `defaults`.
    pub shared: bool,
    /// Whether its value is SQL, which people spell otherwise than PostgreSQL prints it.
    pub sql: bool,
    /// When it is compared although nobody wrote it.
    pub check: Check,
    /// Which differences are dangerous.
    pub danger: Danger,
}

/// What somebody wrote about an object with COMMENT.
pub static COMMENT: Property = Property::new("comment", Form::Lines, "The comment on it.");

/// What stands in a list that the reading role may not see: nothing can be said of it.
pub const HIDDEN: &str = "(hidden from this role)";

/// The name under which the place of an object among its brothers is compared, where their order means something.
pub const POSITION: &str = "position";

impl Property {
    /// A property of a kind.
    pub const fn new(name: &'static str, form: Form, about: &'static str) -> Self {
        Property { name, form, about, shared: false, sql: false, check: Check::Complete, danger: |_, _, _| false }
    }

    /// A text that most objects have in common.
    pub const fn shared(name: &'static str, about: &'static str) -> Self {
        Property { shared: true, ..Property::new(name, Form::Text, about) }
    }

    /// The same property, with SQL for a value.
    pub const fn sql(self) -> Self {
        Property { sql: true, ..self }
    }

    /// The same property, compared wherever the object is named.
    pub const fn always(self) -> Self {
        Property { check: Check::Always, ..self }
    }

    /// The same property, compared wherever the object is named, and never written with another value.
    pub const fn never(self) -> Self {
        Property { check: Check::Never, ..self }
    }

    /// The same property, with the differences that are dangerous.
    pub const fn danger(self, danger: Danger) -> Self {
        Property { danger, ..self }
    }

    /// The value that goes without saying.
    pub fn default(&self) -> Value {
        match self.form {
            Form::Text | Form::Lines | Form::Number => Value::Null,
            Form::Word(word) => Value::from(word),
            Form::Flag(flag) => Value::from(flag),
            Form::List(list) => Value::from(list),
            Form::Columns => Value::Array(Vec::new()),
        }
    }

    /// Whether `value` goes without saying.
    pub fn is_default(&self, value: &Value) -> bool {
        match (self.form, value) {
            (Form::Text | Form::Lines | Form::Number, value) => value.is_null(),
            (Form::Word(word), Value::String(text)) => text == word,
            (Form::Flag(flag), Value::Bool(given)) => *given == flag,
            (Form::List(list), Value::Array(given)) => {
                given.len() == list.len() && given.iter().zip(list).all(|(given, word)| given == word)
            }
            (Form::Columns, Value::Array(given)) => given.is_empty(),
            _ => false,
        }
    }

    fn admits(&self, value: &Value) -> bool {
        match self.form {
            Form::Text | Form::Lines => value.is_null() || value.is_string(),
            Form::Word(_) => value.is_string(),
            Form::Flag(_) => value.is_boolean(),
            Form::Number => value.is_null() || value.is_i64() || value.is_u64(),
            Form::List(_) | Form::Columns => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        }
    }

    /// The value that the manifest's `value` stands for, or nothing if it has the wrong form.
    pub fn accept(&self, value: Value) -> Option<Value> {
        let value = match (self.form, value) {
            (Form::Lines, Value::Array(lines)) => {
                let lines: Option<Vec<&str>> = lines.iter().map(Value::as_str).collect();
                Value::from(lines?.join("\n"))
            }
            (_, value) => value,
        };
        self.admits(&value).then_some(value)
    }

    /// What a person may write here, in words.
    pub fn wanted(&self) -> &'static str {
        match self.form {
            Form::Text => "a text or null",
            Form::Lines => "a text, a list of lines, or null",
            Form::Word(_) => "a text",
            Form::Flag(_) => "true or false",
            Form::Number => "a whole number or null",
            Form::List(_) | Form::Columns => "a list of texts",
        }
    }
}
