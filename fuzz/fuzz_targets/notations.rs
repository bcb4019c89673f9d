//! Every other notation, by whatever a text looks like.
#![no_main]

use caplint::policy::FileIndex;
use caplint::syntax::{Locator, Notation, Pointer, parse_lines};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = parse_lines(text);
    if let Ok(root) = Notation::of(text).parse(text) {
        let mut locator = Locator::new(text);
        let _ = caplint::dialect::read(text, &root, FileIndex(0), &mut |found| {
            let _ = locator.find(found.origin.offset, &found.origin.pointer);
            let _ = locator.find(0, &Pointer::root().key("a"));
        });
    }
});
