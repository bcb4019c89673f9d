//! Which fixes can be written at once, and the files with them.

use crate::discover::Overlay;
use crate::finding::{Edit, Finding, Fix, Written};
use crate::source;
use std::collections::BTreeMap;
use std::ops::Range;

/// A fix, and the finding that it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Chosen<'f> {
    pub(super) finding: &'f Finding,
    pub(super) fix: &'f Fix,
}

/// Fixes whose edits do not meet those of an earlier one, and write nothing into a list or an object that it writes there. What several
/// findings want alike is chosen once. The others wait until these have been written, and are then asked for again, or no longer.
pub(super) fn choose<'f>(fixes: impl Iterator<Item = Chosen<'f>>) -> Vec<Chosen<'f>> {
    // The ends of what is taken in each file, by where it starts.
    let mut taken: BTreeMap<&str, BTreeMap<usize, usize>> = BTreeMap::new();
    let mut uniques = Written::default();
    let mut chosen: Vec<Chosen<'f>> = Vec::new();
    for one in fixes {
        let is_free = |edit: &Edit| {
            let before = taken.get(edit.path.as_str()).and_then(|taken| taken.range(..=edit.bytes.end).next_back());
            // Edits that touch each other have no order.
            before.is_none_or(|(_, end)| *end < edit.bytes.start)
        };
        if !one.fix.edits.is_empty() && one.fix.edits.iter().all(is_free) && uniques.add(one.fix) {
            for edit in &one.fix.edits {
                taken.entry(&edit.path).or_default().insert(edit.bytes.start, edit.bytes.end);
            }
            chosen.push(one);
        }
    }
    chosen
}

/// The files with these fixes, over what was there; none if a file cannot be read or is no longer what the fixes are about.
pub(super) fn written(
    fixes: &[Chosen<'_>],
    base: &Overlay,
    on_disk: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Option<Overlay> {
    let mut by_path: BTreeMap<&str, Vec<(Range<usize>, &str)>> = BTreeMap::new();
    for edit in fixes.iter().flat_map(|one| &one.fix.edits) {
        by_path.entry(&edit.path).or_default().push((edit.bytes.clone(), &edit.replacement));
    }
    let mut overlay = base.clone();
    for (path, mut edits) in by_path {
        edits.sort_by_key(|(bytes, _)| (bytes.start, bytes.end));
        let before = base.get(path).map(<[u8]>::to_vec).or_else(|| on_disk(path))?;
        overlay.insert(path.to_owned(), source::splice(&before, &edits)?);
    }
    Some(overlay)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Draft, Level, Location, Safety};
    use crate::source::Position;
    use crate::syntax::Unique;

    fn finding(edits: &[(&str, Range<usize>, &str)]) -> Finding {
        let start = Position { line: 1, column: 1, column_utf16: 1 };
        let edit = |(path, bytes, replacement): &(&str, Range<usize>, &str)| Edit {
            path: (*path).to_owned(),
            start,
            end: start,
            bytes: bytes.clone(),
            replacement: (*replacement).to_owned(),
            unique: None,
        };
        let fix = Fix {
            title: String::new(),
            safety: Safety::Safe,
            edits: edits.iter().map(edit).collect(),
            in_policies: true,
            share: None,
        };
        let finding = Draft::new("rule", Level::Info, "").at("tenant", Location::beginning("a".to_owned()));
        Finding { fix: Some(fix), ..finding }
    }

    fn all(findings: &[Finding]) -> Vec<Chosen<'_>> {
        findings.iter().map(|finding| Chosen { finding, fix: finding.fix.as_ref().unwrap() }).collect()
    }

    #[test]
    fn what_meets_an_earlier_one_waits() {
        let findings = [
            finding(&[("a", 1..3, "x"), ("b", 0..1, "y")]),
            finding(&[("a", 3..4, "z")]),
            finding(&[("a", 1..3, "x"), ("b", 0..1, "y")]),
            finding(&[("a", 4..4, "z")]),
            finding(&[("b", 2..2, "z"), ("a", 2..2, "z")]),
        ];
        let chosen = choose(all(&findings).into_iter());
        let at: Vec<usize> = (0..findings.len())
            .filter(|at| chosen.iter().any(|one| std::ptr::eq(one.finding, &raw const findings[*at])))
            .collect();
        assert_eq!(at, [0, 3]);
    }

    /// The second value would be there twice. It is no matter where in the list it stands.
    #[test]
    fn what_a_list_has_once_is_written_once() {
        let list = |within: Range<usize>, word: &str| Some(Unique { within, word: word.to_owned() });
        let unique = |mut finding: Finding, uniques: &[Option<Unique>]| {
            for (edit, unique) in finding.fix.iter_mut().flat_map(|fix| &mut fix.edits).zip(uniques) {
                edit.unique = unique.clone();
            }
            finding
        };
        let findings = [
            unique(finding(&[("a", 1..3, "x")]), &[list(0..99, "x")]),
            unique(finding(&[("a", 11..13, "x"), ("a", 21..23, "y")]), &[list(0..99, "x"), list(0..99, "y")]),
            unique(finding(&[("a", 31..33, "y")]), &[list(0..99, "y")]),
            unique(finding(&[("b", 11..13, "x")]), &[list(0..99, "x")]),
            unique(finding(&[("a", 41..43, "x")]), &[list(40..50, "x")]),
            unique(finding(&[("c", 1..3, "x"), ("c", 11..13, "x")]), &[list(0..99, "x"), list(0..99, "x")]),
            finding(&[("a", 51..53, "x")]),
            finding(&[("a", 61..63, "x")]),
        ];
        let chosen = choose(all(&findings).into_iter());
        let at = |one: &Chosen<'_>| findings.iter().position(|finding| std::ptr::eq(one.finding, finding));
        assert_eq!(chosen.iter().filter_map(at).collect::<Vec<_>>(), [0, 2, 3, 4, 6, 7]);
    }

    #[test]
    fn files_are_written_over_what_was_written_before() {
        let findings = [finding(&[("a", 0..1, "xy"), ("b", 1..1, "z")]), finding(&[("a", 2..3, "")])];
        let mut base = Overlay::default();
        base.insert("b".to_owned(), b"12".to_vec());
        let on_disk = |path: &str| (path == "a").then(|| b"123".to_vec());
        let overlay = written(&all(&findings), &base, &on_disk).unwrap();
        let files: Vec<_> = overlay.files().collect();
        assert_eq!(files, [("a", b"xy2".as_slice()), ("b", b"1z2".as_slice())]);
        assert!(written(&all(&findings), &base, &|_| None).is_none());
        assert!(written(&all(&findings), &base, &|_| Some(Vec::new())).is_none());
    }
}
