//! Text as it streams in, as UTF-8 without a byte order mark: what [`crate::source`] does with whole files.

use std::io::{self, Read};

/// How the bytes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// As they are. That they are UTF-8 is checked row by row.
    Utf8,
    /// Windows PowerShell's `Out-File` and `>`.
    Utf16Le,
    Utf16Be,
}

/// Bytes that are asked for at a time where they must be decoded.
const CHUNK: usize = 1 << 16;

/// A reader of UTF-8.
#[derive(Debug)]
pub(super) struct Utf8<R> {
    input: R,
    encoding: Option<Encoding>,
    /// Bytes that were read and not yet decoded.
    pending: Vec<u8>,
    /// Bytes that were decoded and not yet handed over, from `at`.
    ready: Vec<u8>,
    at: usize,
    is_at_end: bool,
}

impl<R: Read> Utf8<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, encoding: None, pending: Vec::new(), ready: Vec::new(), at: 0, is_at_end: false }
    }

    /// Reads more bytes into `pending`.
    fn pull(&mut self, most: usize) -> io::Result<()> {
        let had = self.pending.len();
        let more = u64::try_from(most).unwrap_or(u64::MAX);
        self.input.by_ref().take(more).read_to_end(&mut self.pending)?;
        self.is_at_end |= self.pending.len() - had < most;
        Ok(())
    }

    fn detect(&mut self) -> io::Result<Encoding> {
        self.pull(4)?;
        let (encoding, mark) = match self.pending.as_slice() {
            [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
            // A log starts with an ASCII character, so a zero byte next to it can only be UTF-16 without its mark.
            [first, 0, ..] if *first != 0 => (Encoding::Utf16Le, 0),
            [0, second, ..] if *second != 0 => (Encoding::Utf16Be, 0),
            _ => (Encoding::Utf8, 0),
        };
        self.pending.drain(..mark);
        self.encoding = Some(encoding);
        Ok(encoding)
    }

    /// Decodes what is pending but for half of a character at its end.
    fn decode(&mut self, unit: fn([u8; 2]) -> u16) {
        let (pairs, _) = self.pending.as_chunks::<2>();
        let mut units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        let is_half = units.last().is_some_and(|last| (0xD800..0xDC00).contains(last)) && !self.is_at_end;
        if is_half {
            units.pop();
        }
        self.pending.drain(..units.len() * 2);
        for decoded in char::decode_utf16(units) {
            let character = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => self.detect()?,
        };
        let decode: fn([u8; 2]) -> u16 = match encoding {
            Encoding::Utf8 if self.pending.is_empty() => return self.input.read(out),
            Encoding::Utf8 => {
                let count = self.pending.len().min(out.len());
                out[..count].copy_from_slice(&self.pending[..count]);
                self.pending.drain(..count);
                return Ok(count);
            }
            Encoding::Utf16Le => u16::from_le_bytes,
            Encoding::Utf16Be => u16::from_be_bytes,
        };
        while self.at == self.ready.len() {
            self.ready.clear();
            self.at = 0;
            if !self.is_at_end {
                self.pull(CHUNK)?;
            }
            self.decode(decode);
            if self.ready.is_empty() && self.is_at_end {
                return Ok(0);
            }
        }
        let count = (self.ready.len() - self.at).min(out.len());
        out[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> String {
        let mut text = String::new();
        Utf8::new(bytes).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_encoding_that_powershell_writes_is_the_same_text() {
        let text = format!("[{{\"a\": \"{}\"}}]", "ä𝄞".repeat(40_000));
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let bom = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        assert_eq!(decoded(text.as_bytes()), text);
        assert_eq!(decoded(&bom(b"\xEF\xBB\xBF", text.as_bytes())), text);
        assert_eq!(decoded(&bom(b"\xFF\xFE", &le)), text);
        assert_eq!(decoded(&bom(b"\xFE\xFF", &be)), text);
        assert_eq!((decoded(&le), decoded(&be)), (text.clone(), text));
        assert_eq!(decoded(b""), "");
    }
}
