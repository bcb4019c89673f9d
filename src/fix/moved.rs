//! Where a place of a text that fixes have been written into is in the file on disk.

use super::choose::Chosen;
use crate::source::{self, Lines, Position};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a round has written into a file, in order: bytes of the text before it, and how many bytes stand there after it.
type Written = Vec<(Range<usize>, usize)>;

/// What earlier rounds have written.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// By file, and there by round.
    rounds: BTreeMap<String, Vec<Written>>,
}

impl Moved {
    /// Adds a round.
    pub(super) fn add(&mut self, fixes: &[Chosen<'_>]) {
        let mut round: BTreeMap<&str, Written> = BTreeMap::new();
        for edit in fixes.iter().flat_map(|one| &one.fix.edits) {
            round.entry(&edit.path).or_default().push((edit.bytes.clone(), edit.replacement.len()));
        }
        for (path, mut edits) in round {
            edits.sort_by_key(|(bytes, _)| (bytes.start, bytes.end));
            self.rounds.entry(path.to_owned()).or_default().push(edits);
        }
    }

    /// The position on disk of what is at `byte` of the text now, which is `now`. It stays that if the file on disk is no text.
    pub(super) fn on_disk(
        &self,
        path: &str,
        (byte, now): (usize, Position),
        on_disk: &dyn Fn(&str) -> Option<Vec<u8>>,
    ) -> Position {
        let Some(rounds) = self.rounds.get(path) else { return now };
        let byte = rounds.iter().rev().fold(byte, |byte, edits| before(edits, byte));
        let text = on_disk(path).and_then(|bytes| source::decode(bytes).ok());
        text.map_or(now, |text| Lines::new(text.as_str()).position(byte))
    }
}

/// Where a byte was before these edits. What one of them has written was at the start of what it replaced.
fn before(edits: &[(Range<usize>, usize)], byte: usize) -> usize {
    // The ends of the last edit that lies before the byte, in the text before it and after it.
    let (mut old, mut new) = (0, 0);
    for (bytes, written) in edits {
        let start = new + (bytes.start - old);
        if byte < start {
            break;
        }
        if byte < start + written {
            return bytes.start;
        }
        (old, new) = (bytes.end, start + written);
    }
    old + (byte - new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_follows_a_removal_is_after_it() {
        // "abcdef" without "bc" is "adef".
        let edits = [(1..3, 0)];
        assert_eq!([0, 1, 2].map(|byte| before(&edits, byte)), [0, 3, 4]);
        // "abcdef" with "XYZ" for "bc" is "aXYZdef".
        let edits = [(1..3, 3)];
        assert_eq!([0, 1, 3, 4].map(|byte| before(&edits, byte)), [0, 1, 1, 3]);
    }

    proptest! {
        /// Every byte that is kept is found again. Each byte of the text is another one, and none of them is written.
        #[test]
        fn what_is_kept_is_found(cuts in proptest::collection::vec(0_u8..100, 6), written in proptest::array::uniform3(0_usize..5)) {
            let text: Vec<u8> = (0..100).collect();
            let mut cuts: Vec<usize> = cuts.into_iter().map(usize::from).collect();
            cuts.sort_unstable();
            let edits: Written =
                (0..3).map(|at| (cuts[2 * at]..cuts[2 * at + 1], written[at])).collect();
            let mut after = text.clone();
            for (bytes, written) in edits.iter().rev() {
                after.splice(bytes.clone(), std::iter::repeat_n(u8::MAX, *written));
            }
            for (at, byte) in after.iter().enumerate().filter(|(_, byte)| **byte != u8::MAX) {
                prop_assert_eq!(text[before(&edits, at)], *byte);
            }
        }
    }
}
