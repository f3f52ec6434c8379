//! Rust files as the tests of tidiness see them: without comments, attributes and test modules.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::support::root;

/// The code of one file.
#[derive(Default)]
pub struct Code {
    /// Its path in the repository.
    pub path: String,
    /// The tokens, with spaces only between words, and `""` for each text.
    pub text: String,
    /// The texts in it.
    pub texts: Vec<String>,
}

impl Code {
    /// The code of the file at `path`.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut code = Code { path: path.strip_prefix(root()).unwrap().display().to_string(), ..Code::default() };
        code.add(stream);
        code
    }

    fn add(&mut self, stream: TokenStream) {
        let mut tokens = stream.into_iter().peekable();
        let mut of_test = false;
        while let Some(token) = tokens.next() {
            if is_punct(&token, '#') {
                tokens.next_if(|next| is_punct(next, '!'));
                let attribute = tokens.next_if(|next| matches!(next, TokenTree::Group(_)));
                of_test |= attribute.is_some_and(|attribute| attribute.to_string().replace(' ', "") == "[cfg(test)]");
            } else if of_test {
                let braces = matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
                of_test = !(braces || is_punct(&token, ';'));
            } else {
                self.token(token);
            }
        }
    }

    fn token(&mut self, token: TokenTree) {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                self.text.push_str(open);
                self.add(group.stream());
                self.text.push_str(close);
            }
            TokenTree::Literal(literal) => {
                let source = literal.to_string();
                match (source.find('"'), source.rfind('"')) {
                    (Some(start), Some(end)) if start < end => {
                        self.texts.push(source[start + 1..end].to_owned());
                        self.text.push_str("\"\"");
                    }
                    _ => self.word(&source),
                }
            }
            TokenTree::Ident(word) => self.word(&word.to_string()),
            TokenTree::Punct(punct) => self.text.push(punct.as_char()),
        }
    }

    fn word(&mut self, word: &str) {
        if self.text.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
            self.text.push(' ');
        }
        self.text.push_str(word);
    }
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

/// The Rust files below a folder of the repository.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    assert!(!files.is_empty(), "{folder} has no Rust file");
    files.sort();
    files
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| collect(&entry.unwrap().path(), files));
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        files.push(path.to_owned());
    }
}
