//! Writes SQL scripts full of what makes them hard to read, the same ones in every run.

/// Makes scripts from a fixed seed (xorshift).
pub struct Generator {
    state: u64,
    /// Write plain strings as they are read when `standard_conforming_strings` is off.
    pub escapes: bool,
    /// Write what the server reads rightly and psql does not.
    pub beyond_psql: bool,
}

const WORDS: &[&str] = &[
    "select",
    "begin",
    "END",
    "case",
    "atomic",
    "pending",
    "function",
    "from",
    "stdin",
    "x",
    "e",
    "U",
    "b",
    "n",
    "é",
    "a$b$c",
    "_1",
    "t$",
    "u",
    "N",
    "日本",
    "or",
    "replace",
    "procedure",
    "values",
];
const SYMBOLS: &[&str] = &[
    ",", "+", "-", "*", "/", "<", "=", "::", ": ", ":x ", "[1:2]", "$", "$1", "$ $", "@-", "%", "&", "~", ".", "..",
    "1..2", "1e5", "0x1", "12a", "'';''", "\"\"", "()", "U&", "|/", "?", "#", "^", "`", "{", "}", "!", "->>",
];
const GAPS: &[&str] = &[
    " ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\x0c",
    "\n\n",
    "  ",
    "-- c;'\"$$ /*\n",
    "--\n",
    "/* ; ' */",
    "/* /* ; */ $$ -- */",
    "/**/",
    "/*/ */",
    "/***/",
    "-- é\r\n",
    "--'\r",
];
const INSIDE: &[&str] = &[
    ";", "a", "--", "/*", "*/", "$$", "$a$", "\n", "\r\n", "(", ")", "\"", "é", " ", "begin", "end;", ":x", "\n\n",
    "-- x\n", "$1",
];

impl Generator {
    /// A generator whose scripts depend on `seed` only.
    pub fn new(seed: u64) -> Self {
        Generator { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, escapes: false, beyond_psql: false }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 33) as usize % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn inside(&mut self, most: usize) -> String {
        (0..self.below(most)).map(|_| self.pick(INSIDE)).collect()
    }

    /// What may stand between two tokens.
    pub fn gap(&mut self) -> String {
        (0..=self.below(3)).map(|_| self.pick(GAPS)).collect()
    }

    fn escaped(&mut self) -> String {
        (0..self.below(5))
            .map(|_| self.inside(3) + self.pick(&["\\'", "\\\\", "''", "\\n", "\\';", "\\101", "\\x41"]))
            .collect()
    }

    fn standard(&mut self) -> String {
        (0..self.below(5)).map(|_| self.inside(3) + self.pick(&["\\", "''", ";", "\\''", "\\\\"])).collect()
    }

    fn plain(&mut self) -> String {
        if self.escapes { self.escaped() } else { self.standard() }
    }

    /// A string that the server takes, of any sort.
    pub fn string(&mut self) -> String {
        match self.below(if self.beyond_psql { 8 } else { 7 }) {
            0 | 1 => format!("'{}'", self.plain()),
            2 => format!("{}'{}'", self.pick(&["e", "E"]), self.escaped()),
            3 => format!("{}'01'", self.pick(&["b", "B", "x", "X"])),
            4 if !self.escapes => format!("U&'{}'", self.inside(4)),
            5 => format!("n'{}'", self.plain()),
            7 => {
                let gap = self.pick(&["\n", " \r\n\t", " -- c ; '\n  ", "\n\n"]);
                format!("e'{}'{gap}'{}'", self.escaped(), self.escaped())
            }
            _ => {
                let tag = self.pick(&["$$", "$a$", "$_b1$", "$é$", "$A$", "$aa$"]);
                let body = self.inside(6).replace(tag, "$").replace(tag, "");
                // A `$` at the end would close the quote early.
                format!("{tag}{body} {tag}")
            }
        }
    }

    fn name(&mut self) -> String {
        format!("{}\"a{}\"", self.pick(&["", "", "U&"]), self.inside(4).replace('"', "\"\""))
    }

    /// Tokens in any order: seldom SQL, but always to be cut in the same places.
    pub fn soup(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.below(60) {
            let part = match self.below(16) {
                0..=3 => self.pick(WORDS).to_owned() + " ",
                4 | 5 => self.pick(SYMBOLS).to_owned(),
                6 | 7 => self.string() + ",",
                8 => self.name(),
                9 => format!("({}", self.pick(&["", "a);", ";", ")", "'a;');"])),
                10 => ")".to_owned(),
                11 | 12 => ";".to_owned(),
                _ => self.gap(),
            };
            text += &part;
        }
        text
    }

