//! Drizzle: the time that the journal has for a script, and the SHA-256 of its file. From version 1 on there is no
//! journal: the row has the folder's name, or at least the second in it.

use anyhow::Result;

use super::link::{Folder, Key, Link, by_keys, script_number};
use super::{Row, Tool, sums};

/// Drizzle.
pub const TOOL: Tool = Tool {
    name: "drizzle",
    schema: Some("drizzle"),
    table: "__drizzle_migrations",
    beside: &[],
    columns: &["id int4", "hash text", "created_at int8"],
    alone: false,
    unless: None,
    row: "t.created_at AS version, to_jsonb(t)->>'name' AS name, t.hash AS checksum, to_jsonb(t)->>'applied_at' AS at,
          NULL AS took, NULL AS trouble",
    order: "t.created_at, t.id",
    takes_to: false,
    link,
    proof: |row, script| sums::has(row, script, sums::sha256),
};

fn link<'a>(folder: &Folder<'a>, rows: &'a [Row]) -> Result<Vec<Link<'a>>> {
    let Some(journal) = &folder.journal else {
        let by_name = Key {
            row: &|row| Some(row.name.clone()).filter(|name| !name.is_empty()),
            script: &|script| Ok(Some(script.tag.clone())),
        };
        let by_second = Key { row: &|row| second(&row.version), script: &script_number };
        return by_keys(folder.once, rows, &[by_name, by_second]);
    };
    let time = |tag: &str| journal.iter().find(|(name, _)| name == tag).map(|(_, when)| when.to_string());
    by_keys(
        folder.once,
        rows,
        &[Key { row: &|row| Some(row.version.clone()), script: &|script| Ok(time(&script.tag)) }],
    )
}

/// The time of a number of milliseconds as a folder's name has it, `YYYYMMDDhhmmss`.
fn second(milliseconds: &str) -> Option<String> {
    let seconds = milliseconds.parse::<i64>().ok()?.div_euclid(1000);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years that begin in March have their leap day at the end, so months count from there.
    let from_zero = days + 719_468;
    let (era, day) = (from_zero.div_euclid(146_097), from_zero.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (era * 400 + year + i64::from(month > 9), if month > 9 { month - 9 } else { month + 3 });
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    let digits = format!("{year:04}{month:02}{of_month:02}{hour:02}{minute:02}{second:02}");
    super::link::number(&digits)
}

#[cfg(test)]
mod tests {
    use super::second;

    #[test]
    fn a_time_is_written_as_folders_have_it() {
        assert_eq!(second("1725358702427").as_deref(), Some("20240903101822"));
        assert_eq!(second("1709164800000").as_deref(), Some("20240229000000"));
        assert_eq!(second("1704067199999").as_deref(), Some("20231231235959"));
        assert_eq!(second("soon"), None);
    }
}
