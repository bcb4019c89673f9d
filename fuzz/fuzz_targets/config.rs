//! `caplint.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|text: &str| {
    let _ = caplint::config::read(Path::new("caplint.toml"), text);
});
