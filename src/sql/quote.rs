//! Names and strings as they are written in SQL.

/// A name as SQL text, quoted only where PostgreSQL's `quote_ident` quotes it.
pub fn identifier(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let starts_plain = name.bytes().next().is_some_and(plain);
    let is_plain = starts_plain && name.bytes().all(|byte| plain(byte) || byte.is_ascii_digit());
    if is_plain && KEYWORDS.binary_search(&name).is_err() {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string as SQL text, right under both settings of `standard_conforming_strings`.
pub fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') { format!("E'{}'", doubled.replace('\\', r"\\")) } else { format!("'{doubled}'") }
}

/// The parts of a text between separators, but for those inside of quoted names.
pub fn parts<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut begin, mut quoted) = (0, false);
    for (at, character) in text.char_indices() {
        quoted ^= character == '"';
        if !quoted && at >= begin && text[at..].starts_with(separator) {
            parts.push(&text[begin..at]);
            begin = at + separator.len();
        }
    }
    parts.push(&text[begin..]);
    parts
}

/// The name that an identifier is written for.
pub fn unquoted(identifier: &str) -> String {
    let inside = identifier.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.map_or_else(|| identifier.to_owned(), |inside| inside.replace("\"\"", "\""))
}

/// The name that a written one stands for: folded to small letters, unless it is quoted.
pub fn plain(written: &str) -> String {
    let written = written.trim();
    if written.starts_with('"') { unquoted(written) } else { written.to_lowercase() }
}

/// Divides `name(types)` before its last bracket that stands in no quoted name.
pub fn signature(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let mut backwards = text.char_indices().rev().filter(|(_, character)| {
        quoted ^= *character == '"';
        !quoted
    });
    backwards.find(|(_, character)| *character == '(').map(|(at, _)| text.split_at(at))
}

/// A text between dollars that it does not have itself.
pub fn dollars(text: &str) -> String {
    let mut tag = "$$".to_owned();
    let mut number = 0;
    while format!("{text}{tag}").find(&tag) != Some(text.len()) {
        number += 1;
        tag = format!("$body{number}$");
    }
    format!("{tag}{text}{tag}")
}

/// The keywords of PostgreSQL 18 that are not free as names everywhere: what `pg_get_keywords()` shows with another
/// category than `U`. Older servers have a subset.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "between",
    "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character", "check", "coalesce",
    "collate", "collation", "column", "concurrently", "constraint", "create", "cross", "current_catalog",
    "current_date", "current_role", "current_schema", "current_time", "current_timestamp", "current_user", "dec",
    "decimal", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "exists", "extract",
    "false", "fetch", "float", "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group", "grouping",
    "having", "ilike", "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into", "is",
    "isnull", "join", "json", "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg",
    "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "lateral", "leading", "least",
    "left", "like", "limit", "localtime", "localtimestamp", "merge_action", "national", "natural", "nchar", "none",
    "normalize", "not", "notnull", "null", "nullif", "numeric", "offset", "on", "only", "or", "order", "out",
    "outer", "overlaps", "overlay", "placing", "position", "precision", "primary", "real", "references",
    "returning", "right", "row", "select", "session_user", "setof", "similar", "smallint", "some", "substring",
    "symmetric", "system_user", "table", "tablesample", "then", "time", "timestamp", "to", "trailing", "treat",
    "trim", "true", "union", "unique", "user", "using", "values", "varchar", "variadic", "verbose", "when", "where",
    "window", "with", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces",
    "xmlparse", "xmlpi", "xmlroot", "xmlserialize", "xmltable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        let check = |name: &str, expected: &str| assert_eq!(identifier(name), expected);
        check("chat_2", "chat_2");
        check("Chat", "\"Chat\"");
        check("a\"b", "\"a\"\"b\"");
        check("2a", "\"2a\"");
        check("a$", "\"a$\"");
        check("é", "\"é\"");
        check("", "\"\"");
        check("user", "\"user\"");
        check("json_table", "\"json_table\"");
        check("begin", "begin");
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn quoted_names_hide_what_divides() {
        assert_eq!(parts("a, \"b, c\", d", ", "), ["a", "\"b, c\"", "d"]);
        assert_eq!(parts("public.\"a\"\".b\"", ".").into_iter().map(unquoted).collect::<Vec<_>>(), ["public", "a\".b"]);
        assert_eq!(signature("odd(\"name(integer, \"a(\")"), Some(("odd(\"name", "(integer, \"a(\")")));
        assert_eq!(signature("none"), None);
    }

    #[test]
    fn dollars_close_where_the_text_ends() {
        assert_eq!(dollars("a"), "$$a$$");
        assert_eq!(dollars("a$"), "$body1$a$$body1$");
        assert_eq!(dollars("$$ $body1$"), "$body2$$$ $body1$$body2$");
    }

    #[test]
    fn strings_are_safe_under_both_settings() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\'b"), r"E'a\\''b'");
    }
}
