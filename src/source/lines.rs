//! Byte offsets to lines and columns.

use std::ops::Range;

/// A range of bytes, widened to whole characters and kept within the text. Parsers of other people count in their own
/// ways, and a range that ends inside of a character must not stop a run.
#[must_use]
pub(crate) fn whole_characters(text: &str, range: &Range<usize>) -> Range<usize> {
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = range.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// A place in a text. Lines and columns count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line; `\n`, `\r\n` and a lone `\r` end one.
    pub line: usize,
    /// Column in Unicode scalar values.
    pub column: usize,
    /// Column in UTF-16 code units, as SARIF and editors count.
    pub column_utf16: usize,
}

/// An index of a text's lines: what has passed at every 4,096 bytes. Building it reads the text once and takes less
/// than a hundredth of its size; a look-up reads at most two blocks, however long or short the lines are.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    blocks: Vec<Passed>,
}

/// What lies before a place.
#[derive(Debug, Clone, Copy, Default)]
struct Passed {
    scalars: usize,
    utf16: usize,
    line_ends: usize,
    line_start: usize,
}

const BLOCK: usize = 4096;

impl<'a> Lines<'a> {
    /// Indexes `text`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut passed = Passed::default();
        let mut blocks = vec![passed];
        for start in (0..text.len()).step_by(BLOCK) {
            passed = passed.and(text, start..(start + BLOCK).min(text.len()));
            blocks.push(passed);
        }
        Self { text, blocks }
    }

    /// The indexed text.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The position of a byte offset; past the end, that of the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let here = self.passed(offset.min(self.text.len()));
        let before = self.passed(here.line_start);
        Position {
            line: here.line_ends + 1,
            column: here.scalars - before.scalars + 1,
            column_utf16: here.utf16 - before.utf16 + 1,
        }
    }

    fn passed(&self, offset: usize) -> Passed {
        let block = offset / BLOCK;
        self.blocks[block].and(self.text, block * BLOCK..offset)
    }
}

impl Passed {
    /// With the bytes of a range that starts here.
    fn and(mut self, text: &str, range: Range<usize>) -> Self {
        let bytes = text.as_bytes();
        let block = &bytes[range.clone()];
        // The fast path for most documents.
        if block.is_ascii() && !block.contains(&b'\r') {
            self.scalars += block.len();
            self.utf16 += block.len();
            if let Some(last) = memchr::memrchr(b'\n', block) {
                self.line_ends += memchr::memchr_iter(b'\n', block).count();
                self.line_start = range.start + last + 1;
            }
            return self;
        }
        for at in range {
            let byte = bytes[at];
            // A scalar value is counted at its first byte; those of four bytes take two UTF-16 units.
            self.scalars += usize::from(byte & 0xC0 != 0x80);
            self.utf16 += usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0);
            if byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                self.line_ends += 1;
                self.line_start = at + 1;
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
        let position = Lines::new(text).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn all_three_line_ends_count() {
        let text = "a\nb\r\nc\rd";
        assert_eq!(line_and_column(text, 2), (2, 1));
        assert_eq!(line_and_column(text, 5), (3, 1));
        assert_eq!(line_and_column(text, 7), (4, 1));
    }

    #[test]
    fn columns_count_scalars_and_utf16_units() {
        let text = "\"ü😀\" x";
        let x = Lines::new(text).position(text.find('x').unwrap());
        assert_eq!((x.column, x.column_utf16), (6, 7));
    }

    proptest! {
        #[test]
        fn a_position_is_what_counting_by_hand_gives(text in "([a-c\n]|[a-c\\u{e9}\\u{1F600}\n]){0,40}", repeat in 1usize..400) {
            let text = text.repeat(repeat);
            let lines = Lines::new(&text);
            for offset in [0, text.len() / 3, text.len() / 2, text.len()] {
                let offset = (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                let before = &text[..offset];
                let line_start = before.rfind('\n').map_or(0, |at| at + 1);
                let position = lines.position(offset);
                prop_assert_eq!(position.line, before.matches('\n').count() + 1);
                prop_assert_eq!(position.column, before[line_start..].chars().count() + 1);
                prop_assert_eq!(position.column_utf16, before[line_start..].encode_utf16().count() + 1);
            }
        }
    }
}
