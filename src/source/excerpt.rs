//! The lines that a report shows of a file, cut out while the file is at hand, so that no report needs to read it.

use super::Lines;
use std::ops::Range;

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

impl Excerpt {
    /// Cuts the first line of `span` (bytes of the indexed text) out. A span over several lines is shown to the end of
    /// its first.
    #[must_use]
    pub fn cut(lines: &Lines<'_>, span: &Range<usize>) -> Self {
        let number = lines.position(span.start).line;
        let whole = lines.range(number).unwrap_or(0..0);
        let marked = span.start.min(whole.end)..span.end.clamp(span.start.min(whole.end), whole.end);
        let text = lines.text();
        let (mut window, mut ellipses) = (whole.clone(), (false, false));
        if text[whole.clone()].chars().nth(UNCLIPPED).is_some() {
            let left = text[whole.start..marked.start].char_indices().rev().nth(BEFORE);
            let end_of_mark = nth_from(text, marked.start, INSIDE).min(marked.end);
            let right = nth_from(text, end_of_mark, AFTER).min(whole.end);
            window = left.map_or(whole.start, |(at, _)| whole.start + at)..right;
            ellipses = (window.start > whole.start, window.end < whole.end);
        }
        let mut shown = String::with_capacity(window.len() + 6);
        if ellipses.0 {
            shown.push('…');
        }
        let shift = |at: usize| at.clamp(window.start, window.end) - window.start + shown.len();
        let marked = shift(marked.start)..shift(marked.end);
        shown.push_str(&text[window]);
        if ellipses.1 {
            shown.push('…');
        }
        Self { line: ExcerptLine { number, text: shown }, marked }
    }
}

/// The offset `count` characters after `start`, or the end of the text.
fn nth_from(text: &str, start: usize, count: usize) -> usize {
    text[start..].char_indices().nth(count).map_or(text.len(), |(at, _)| start + at)
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
