//! Files of testdata with bytes changed, lost and repeated: nothing makes caplint stumble. A bounded share of what the
//! targets in `fuzz/` do without end.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

use caplint::discover::Input;
use caplint::lint::{self, Options};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

/// Changed files that are read of each file.
const OF_EACH: u64 = 40;

/// Files larger than this are left out: they are long, not different.
const LARGEST: u64 = 64 << 10;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end != "snap") && entry.metadata().unwrap().len() < LARGEST {
            found.push(path);
        }
    }
    found.sort();
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn mutated(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    const TOKENS: [&[u8]; 12] =
        [b"\"", b"{", b"}", b"[", b"]", b"null", b"${", b"\xff\xfe", b"\x00", b"\xe2\x80\x9c", b"1e999", b"\\u0000"];
    let mut changed = bytes.to_vec();
    for _ in 0..=chance.below(3) {
        let (at, to) = (chance.below(changed.len()), chance.below(changed.len()));
        let range = at.min(to)..at.max(to);
        match chance.below(6) {
            0 => changed.truncate(at),
            1 => _ = changed.drain(range),
            2 => {
                let repeated = changed[range].to_vec();
                changed.splice(at..at, repeated);
            }
            3 if !changed.is_empty() => changed[at] = chance.below(256) as u8,
            _ => _ = changed.splice(at..at, TOKENS[chance.below(TOKENS.len())].iter().copied()),
        }
    }
    changed
}

#[test]
fn no_changed_file_makes_caplint_stumble() {
    let mut found = Vec::new();
    files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata")), &mut found);
    assert!(found.len() > 40, "{}", found.len());
    let options = Options { allow_empty: true, parallel: false, ..Options::default() };
    for (number, path) in found.iter().enumerate() {
        let bytes = fs::read(path).unwrap();
        let mut chance = Chance(0x9E37_79B9_7F4A_7C15 ^ number as u64);
        for turn in 0..OF_EACH {
            let changed = mutated(&bytes, &mut chance);
            let reports = lint::tenants("changed", &[Input::Stdin(changed)], &options, &AtomicUsize::new(0));
            assert!(reports.iter().all(|report| !report.has_crashed), "{} {turn}", path.display());
        }
    }
}
