//! JSON inside of a JSON string, and the way back to the characters of the file.

use super::node_span::NodeSpan;
use std::ops::Range;

/// The text that a string holds.
pub(super) struct Embedded {
    /// Without the quotes and escapes.
    pub(super) text: String,
    /// For each of its bytes, and for its end, the position of the character in the string.
    origins: Vec<usize>,
}

impl Embedded {
    /// The text of a JSON string that contains an object or array.
    pub(super) fn of(string: &str) -> Option<Self> {
        let inner = string.strip_prefix('"')?.strip_suffix('"')?;
        if !inner.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let (mut text, mut origins) = (String::with_capacity(inner.len()), Vec::with_capacity(inner.len() + 1));
        let mut rest = string.len() - 1 - inner.len()..string.len() - 1;
        while !rest.is_empty() {
            let (character, length) = first(&string[rest.clone()])?;
            text.push(character);
            origins.resize(text.len(), rest.start);
            rest.start += length;
        }
        origins.push(rest.start);
        Some(Self { text, origins })
    }

    /// A place in the text as one in the file, where the string starts at `start`.
    pub(super) fn outside(&self, place: &NodeSpan, start: usize) -> NodeSpan {
        let outside = |range: &Range<usize>| {
            let at = |offset: usize| start + self.origins.get(offset).copied().unwrap_or_default();
            at(range.start)..at(range.end)
        };
        NodeSpan { key: place.key.as_ref().map(outside), value: outside(&place.value) }
    }
}

/// The first character of a string's inside, and how many bytes it takes there.
fn first(rest: &str) -> Option<(char, usize)> {
    let mut characters = rest.chars();
    match characters.next()? {
        '\\' => match characters.next()? {
            'u' => {
                let unit = |at: usize| u16::from_str_radix(rest.get(at..at + 4)?, 16).ok();
                let one = unit(2)?;
                let pair = rest.get(6..8) == Some("\\u") && (0xD800..0xDC00).contains(&one);
                let units = [one, if pair { unit(8)? } else { 0 }];
                let read = char::decode_utf16(units).next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
                Some((read, if pair { 12 } else { 6 }))
            }
            'b' => Some(('\u{8}', 2)),
            'f' => Some(('\u{c}', 2)),
            'n' => Some(('\n', 2)),
            'r' => Some(('\r', 2)),
            't' => Some(('\t', 2)),
            other => Some((other, 1 + other.len_utf8())),
        },
        character => Some((character, character.len_utf8())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Locator, Pointer};
    use super::*;

    #[test]
    fn the_text_is_what_a_json_reader_makes_of_the_string() {
        for string in [r#""{\"a\": \"\\\\ \u00e9\uD83D\uDE00 \t\"}""#, r#"" [1, \"ü\"]""#] {
            let read: String = serde_json::from_str(string).unwrap();
            assert_eq!(Embedded::of(string).unwrap().text, read);
        }
        assert!(Embedded::of(r#""no JSON""#).is_none());
    }

    #[test]
    fn a_pointer_leads_into_a_string_to_the_very_characters() {
        let text = r#"{"x": 1, "JSON": "{\"naméd\": [\"on\\u0065\", \"two\"]}"}"#;
        let mut locator = Locator::new(text);
        let mut find = |pointer: &str| {
            let place = locator.find(0, &Pointer::new(pointer)).remove(0);
            (place.key.map(|key| &text[key]), &text[place.value])
        };
        assert_eq!(find("/JSON/naméd/1"), (None, r#"\"two\""#));
        assert_eq!(find("/JSON/naméd/0"), (None, r#"\"on\\u0065\""#));
        assert_eq!(find("/JSON/naméd").0, Some(r#"\"naméd\""#));
    }
}
