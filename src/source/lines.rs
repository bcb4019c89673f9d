//! Byte offsets to lines and columns.

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

/// An index of a text's lines. Building it reads the text once; a look-up then reads at most [`BLOCK`] bytes however
/// long the line is, so that a minified list of a hundred megabytes costs no more than a tidy file.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    blocks: Vec<Width>,
}

/// Width of a stretch of text, in both units.
#[derive(Debug, Clone, Copy, Default)]
struct Width {
    scalars: usize,
    utf16: usize,
}

const BLOCK: usize = 4096;

impl<'a> Lines<'a> {
    /// Indexes `text`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at + 1);
            }
        }
        let mut width = Width::default();
        let mut blocks = vec![width];
        for block in bytes.chunks(BLOCK) {
            width = width.plus(block);
            blocks.push(width);
        }
        Self { text, starts, blocks }
    }

    /// The indexed text.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The position of a byte offset; past the end, that of the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let before = self.width(self.starts[line - 1]);
        let here = self.width(offset);
        Position { line, column: here.scalars - before.scalars + 1, column_utf16: here.utf16 - before.utf16 + 1 }
    }

    /// The byte range of a line (counted from 1) without its end-of-line characters.
    #[must_use]
    pub fn range(&self, line: usize) -> Option<std::ops::Range<usize>> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        let content = self.text[start..end].trim_end_matches(['\n', '\r']);
        Some(start..start + content.len())
    }

    fn width(&self, offset: usize) -> Width {
        let block = offset / BLOCK;
        self.blocks[block].plus(&self.text.as_bytes()[block * BLOCK..offset])
    }
}

impl Width {
    fn plus(self, bytes: &[u8]) -> Self {
        // A scalar value is counted at its first byte; those of four bytes take two UTF-16 units.
        let scalars = bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        let pairs = bytes.iter().filter(|byte| **byte >= 0xF0).count();
        Self { scalars: self.scalars + scalars, utf16: self.utf16 + scalars + pairs }
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
        assert_eq!(Lines::new(text).range(2), Some(2..3));
    }

    #[test]
    fn columns_count_scalars_and_utf16_units() {
        let text = "\"ü😀\" x";
        let x = Lines::new(text).position(text.find('x').unwrap());
        assert_eq!((x.column, x.column_utf16), (6, 7));
    }

    proptest! {
        #[test]
        fn a_position_is_what_counting_by_hand_gives(text in "[a-c\\u{e9}\\u{1F600}\n]{0,40}", repeat in 1usize..400) {
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
