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
    /// The bytes that a text without it lacks: its line, or what it is at the end of a line. None if that could be more than a comment.
    pub removal: Option<Range<usize>>,
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
            let removal = structures.removal(text, line, &comment);
            remarks.push(Remark { about: about.cloned(), removal, text: comment });
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
    /// Attributes, in their order. What stands inside of one may be text of a string.
    attributes: Vec<Range<usize>>,
}

impl Structures {
    fn of(text: &str) -> Self {
        let (mut by_end, mut attributes) = (Vec::new(), Vec::new());
        if let Ok(body) = text.parse::<Body>() {
            gather(&body, &mut by_end, &mut attributes);
        }
        let mut by_start = HashMap::new();
        for structure in &by_end {
            by_start.entry(structure.start).or_insert_with(|| structure.clone());
        }
        by_end.sort_by_key(|structure| structure.end);
        Self { by_end, by_start, attributes }
    }

    /// What goes with a comment at the end of a line, or with one that has a line of its own.
    fn removal(&self, text: &str, line: &Range<usize>, comment: &Range<usize>) -> Option<Range<usize>> {
        let is_one = match text[comment.clone()].strip_prefix("/*") {
            Some(rest) => rest.strip_suffix("*/").is_some_and(|inside| !inside.contains("*/")),
            // It may stand in a longer one, and end it.
            None => !text[comment.clone()].contains("*/"),
        };
        let before = self.attributes.partition_point(|attribute| attribute.start <= comment.start);
        let inside = before.checked_sub(1).is_some_and(|last| self.attributes[last].end > comment.start);
        if !is_one || inside || self.by_end.is_empty() {
            return None;
        }
        let after = &text[line.end..];
        let blank = after.len() - after.trim_start_matches([' ', '\t']).len();
        let end = line.end + blank;
        let newline = ["\r\n", "\n"].into_iter().find(|newline| text[end..].starts_with(newline)).map_or(0, str::len);
        let code = text[line.start..comment.start].trim_end().len();
        Some(if code == 0 { line.start..end + newline } else { line.start + code..end })
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

fn gather(body: &Body, structures: &mut Vec<Range<usize>>, attributes: &mut Vec<Range<usize>>) {
    for structure in body {
        structures.extend(structure.span());
        match structure {
            Structure::Block(block) => gather(&block.body, structures, attributes),
            Structure::Attribute(_) => attributes.extend(structure.span()),
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

    /// The text without its first comment with the mark; none if that is not known to be a comment.
    fn without(text: &str) -> Option<String> {
        let removal = remarks(text, "mark").into_iter().next()?.removal?;
        Some(format!("{}{}", &text[..removal.start], &text[removal.end..]))
    }

    #[test]
    fn a_comment_goes_with_its_line_or_from_the_end_of_it() {
        for (text, left) in [
            ("a = 1\n  # mark x\nb = 2\n", "a = 1\nb = 2\n"),
            ("a = 1\r\n  // mark x \t\r\nb = 2\r\n", "a = 1\r\nb = 2\r\n"),
            ("# mark x\na = 1", "a = 1"),
            ("a = 1\n# mark x", "a = 1\n"),
            ("a = 1 \t# mark x\nb = 2\n", "a = 1\nb = 2\n"),
            ("a = \"#\" // mark x  \r\nb = 2\r\n", "a = \"#\"\r\nb = 2\r\n"),
            ("a = 1 /* mark x */\nb = 2\n", "a = 1\nb = 2\n"),
            ("a {\n  b = 1\n} # mark x\nc = 2\n", "a {\n  b = 1\n}\nc = 2\n"),
            ("a {\n  /* mark x */\n  b = 1\n}\n", "a {\n  b = 1\n}\n"),
        ] {
            assert_eq!(without(text).as_deref(), Some(left), "{text:?}");
        }
    }

    #[test]
    fn what_may_be_more_than_a_comment_stays() {
        for text in [
            "a = <<EOT\n# mark x\nEOT\nb = 1\n",
            "a = [\n  # mark x\n  1,\n]\n",
            "/* mark x\n  more */\na = 1\n",
            "/*\n# mark x */\na = 1\n",
            "/* mark x */ a = 1\n",
            "/* mark x */ a = 1 /* y */\n",
            "# mark x\na = = 1\n",
        ] {
            assert_eq!(without(text), None, "{text:?}");
        }
    }

    proptest::proptest! {
        /// What is left is what was there before the comment.
        #[test]
        fn a_text_without_its_comment_is_what_it_was(
            values in proptest::collection::vec("1|\"[#/*]{1,3}\"|\\[1, 2\\]|\\{\\}", 1..6),
            at: proptest::sample::Index,
            own_line: bool,
            comment in "(#|//) mark [a-z ]{0,4}|/\\* mark \\*/",
            blank in "[ \t]{1,3}",
            newline in proptest::sample::select(vec!["\n", "\r\n"]),
        ) {
            let attributes = values.iter().enumerate().map(|(index, value)| format!("  k{index} = {value}"));
            let lines: Vec<String> = ["x {".to_owned()].into_iter().chain(attributes).chain(["}".to_owned()]).collect();
            let at = 1 + at.index(values.len());
            let mut with = lines.clone();
            if own_line {
                with.insert(at, format!("{blank}{comment}"));
            } else {
                with[at] += &format!("{blank}{comment}");
            }
            let text = |lines: &[String]| lines.join(newline) + newline;
            proptest::prop_assert_eq!(without(&text(&with)), Some(text(&lines)));
        }
    }
}
