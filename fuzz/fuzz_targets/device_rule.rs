//! The rule of a filter for devices, read and held against an unregistered device.
#![no_main]

use caplint::policy::DeviceRule;
use caplint::signin::{Device, Undefined};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Device::default().matches(&DeviceRule::read(text), Undefined::Unknown);
});
