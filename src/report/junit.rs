//! The report as JUnit's XML, which CI systems show as tests: a suite for each section, a case for each finding.

use std::fmt::Write;

use super::{lines, sides};
use crate::verify::{Finding, Verification};

/// The report as XML.
pub fn junit(verification: &Verification) -> String {
    let mut suites = String::new();
    for (section, line) in lines(verification) {
        let findings: Vec<&Finding> =
            verification.findings.iter().filter(|finding| finding.section == section).collect();
        let failures = findings.iter().filter(|finding| verification.fails(finding)).count();
        let title = section.title();
        let _ =
            writeln!(suites, "  <testsuite name=\"{title}\" tests=\"{}\" failures=\"{failures}\">", findings.len() + 1);
        let _ = match line {
            Some(_) => writeln!(suites, "    <testcase classname=\"{title}\" name=\"checked\"/>"),
            None => writeln!(suites, "    <testcase classname=\"{title}\" name=\"checked\"><skipped/></testcase>"),
        };
        for finding in findings {
            suites += &case(title, finding, verification.fails(finding));
        }
        suites += "  </testsuite>\n";
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pgplumb db:verify\">\n{suites}</testsuites>\n"
    )
}

fn case(title: &str, finding: &Finding, fails: bool) -> String {
    let (expected, actual) = sides(finding);
    let property = finding.property.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let name = text(&format!("{} {}{property}", finding.kind, finding.object));
    let said = text(&format!("expected: {expected}\nthere is: {actual}"));
    let what = format!("{} ({})", finding.what, finding.severity.name());
    let body = if fails {
        format!("<failure message=\"{what}\">{said}</failure>")
    } else {
        format!("<system-out>{said}</system-out>")
    };
    format!("    <testcase classname=\"{title}\" name=\"{name}\">{body}</testcase>\n")
}

/// Text within XML; control characters, which XML cannot hold, are shown.
fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push_str("&#10;"),
            '\t' => safe.push('\t'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}