    /// A script that a server runs without an error. It needs a table `line (text text)`.
    pub fn script(&mut self, with_copy: bool) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(8) {
            let ended = self.below(3) > 0;
            text += &self.gap();
            text += &match self.below(if with_copy { 9 } else { 7 }) {
                0 | 1 => self.select() + ";",
                2 => format!(
                    "DO{}$body${}BEGIN{}NULL;{}END{}$body$;",
                    self.gap(),
                    self.gap(),
                    self.gap(),
                    self.gap(),
                    self.gap()
                ),
                3 => self.function() + ";",
                4 => format!(
                    "CREATE{}OR REPLACE RULE r AS ON DELETE TO line DO ALSO{}(SELECT {};{}SELECT 2;);",
                    self.gap(),
                    self.gap(),
                    self.string(),
                    self.gap()
                ),
                5 => format!("PREPARE{}p AS {};DEALLOCATE p;", self.gap(), self.select()),
                6 => ";".repeat(self.below(3)),
                7 => "\n\\restrict aB1 \r\nSELECT 1;\n\\unrestrict aB1\n".to_owned(),
                _ => self.copy(),
            };
            text += if ended { "\n" } else { "" };
        }
        text
    }

    fn select(&mut self) -> String {
        let mut text = format!("{}{}", self.pick(&["SELECT", "select", "VALUES (1);SELECT"]), self.gap());
        for _ in 0..=self.below(4) {
            let value = match self.below(5) {
                0 => format!("(1{}+ 2)", self.gap()),
                1 => format!("CASE WHEN true THEN 1{}END", self.gap()),
                2 => format!("1 AS {}", self.name()),
                3 => format!("({}){}::text", self.string(), self.gap()),
                _ => self.string(),
            };
            text += &format!("{value}{},", self.gap());
        }
        text + "1" + &self.gap()
    }

    fn function(&mut self) -> String {
        let head = format!(
            "CREATE{}OR{}REPLACE{}FUNCTION pg_temp.f{}({}) RETURNS int LANGUAGE sql",
            self.gap(),
            self.gap(),
            self.gap(),
            self.below(1000),
            self.pick(&["", "begin int", "pending int, atomic text"])
        );
        if self.below(3) == 0 {
            return format!("{head}{}AS $f$ SELECT 1; -- BEGIN ATOMIC{}$f$", self.gap(), self.gap().replace('$', ""));
        }
        let odd: &[&str] = &["SELECT 1 AS begin", "SELECT 1 AS end", "SELECT 1 end", "SELECT 1 AS \"case\""];
        let mut body = String::new();
        for _ in 0..self.below(4) {
            body += &match self.below(if self.beyond_psql { 4 } else { 3 }) {
                0 => format!("SELECT {}", self.string()),
                1 => "SELECT case when true then case 1 when 1 then 2 end else 3 end AS pending".to_owned(),
                2 => format!("SELECT (1{}) AS atomic", self.gap()),
                _ => self.pick(odd).to_owned(),
            };
            body += &format!("{};{}", self.gap(), self.gap());
        }
        format!("{head}{}BEGIN{}ATOMIC{}{body}SELECT 1;{}END", self.gap(), self.gap(), self.gap(), self.gap())
    }

    fn copy(&mut self) -> String {
        let options = self.pick(&[
            "",
            " WITH (FORMAT text)",
            " (format csv, quote '\x01')",
            " WITH DELIMITER '|'",
            " WHERE true",
        ]);
        let table = self.pick(&["line", "line(text)", "\"line\" ( \"text\" )", "public.line"]);
        let mut text = format!(
            "{}{}{table}{}{}{}{}{options};{}\n",
            self.pick(&["COPY", "copy"]),
            self.gap(),
            self.gap(),
            self.pick(&["FROM", "from"]),
            self.gap(),
            self.pick(&["STDIN", "stdin", "STDOUT"]),
            self.pick(&["", " ", " -- rows;\r"])
        );
        let line_end = self.pick(&["\n", "\r\n"]);
        for _ in 0..self.below(4) {
            text += self.pick(&[
                "a;b",
                "select 'x",
                "$$ /*",
                "-- x",
                "(",
                "\"",
                "é",
                " \\\\.",
                "COPY line FROM stdin;",
                "\\\\restrict x",
            ]);
            text += line_end;
        }
        text + "\\." + line_end
    }
}
