//! Strings that remember which bytes of which file they are made of.

use super::source::Source;
use crate::id::FileIndex;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// A string.
#[derive(Debug, Clone)]
pub struct Text {
    text: Arc<str>,
    /// In their order; a part of the text that no segment holds is made anew.
    segments: Option<Arc<[Segment]>>,
}

/// A part of a string.
#[derive(Debug, Clone)]
struct Segment {
    range: Range<usize>,
    from: From,
}

/// What a part of a string is made of.
#[derive(Debug, Clone)]
enum From {
    /// The bytes of a file from an offset on, as they stand there.
    Bytes(FileIndex, usize),
    /// A value that stands elsewhere.
    Value(Source),
}

impl Text {
    /// The whole text of a file.
    #[must_use]
    pub fn of_file(text: Arc<str>, file: FileIndex) -> Self {
        let segment = Segment { range: 0..text.len(), from: From::Bytes(file, 0) };
        Self { text, segments: Some(Arc::new([segment])) }
    }

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The string, shared.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// The place of the one value that a part is made of as a whole; none if it is made of anything else.
    #[must_use]
    pub fn value_of(&self, part: &Range<usize>) -> Option<Source> {
        let segments = self.segments.as_deref().unwrap_or_default();
        let at = segments.partition_point(|segment| segment.range.end <= part.start);
        let segment = segments.get(at).filter(|_| !part.is_empty())?;
        let is_whole = segment.range.start <= part.start && part.end <= segment.range.end;
        // The bytes of another text than those around it are those of a value, too.
        let around = at.checked_sub(1).and_then(|before| segments.get(before)).or(segments.get(at + 1));
        let file = |segment: &Segment| match &segment.from {
            From::Bytes(file, _) => Some(*file),
            From::Value(source) => source.file(),
        };
        match &segment.from {
            From::Value(source) if is_whole && *source != Source::None => Some(source.clone()),
            From::Bytes(..) if is_whole && around.is_some_and(|around| file(around) != file(segment)) => {
                Some(self.source_of(part, &Source::None))
            }
            From::Value(_) | From::Bytes(..) => None,
        }
    }

    /// A part of it, with its places.
    #[must_use]
    pub fn part(&self, part: &Range<usize>, otherwise: &Source) -> Self {
        let text: Arc<str> = self.text.get(part.clone()).unwrap_or_default().into();
        let inside = |segment: &&Segment| segment.range.start < part.end && segment.range.end > part.start;
        let cut = self.segments.as_deref().unwrap_or_default().iter().filter(inside).map(|segment| {
            let (start, end) = (segment.range.start.max(part.start), segment.range.end.min(part.end));
            let from = match &segment.from {
                From::Bytes(file, offset) => From::Bytes(*file, offset + (start - segment.range.start)),
                From::Value(Source::None) => From::Value(otherwise.clone()),
                From::Value(source) => From::Value(source.clone()),
            };
            Segment { range: start - part.start..end - part.start, from }
        });
        let segments: Vec<Segment> = cut.collect();
        Self { text, segments: if segments.is_empty() { None } else { Some(segments.into()) } }
    }

    /// Whether all of it stands in one file as it is.
    #[must_use]
    pub fn is_one_file(&self) -> bool {
        matches!(self.segments.as_deref(), Some([Segment { range, from: From::Bytes(..) }]) if *range == (0..self.text.len()))
    }

    /// The file of which it is the whole text.
    #[must_use]
    pub fn whole_file(&self) -> Option<FileIndex> {
        match self.segments.as_deref()? {
            [Segment { range, from: From::Bytes(file, 0) }] if *range == (0..self.text.len()) => Some(*file),
            _ => None,
        }
    }

    /// The place that carries a part of it. `otherwise` is that of the whole.
    #[must_use]
    pub fn source_of(&self, part: &Range<usize>, otherwise: &Source) -> Source {
        let segments = self.segments.as_deref().unwrap_or_default();
        let at = segments.partition_point(|segment| segment.range.end <= part.start);
        match segments.get(at) {
            Some(segment) if segment.range.start <= part.start => match &segment.from {
                From::Bytes(file, offset) => {
                    let start = offset + (part.start - segment.range.start);
                    let end = part.end.min(segment.range.end).max(part.start) - segment.range.start + offset;
                    Source::Bytes(*file, start..end)
                }
                From::Value(source) if *source != Source::None => source.clone(),
                From::Value(_) => otherwise.clone(),
            },
            Some(_) | None => otherwise.clone(),
        }
    }
}

impl<T: Into<Arc<str>>> std::convert::From<T> for Text {
    fn from(text: T) -> Self {
        Self { text: text.into(), segments: None }
    }
}

/// A text in the normal form C, which all of Terraform's strings have.
pub(super) fn normal(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || unicode_normalization::is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Puts a string together.
#[derive(Debug, Default)]
pub(super) struct TextBuilder {
    text: String,
    segments: Vec<Segment>,
}

impl TextBuilder {
    /// Adds bytes of a file as they stand there.
    pub(super) fn push_bytes(&mut self, text: &str, file: FileIndex, offset: usize) {
        self.push(text, From::Bytes(file, offset));
    }

    /// Adds characters that no file has so.
    pub(super) fn push_new(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds a value: a string by its own segments, anything else as a whole.
    pub(super) fn push_value(&mut self, text: &Text, source: &Source) {
        match &text.segments {
            Some(segments) => {
                let start = self.text.len();
                self.text.push_str(&text.text);
                self.segments.extend(segments.iter().map(|segment| Segment {
                    range: segment.range.start + start..segment.range.end + start,
                    from: segment.from.clone(),
                }));
            }
            None => self.push(&text.text, From::Value(source.clone())),
        }
    }

    fn push(&mut self, text: &str, from: From) {
        let start = self.text.len();
        self.text.push_str(text);
        if !text.is_empty() {
            self.segments.push(Segment { range: start..self.text.len(), from });
        }
    }

    /// Its length so far, in bytes.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The string.
    #[must_use]
    pub(super) fn finish(self) -> Text {
        let segments = if self.segments.is_empty() { None } else { Some(self.segments.into()) };
        Text { text: self.text.into(), segments }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_leads_to_the_bytes_or_the_value_that_it_is_made_of() {
        let (file, given) = (FileIndex(3), Source::Bytes(FileIndex(4), 7..10));
        let mut builder = TextBuilder::default();
        builder.push_bytes("state: ", file, 20);
        builder.push_value(&"on".into(), &given);
        builder.push_bytes("\nname: a", file, 40);
        let text = builder.finish();
        assert_eq!(text.as_str(), "state: on\nname: a");
        let source = |part| text.source_of(&part, &Source::None);
        assert_eq!(source(0..5), Source::Bytes(file, 20..25));
        assert_eq!(source(7..9), given);
        assert_eq!(source(16..17), Source::Bytes(file, 47..48));
    }
}
