//! GitHub code scanning's `primaryLocationLineHash`, by which it recognises an alert after lines have moved.
//!
//! The algorithm is that of `github/codeql-action` (`src/fingerprints.ts`): for each line a polynomial hash to the base
//! 37, wrapping at 64 bits, of the next 100 UTF-16 units, without spaces and tabs, a carriage return read as a line
//! feed, U+FFFF at the end of the file and zeros after it; `:n` is appended for the n-th line with that hash.

use std::collections::HashMap;

const WINDOW: usize = 100;
const BASE: u64 = 37;
const END_OF_FILE: u64 = 0xFFFF;

/// The hashes of a text's lines.
#[derive(Debug, Default)]
pub struct LineHashes(Vec<(u64, usize)>);

impl LineHashes {
    /// The hash of a line, counted from 1.
    #[must_use]
    pub fn of(&self, line: usize) -> Option<String> {
        let (hash, nth) = self.0.get(line.checked_sub(1)?)?;
        Some(format!("{hash:x}:{nth}"))
    }
}

/// Hashes every line of `text`.
#[must_use]
pub fn line_hashes(text: &str) -> LineHashes {
    let (units, starts) = normalised(text);
    let unit = |at: usize| units.get(at).copied().unwrap_or(0);
    // The weight of the unit that leaves the window when it moves on by one.
    let leaving = (0..WINDOW).fold(1_u64, |weight, _| weight.wrapping_mul(BASE));
    let mut hash = (0..WINDOW).fold(0_u64, |hash, at| hash.wrapping_mul(BASE).wrapping_add(unit(at)));
    let mut at = 0;
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let hashes = starts.into_iter().map(|start| {
        while at < start {
            let entering = unit(at + WINDOW);
            hash = hash.wrapping_mul(BASE).wrapping_add(entering).wrapping_sub(leaving.wrapping_mul(unit(at)));
            at += 1;
        }
        let nth = seen.entry(hash).or_default();
        *nth += 1;
        (hash, *nth)
    });
    LineHashes(hashes.collect())
}

/// The units that are hashed, and where among them each line starts.
fn normalised(text: &str) -> (Vec<u64>, Vec<usize>) {
    let (mut units, mut starts) = (Vec::with_capacity(text.len()), Vec::new());
    let (mut at_line_start, mut after_return) = (true, false);
    for unit in text.encode_utf16().map(u64::from).chain([END_OF_FILE]) {
        let second_half_of_line_end = after_return && unit == u64::from(b'\n');
        after_return = unit == u64::from(b'\r');
        if second_half_of_line_end || unit == u64::from(b' ') || unit == u64::from(b'\t') {
            continue;
        }
        let unit = if after_return { u64::from(b'\n') } else { unit };
        if std::mem::take(&mut at_line_start) {
            starts.push(units.len());
        }
        at_line_start = unit == u64::from(b'\n');
        units.push(unit);
    }
    (units, starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors published with GitHub's implementation.
    #[test]
    fn agrees_with_github() {
        let lorem = "Lorem ipsum dolor sit amet.\n".repeat(10);
        let cases: &[(&str, &[&str])] = &[
            ("", &["c129715d7a2bc9a3:1"]),
            (
                " a\nb\n  \t\tc\n d",
                &["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
            ),
            (
                " hello; \t\r\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
                &[
                    "e9496ae3ebfced30:1",
                    "fb7c023a8b9ccb3f:1",
                    "ce8ba1a563dcdaca:1",
                    "e20e36e16fcb0cc8:1",
                    "b3edc88f2938467e:1",
                    "c8e28b0b4002a3a0:1",
                    "c129715d7a2bc9a3:1",
                ],
            ),
            (
                &lorem,
                &[
                    "a7f2ff13bc495cf2:1",
                    "a7f2ff13bc495cf2:2",
                    "a7f2ff13bc495cf2:3",
                    "a7f2ff13bc495cf2:4",
                    "a7f2ff13bc495cf2:5",
                    "a7f2ff13bc495cf2:6",
                    "a7f2ff1481e87703:1",
                    "a9cf91f7bbf1862b:1",
                    "55ec222b86bcae53:1",
                    "cc97dc7b1d7d8f7b:1",
                    "c129715d7a2bc9a3:1",
                ],
            ),
        ];
        for (text, expected) in cases {
            let hashes = line_hashes(text);
            let found: Vec<String> = (1..).map_while(|line| hashes.of(line)).collect();
            assert_eq!(&found, expected, "{text:?}");
        }
    }
}
