//! Entries of TOML: `[[ignore]]` and the keys below it.

use std::ops::Range;
use toml::{Table, Value};

/// The lines of the entry of an array of tables in which a place lies, if the text without them is the same document without that
/// entry. Comments above the entry stay.
#[must_use]
pub fn toml_entry(text: &str, at: usize) -> Option<Range<usize>> {
    let lines: Vec<Range<usize>> = text
        .split_inclusive('\n')
        .scan(0, |end, line| {
            let start = *end;
            *end += line.len();
            Some(start..*end)
        })
        .collect();
    let said = |line: &Range<usize>| text[line.clone()].trim();
    let own = lines.iter().position(|line| line.contains(&at))?;
    let first = lines[..=own].iter().rposition(|line| said(line).starts_with("[["))?;
    let name = said(&lines[first]).strip_prefix("[[")?.split_once("]]")?.0.trim();
    let next = lines[first + 1..].iter().position(|line| said(line).starts_with('['));
    let end = next.map_or(lines.len(), |next| first + 1 + next);
    // Comments and empty lines in front of what comes next belong to that.
    let is_said = |line: &Range<usize>| !said(line).is_empty() && !said(line).starts_with('#');
    let last = lines[first..end].iter().rposition(is_said)? + first;
    let blank = lines.get(last + 1).filter(|line| last + 1 < end && said(line).is_empty());
    let mut range = lines[first].start..blank.unwrap_or(&lines[last]).end;
    if range.end == text.len() && blank.is_none() {
        // The empty line above it goes instead.
        let above = first.checked_sub(1).map(|above| &lines[above]).filter(|line| said(line).is_empty());
        range.start = above.map_or(range.start, |above| above.start);
    }
    let without = format!("{}{}", &text[..range.start], &text[range.end..]);
    lacks_one(&text.parse().ok()?, &without.parse().ok()?, name).then_some(range)
}

/// Whether one document is the other without one element of an array at its top.
fn lacks_one(whole: &Table, part: &Table, name: &str) -> bool {
    let Some(Value::Array(elements)) = whole.get(name) else { return false };
    (0..elements.len()).any(|index| {
        let mut elements = elements.clone();
        elements.remove(index);
        let mut whole = whole.clone();
        if elements.is_empty() {
            whole.remove(name);
        } else {
            whole.insert(name.to_owned(), Value::Array(elements));
        }
        whole == *part
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str, entry: &str) -> Option<String> {
        let range = toml_entry(text, text.find(entry).unwrap())?;
        Some(format!("{}{}", &text[..range.start], &text[range.end..]))
    }

    #[test]
    fn an_entry_goes_with_its_lines() {
        let text = "a = 1\n\n# one\n[[ignore]]\nrule = \"x\"\n\n# two\n[[ignore]]\nrule = \"y\"\nlist = [\n  1,\n]\n\n[b]\nc = 2\n";
        assert_eq!(
            without(text, "\"x\"").unwrap(),
            "a = 1\n\n# one\n# two\n[[ignore]]\nrule = \"y\"\nlist = [\n  1,\n]\n\n[b]\nc = 2\n"
        );
        assert_eq!(without(text, "\"y\"").unwrap(), "a = 1\n\n# one\n[[ignore]]\nrule = \"x\"\n\n# two\n[b]\nc = 2\n");
    }

    #[test]
    fn the_last_entry_leaves_no_empty_line() {
        let text = "a = 1\r\n\r\n[[ignore]] # c\r\nrule = \"x\"\r\n";
        assert_eq!(without(text, "\"x\"").unwrap(), "a = 1\r\n");
        assert_eq!(without("[[ignore]]\nrule = \"x\"", "\"x\"").unwrap(), "");
    }

    #[test]
    fn what_cannot_be_told_stays() {
        // Brackets in a string, an inline entry, a table below an entry.
        for (text, at) in [
            ("[[ignore]]\nreason = \"\"\"\n[[x]]\n\"\"\"\nrule = \"y\"\n", "\"y\""),
            ("ignore = [{ rule = \"x\" }]\n", "\"x\""),
            ("[[ignore]]\nrule = \"x\"\n[ignore.more]\na = 1\n", "\"x\""),
            ("[[ignore]]\nrule = \"x\"\n[ignore.more]\na = 1\n", "a = 1"),
        ] {
            assert_eq!(without(text, at), None, "{text}");
        }
    }
}
