//! Writing into a file what it says otherwise, and nothing else: bytes outside of the edits are not touched.

use super::encoding::{Encoding, decode};
use std::ops::Range;

/// The bytes of a file with other text in some places. Each place is a range of bytes of the decoded text, as
/// [`Text::as_str`](super::Text::as_str) has it. The places are in order and do not overlap. None if they are not, if one ends inside
/// of a character, or if the bytes are no text.
#[must_use]
pub fn splice(bytes: &[u8], edits: &[(Range<usize>, &str)]) -> Option<Vec<u8>> {
    let decoded = decode(bytes.to_vec()).ok()?;
    let (text, encoding) = (decoded.as_str(), decoded.encoding);
    let mark = bytes.len() - encoded(text, encoding).len();
    let mut written = Vec::with_capacity(bytes.len());
    // Where the decoded text and the bytes are.
    let (mut at, mut raw) = (0, mark);
    written.extend_from_slice(&bytes[..mark]);
    for (range, replacement) in edits {
        let kept = encoded(text.get(at..range.start)?, encoding).len();
        let removed = encoded(text.get(range.clone())?, encoding).len();
        written.extend_from_slice(bytes.get(raw..raw + kept)?);
        written.extend(encoded(replacement, encoding));
        raw += kept + removed;
        at = range.end;
    }
    written.extend_from_slice(bytes.get(raw..)?);
    Some(written)
}

/// A text without a byte order mark.
fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => text.as_bytes().to_vec(),
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The text in each encoding that is read, with and without a mark.
    fn forms(text: &str) -> Vec<Vec<u8>> {
        let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        vec![
            text.as_bytes().to_vec(),
            marked(b"\xEF\xBB\xBF", text.as_bytes().to_vec()),
            encoded(text, Encoding::Utf16Le),
            marked(&[0xFF, 0xFE], encoded(text, Encoding::Utf16Le)),
            encoded(text, Encoding::Utf16Be),
            marked(&[0xFE, 0xFF], encoded(text, Encoding::Utf16Be)),
        ]
    }

    #[test]
    fn edits_out_of_order_or_inside_of_characters_are_refused() {
        assert_eq!(splice(b"{}", &[(1..1, "a"), (0..1, "b")]), None);
        assert_eq!(splice("{ü}".as_bytes(), &[(2..3, "a")]), None);
        assert_eq!(splice(b"{}", &[(1..9, "a")]), None);
        assert_eq!(splice(b"{\xFF}", &[(0..1, "a")]), None);
    }

    proptest! {
        /// The result is, in the same encoding and with the same mark, what replacing text in a string gives.
        #[test]
        fn each_encoding_is_kept(
            text in "\\{([ -~]|\r\n|[\u{e9}\u{88fd}\u{1F600}]){0,20}",
            replacement in "([ -~]|[\u{e9}\u{1F600}]){0,4}",
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 4),
        ) {
            // The first character stays: UTF-16 without a mark is told by it.
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).chain([text.len()]).collect();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| ends[cut.index(ends.len())]).collect();
            cuts.sort_unstable();
            let edits = [(cuts[0]..cuts[1], replacement.as_str()), (cuts[2]..cuts[3], "")];
            let mut expected = text.clone();
            for (range, replacement) in edits.iter().rev() {
                expected.replace_range(range.clone(), replacement);
            }
            for (bytes, expected) in forms(&text).iter().zip(forms(&expected)) {
                // One character alone is no UTF-16 that can be told without a mark.
                prop_assert_eq!(splice(bytes, &edits), Some(expected));
            }
        }
    }
}
