//! Terraform configuration.
#![no_main]

use caplint::policy::FileIndex;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(root) = caplint::syntax::parse_hcl(text) {
        let _ = caplint::dialect::read_configuration("main.tf", root, FileIndex(0));
    }
});
