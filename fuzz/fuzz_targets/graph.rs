//! Whatever stands in a file: Graph JSON, plans, states, other tools' exports, in any encoding.
#![no_main]

use caplint::discover::Input;
use caplint::lint::{self, Options};
use libfuzzer_sys::fuzz_target;
use std::sync::atomic::AtomicUsize;

fuzz_target!(|bytes: &[u8]| {
    let options = Options { allow_empty: true, parallel: false, ..Options::default() };
    let reports = lint::tenants("fuzz", &[Input::Stdin(bytes.to_vec())], &options, &AtomicUsize::new(0));
    assert!(reports.iter().all(|report| !report.has_crashed));
});
