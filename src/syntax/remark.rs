//! Comments in HCL that are addressed to somebody, and what they stand in front of.

use super::effort::check_effort;
use hcl_edit::Span;
use hcl_edit::structure::{Body, Structure};
use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Its bytes.
    pub text: Range<usize>,
    /// The bytes of the attribute or block that follows it or that is on the same line.
    pub about: Option<Range<usize>>,
}

/// The comments that contain `mark`.
#[must_use]
pub fn remarks(text: &str, mark: &str) -> Vec<Remark> {
    if !text.contains(mark) || check_effort(text).is_err() {
        return Vec::new();
    }
    let structures = Structures::of(text);
    let lines = lines(text);
    let mut remarks = Vec::new();
    // From the end, so that what follows a comment is known when the comment is reached.
    let mut next_code = None;
    for line in lines.iter().rev() {
        let start = first_character(text, line);
        if let Some(comment) = comment(text, line, &structures)
            && text[comment.clone()].contains(mark)
        {
            let about = if comment.start == start {
                next_code.and_then(|start| structures.starting_at(start))
            } else {
                structures.ending_in(line.start..=comment.start).max_by_key(|structure| structure.start)
            };
            remarks.push(Remark { about: about.cloned(), text: comment });
        }
        if !text[start..line.end].starts_with(['#', '/']) {
            next_code = Some(start);
        }
    }
    remarks.reverse();
    remarks
}

/// The bytes of every attribute and block.
struct Structures {
    /// In the order of their ends.
    by_end: Vec<Range<usize>>,
    /// The outermost of those that start at one place.
    by_start: HashMap<usize, Range<usize>>,
}

impl Structures {
    fn of(text: &str) -> Self {
        let mut by_end = Vec::new();
        if let Ok(body) = text.parse::<Body>() {
            gather(&body, &mut by_end);
        }
        let mut by_start = HashMap::new();
        for structure in &by_end {
            by_start.entry(structure.start).or_insert_with(|| structure.clone());
        }
        by_end.sort_by_key(|structure| structure.end);
        Self { by_end, by_start }
    }

    fn starting_at(&self, start: usize) -> Option<&Range<usize>> {
        self.by_start.get(&start)
    }

    /// Those that end in a part of the text, its last byte included.
    fn ending_in(&self, part: RangeInclusive<usize>) -> impl Iterator<Item = &Range<usize>> {
        let first = self.by_end.partition_point(|structure| structure.end < *part.start());
        self.by_end[first..].iter().take_while(move |structure| structure.end <= *part.end())
    }
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

/// Where the first character of a line is that is no white space.
fn first_character(text: &str, line: &Range<usize>) -> usize {
    line.end - text[line.clone()].trim_start().len()
}

/// The comment that a line is, or that ends it.
fn comment(text: &str, line: &Range<usize>, structures: &Structures) -> Option<Range<usize>> {
    let is_comment = |from: usize| text[from..line.end].starts_with(['#', '/']);
    let indented = first_character(text, line);
    if is_comment(indented) {
        return Some(indented..line.end);
    }
    // Behind an attribute, where no string can hold it.
    let last = structures.ending_in(line.start..=line.end).filter(|structure| structure.end < line.end).last()?;
    let from = first_character(text, &(last.end..line.end));
    is_comment(from).then_some(from..line.end)
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
