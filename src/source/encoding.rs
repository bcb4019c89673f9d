//! What PowerShell, the portal and editors really write: UTF-8 and UTF-16, with and without a byte order mark.

use std::fmt;

/// How a file's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 with a byte order mark (Windows PowerShell's `-Encoding UTF8`).
    Utf8Bom,
    /// UTF-16, little endian (Windows PowerShell's `Out-File` and `>`).
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
}

impl Encoding {
    /// Whether GitHub, which reads files as UTF-8, sees the same text.
    #[must_use]
    pub fn is_utf8(self) -> bool {
        matches!(self, Self::Utf8 | Self::Utf8Bom)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 with BOM",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        })
    }
}

/// A decoded file. Offsets everywhere in caplint are bytes of [`Text::as_str`], where a byte order mark is not counted.
#[derive(Debug)]
pub struct Text {
    content: String,
    start: usize,
    /// The encoding of the file on disk.
    pub encoding: Encoding,
}

impl Text {
    /// The text, without its byte order mark.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.content[self.start..]
    }
}

/// Why bytes are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeProblem {
    /// A byte sequence that UTF-8 does not allow, typically Windows-1252 or Latin-1.
    NotUtf8,
    /// Half of a UTF-16 surrogate pair, or half of a code unit at the end.
    BrokenUtf16,
    /// A UTF-32 byte order mark.
    Utf32,
}

/// Bytes that could not be decoded, with as much of the text as can be shown.
#[derive(Debug)]
pub struct DecodeError {
    /// What is wrong.
    pub problem: DecodeProblem,
    /// The file with each undecodable sequence replaced by U+FFFD.
    pub lossy: String,
    /// Byte offset of the first replaced sequence in `lossy`.
    pub at: usize,
}

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// Decodes a file: a byte order mark decides, else the zero bytes of UTF-16, else UTF-8. Borrowing nothing, copying
/// UTF-8 not at all.
///
/// # Errors
/// [`DecodeError`] names the first place that is not text.
pub fn decode(bytes: Vec<u8>) -> Result<Text, Box<DecodeError>> {
    match bytes.as_slice() {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            Err(Box::new(DecodeError { problem: DecodeProblem::Utf32, lossy: String::new(), at: 0 }))
        }
        [0xFF, 0xFE, rest @ ..] => utf16(rest, Encoding::Utf16Le),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, Encoding::Utf16Be),
        // JSON starts with an ASCII character, so a zero byte next to it can only be UTF-16 without its mark.
        [first, 0, ..] if *first != 0 => utf16(&bytes, Encoding::Utf16Le),
        [0, second, ..] if *second != 0 => utf16(&bytes, Encoding::Utf16Be),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<Text, Box<DecodeError>> {
    let marked = bytes.starts_with(UTF8_BOM);
    let start = if marked { UTF8_BOM.len() } else { 0 };
    match String::from_utf8(bytes) {
        Ok(content) => Ok(Text { content, start, encoding: if marked { Encoding::Utf8Bom } else { Encoding::Utf8 } }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to().saturating_sub(start);
            let lossy = String::from_utf8_lossy(&error.as_bytes()[start.min(error.as_bytes().len())..]).into_owned();
            Err(Box::new(DecodeError { problem: DecodeProblem::NotUtf8, lossy, at }))
        }
    }
}

fn utf16(bytes: &[u8], encoding: Encoding) -> Result<Text, Box<DecodeError>> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let unit = |pair: &[u8; 2]| match encoding {
        Encoding::Utf16Be => u16::from_be_bytes(*pair),
        _ => u16::from_le_bytes(*pair),
    };
    let mut content = String::with_capacity(pairs.len());
    let mut broken = None;
    for decoded in char::decode_utf16(pairs.iter().map(unit)) {
        if decoded.is_err() {
            broken.get_or_insert(content.len());
        }
        content.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if !rest.is_empty() {
        broken.get_or_insert(content.len());
        content.push(char::REPLACEMENT_CHARACTER);
    }
    match broken {
        None => Ok(Text { content, start: 0, encoding }),
        Some(at) => Err(Box::new(DecodeError { problem: DecodeProblem::BrokenUtf16, lossy: content, at })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn with_mark(mark: &[u8], bytes: &[u8]) -> Vec<u8> {
        [mark, bytes].concat()
    }

    #[test]
    fn every_encoding_of_one_text_reads_the_same() {
        let text = "{\"displayName\": \"Zürich 製造 😀\"}";
        let big_endian: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (with_mark(UTF8_BOM, text.as_bytes()), Encoding::Utf8Bom),
            (with_mark(&[0xFF, 0xFE], &utf16le(text)), Encoding::Utf16Le),
            (utf16le(text), Encoding::Utf16Le),
            (with_mark(&[0xFE, 0xFF], &big_endian), Encoding::Utf16Be),
            (big_endian, Encoding::Utf16Be),
        ] {
            let decoded = decode(bytes).unwrap();
            assert_eq!((decoded.as_str(), decoded.encoding), (text, encoding));
        }
    }

    #[test]
    fn the_first_byte_that_is_not_utf8_is_named() {
        let error = decode(b"\xEF\xBB\xBF{\"displayName\": \"Z\xFCrich\"}".to_vec()).unwrap_err();
        assert_eq!(error.problem, DecodeProblem::NotUtf8);
        assert_eq!(&error.lossy[error.at..error.at + 3], "\u{FFFD}");
        assert_eq!(error.at, "{\"displayName\": \"Z".len());
    }

    #[test]
    fn half_a_surrogate_pair_and_half_a_unit_are_named() {
        let mut bytes = with_mark(&[0xFF, 0xFE], &utf16le("{\""));
        bytes.extend(0xD83D_u16.to_le_bytes());
        bytes.extend(utf16le("\"}"));
        let error = decode(bytes).unwrap_err();
        assert_eq!((error.problem, error.at), (DecodeProblem::BrokenUtf16, 2));

        let error = decode(with_mark(&[0xFF, 0xFE], b"{\0}")).unwrap_err();
        assert_eq!((error.problem, error.at), (DecodeProblem::BrokenUtf16, 1));
    }

    #[test]
    fn utf32_is_named_and_an_empty_file_is_text() {
        assert_eq!(decode(vec![0xFF, 0xFE, 0, 0]).unwrap_err().problem, DecodeProblem::Utf32);
        assert_eq!(decode(Vec::new()).unwrap().as_str(), "");
    }
}
