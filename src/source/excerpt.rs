//! The lines that a report shows of a file, cut out while the file is at hand, so that no report needs to read it.

use super::{Lines, whole_characters};
use std::ops::Range;

/// How much of a file reports show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// The lines that findings point into.
    Lines,
    /// Nothing but what findings point at.
    Marked,
    /// No text at all.
    Nothing,
}

/// One line of a file, clipped to the neighbourhood of what is pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcerptLine {
    /// Line number from 1.
    pub number: usize,
    /// The line's text, with `…` where it is clipped.
    pub text: String,
}

/// The line under a label and where the label lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The labelled line.
    pub line: ExcerptLine,
    /// Byte range of the label in `line.text`.
    pub marked: Range<usize>,
}

/// Characters shown on either side of what is pointed at, and of that itself, before a line is clipped.
const BEFORE: usize = 40;
const INSIDE: usize = 60;
const AFTER: usize = 40;
const UNCLIPPED: usize = 120;

/// The replacement for a line that is not shown.
const HIDDEN: &str = "… (not shown: this file may hold secrets)";

impl Excerpt {
    /// Cuts the first line of `span` (bytes of the indexed text) out. A span over several lines is shown to the end of
    /// its first. Looks no further than what it shows: lines of a hundred megabytes exist.
    #[must_use]
    pub fn cut(lines: &Lines<'_>, span: &Range<usize>) -> Self {
        Self::cut_within(lines, span, &(0..lines.text().len()))
    }

    /// A line of a file that is not shown, because the file may hold secrets.
    #[must_use]
    pub fn hidden(number: usize) -> Self {
        Self { line: ExcerptLine { number, text: HIDDEN.to_owned() }, marked: 0..0 }
    }

    /// The same, showing nothing outside of `window`: what stands there may be secret.
    #[must_use]
    pub fn cut_within(lines: &Lines<'_>, span: &Range<usize>, window: &Range<usize>) -> Self {
        let text = lines.text();
        let Range { start, end } = whole_characters(text, span);
        let window = &whole_characters(text, window);
        let inside = reach(text[start..end].chars(), end - start).0;
        let before = &text[window.start.min(start)..start];
        let after = |from: usize| &text[from..window.end.clamp(from, text.len())];
        let (left, left_ends) = reach(before.chars().rev(), UNCLIPPED);
        let (right, right_ends) = reach(after(start + inside).chars(), UNCLIPPED);
        let length = text[start - left..start + inside + right].chars().count();
        let number = lines.position(start).line;
        if left_ends && right_ends && length <= UNCLIPPED {
            let shown = text[start - left..start + inside + right].to_owned();
            return Self { line: ExcerptLine { number, text: shown }, marked: left..left + inside };
        }
        let (left, left_ends) = reach(before.chars().rev(), BEFORE);
        let (shown_inside, all) = reach(text[start..start + inside].chars(), INSIDE);
        let (right, right_ends) = reach(after(start + shown_inside).chars(), if all { AFTER } else { AFTER / 2 });
        let mut shown = String::with_capacity(left + shown_inside + right + 6);
        shown.push_str(if left_ends { "" } else { "…" });
        let marked = shown.len() + left;
        shown.push_str(&text[start - left..start + shown_inside + right]);
        shown.push_str(if right_ends { "" } else { "…" });
        let marked = marked..marked + if all { shown_inside } else { shown_inside + right };
        Self { line: ExcerptLine { number, text: shown }, marked }
    }
}

/// How many bytes of a line at most `count` characters take, and whether the line or text ends there.
fn reach(characters: impl Iterator<Item = char>, count: usize) -> (usize, bool) {
    let mut bytes = 0;
    for (passed, character) in characters.enumerate() {
        if matches!(character, '\n' | '\r') {
            return (bytes, true);
        }
        if passed == count {
            return (bytes, false);
        }
        bytes += character.len_utf8();
    }
    (bytes, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, needle: &str) -> (usize, String, String) {
        let start = text.find(needle).unwrap();
        let excerpt = Excerpt::cut(&Lines::new(text), &(start..start + needle.len()));
        let marked = excerpt.line.text[excerpt.marked.clone()].to_owned();
        (excerpt.line.number, excerpt.line.text, marked)
    }

    #[test]
    fn a_short_line_is_shown_whole() {
        assert_eq!(cut("{\n\t\"state\": \"on\"\r\n}", "\"on\""), (2, "\t\"state\": \"on\"".into(), "\"on\"".into()));
    }

    #[test]
    fn a_range_inside_of_a_character_is_widened_to_the_whole_of_it() {
        let text = "{“a”: 1}";
        for start in 0..=text.len() {
            for end in 0..=text.len() + 1 {
                let excerpt = Excerpt::cut_within(&Lines::new(text), &(start..end), &(end..start + 1));
                assert!(excerpt.line.text.is_char_boundary(excerpt.marked.start), "{start}..{end}");
                assert!(excerpt.line.text.is_char_boundary(excerpt.marked.end), "{start}..{end}");
            }
        }
        let excerpt = Excerpt::cut(&Lines::new(text), &(1..2));
        assert_eq!(&excerpt.line.text[excerpt.marked], "“");
    }

    #[test]
    fn a_minified_line_is_clipped_on_both_sides() {
        let text = format!("{{\"a\":\"{}\",\"state\":\"on\",\"b\":\"{}\"}}", "ü".repeat(300), "x".repeat(10_000));
        let (line, shown, marked) = cut(&text, "\"on\"");
        assert_eq!((line, marked.as_str()), (1, "\"on\""));
        assert!(shown.starts_with('…') && shown.ends_with('…'));
        assert!(shown.chars().count() <= BEFORE + INSIDE + AFTER + 4, "{shown}");
    }

    #[test]
    fn a_label_longer_than_the_window_is_clipped_too() {
        let name = format!("\"{}\"", "n".repeat(10_000));
        let (_, shown, marked) = cut(&format!("{{\"displayName\":{name}}}"), &name);
        assert!(marked.starts_with("\"nnn") && marked.len() < shown.len());
    }
}
