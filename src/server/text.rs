//! A text that an editor holds: where its lines begin, positions as the protocol has them, and edits as they are typed.

use lsp_types::{Position, PositionEncodingKind, Range, TextDocumentContentChangeEvent};

/// In what the columns of a position are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Units {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16, which every editor can count.
    #[default]
    Utf16,
}

impl Units {
    /// What is agreed on with an editor that can count in these. Bytes are what a text is stored in.
    pub(super) fn agreed(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered {
            Some(offered) if offered.contains(&PositionEncodingKind::UTF8) => Self::Utf8,
            Some(_) | None => Self::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
        }
    }
}

/// The lines of a text. `\n`, `\r\n` and a lone `\r` end one, as in the protocol.
pub(super) struct Index<'t> {
    text: &'t str,
    starts: Vec<usize>,
    units: Units,
}

impl<'t> Index<'t> {
    pub(super) fn new(text: &'t str, units: Units) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { text, starts, units }
    }

    /// The line without what ends it.
    fn line(&self, line: usize) -> &'t str {
        let Some(start) = self.starts.get(line) else { return "" };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        self.text[*start..end].trim_end_matches(['\n', '\r'])
    }

    /// The byte at a position. Past the end of a line it is the end of the line, as the protocol wants it.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line) else { return self.text.len() };
        let (mut left, mut offset) = (position.character as usize, *start);
        for character in self.line(line).chars() {
            let width = self.units.width(character);
            if left < width {
                break;
            }
            left -= width;
            offset += character.len_utf8();
        }
        offset
    }

    /// The position of a byte.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = self.line(line).char_indices().take_while(|(at, _)| self.starts[line] + at < offset);
        let character = before.map(|(_, character)| self.units.width(character)).sum();
        Position { line: number(line), character: number(character) }
    }

    pub(super) fn range(&self, bytes: &std::ops::Range<usize>) -> Range {
        Range { start: self.position(bytes.start), end: self.position(bytes.end) }
    }
}

/// The protocol counts in 32 bits.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Does to a text what somebody typed.
pub(super) fn change(text: &mut String, change: TextDocumentContentChangeEvent, units: Units) {
    let Some(range) = change.range else {
        *text = change.text;
        return;
    };
    let index = Index::new(text, units);
    let (start, end) = (index.offset(range.start), index.offset(range.end));
    text.replace_range(start..end.max(start), &change.text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_are_bytes_or_units_of_utf_16() {
        let text = "ä😀x\r\ny";
        let (utf8, utf16) = (Index::new(text, Units::Utf8), Index::new(text, Units::Utf16));
        let x = text.find('x').unwrap();
        assert_eq!((utf8.position(x), utf16.position(x)), (at(0, 6), at(0, 3)));
        assert_eq!((utf8.offset(at(0, 6)), utf16.offset(at(0, 3))), (x, x));
        assert_eq!((utf8.offset(at(0, 99)), utf16.offset(at(1, 0))), (x + 1, x + 3));
        // A position inside of a character is where the character begins.
        assert_eq!((utf8.offset(at(0, 1)), utf16.offset(at(0, 2))), (0, 2));
        assert_eq!(utf8.offset(at(7, 0)), text.len());
    }

    #[test]
    fn a_change_without_a_range_is_the_whole_text() {
        let mut text = "before".to_owned();
        let all = TextDocumentContentChangeEvent { range: None, range_length: None, text: "after".to_owned() };
        change(&mut text, all, Units::Utf16);
        assert_eq!(text, "after");
    }

    proptest! {
        /// What an editor has after any number of edits is what the server has.
        #[test]
        fn edits_keep_both_texts_the_same(
            text in "[aä😀\r\n]{0,12}",
            edits in prop::collection::vec((0..24_usize, 0..24_usize, "[bü😀\r\n]{0,4}"), 0..8),
            is_utf8 in any::<bool>(),
        ) {
            let units = if is_utf8 { Units::Utf8 } else { Units::Utf16 };
            let (mut own, mut editors) = (text.clone(), text);
            for (one, other, new) in edits {
                let ends: Vec<usize> = editors.char_indices().map(|(at, _)| at).chain([editors.len()]).collect();
                let (one, other) = (ends[one % ends.len()], ends[other % ends.len()]);
                let bytes = one.min(other)..one.max(other);
                // No editor has a place between the two characters that end one line.
                let splits = |at: usize| editors[..at].ends_with('\r') && editors[at..].starts_with('\n');
                if splits(bytes.start) || splits(bytes.end) {
                    continue;
                }
                let range = Index::new(&editors, units).range(&bytes);
                editors.replace_range(bytes, &new);
                change(&mut own, TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: new }, units);
                prop_assert_eq!(&own, &editors);
            }
        }
    }
}
