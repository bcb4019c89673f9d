//! Comments in HCL that are addressed to somebody, and what they stand in front of.

use super::effort::check_effort;
use hcl_edit::Span;
use hcl_edit::structure::{Body, Structure};
use std::ops::Range;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Its bytes.
    pub text: Range<usize>,
    /// The bytes of the attribute or block that it stands in front of, or at the end of whose line.
    pub about: Option<Range<usize>>,
}

/// The comments that contain `mark`.
#[must_use]
pub fn remarks(text: &str, mark: &str) -> Vec<Remark> {
    if !text.contains(mark) || check_effort(text).is_err() {
        return Vec::new();
    }
    let mut structures = Vec::new();
    if let Ok(body) = text.parse::<Body>() {
        gather(&body, &mut structures);
    }
    let lines = lines(text);
    let marked = lines.iter().enumerate().filter_map(|(index, line)| {
        let comment = comment(text, line, &structures)?;
        text[comment.clone()].contains(mark).then_some((index, comment))
    });
    marked
        .map(|(index, comment)| Remark { about: about(text, &lines, index, &comment, &structures), text: comment })
        .collect()
}

fn gather(body: &Body, structures: &mut Vec<Range<usize>>) {
    for structure in body {
        structures.extend(structure.span());
        if let Structure::Block(block) = structure {
            gather(&block.body, structures);
        }
    }
}

fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let range = start..start + line.trim_end().len();
            start += line.len();
            range
        })
        .collect()
}

/// The comment that a line is, or that ends it.
fn comment(text: &str, line: &Range<usize>, structures: &[Range<usize>]) -> Option<Range<usize>> {
    let is_comment = |from: usize| text[from..line.end].starts_with(['#', '/']);
    let indented = line.start + (text[line.clone()].len() - text[line.clone()].trim_start().len());
    if is_comment(indented) {
        return Some(indented..line.end);
    }
    // Behind an attribute, where no string can hold it.
    let ends = structures.iter().map(|structure| structure.end).filter(|end| line.contains(end));
    let from = ends.max().map(|end| end + (text[end..line.end].len() - text[end..line.end].trim_start().len()))?;
    is_comment(from).then_some(from..line.end)
}

fn about(
    text: &str,
    lines: &[Range<usize>],
    index: usize,
    comment: &Range<usize>,
    structures: &[Range<usize>],
) -> Option<Range<usize>> {
    let line = &lines[index];
    if !text[line.start..comment.start].trim().is_empty() {
        let ends_here = |structure: &&Range<usize>| line.start <= structure.end && structure.end <= comment.start;
        return structures.iter().filter(ends_here).max_by_key(|structure| structure.start).cloned();
    }
    let next = lines[index + 1..].iter().find(|line| !text[(*line).clone()].trim_start().starts_with(['#', '/']))?;
    let first = next.start + (text[next.clone()].len() - text[next.clone()].trim_start().len());
    structures.iter().find(|structure| structure.start == first).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_about_what_follows_or_what_ends_its_line() {
        let text = "# mark block\n# another\nresource \"a\" \"b\" {\n  # mark x\n  x = 1\n  y = \"# mark no\" # mark y\n}\n\n# mark nothing\n";
        let found: Vec<(&str, Option<&str>)> = remarks(text, "mark")
            .into_iter()
            .map(|one| (&text[one.text], one.about.map(|about| &text[about])))
            .collect();
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].1.unwrap().starts_with("resource"));
        assert_eq!(found[1], ("# mark x", Some("x = 1")));
        assert_eq!(found[2], ("# mark y", Some("y = \"# mark no\"")));
        assert_eq!(found[3], ("# mark nothing", None));
    }
}
