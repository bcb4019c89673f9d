//! Filters for devices and apps.

use super::{DeviceRule, Fact, FilterMode};
use std::sync::OnceLock;

/// `conditionalAccessFilter`
#[derive(Debug, Clone)]
pub struct Filter {
    /// `mode`
    pub mode: Fact<FilterMode>,
    /// `rule`
    pub rule: Box<str>,
    /// The rule as one for devices, once somebody asks: every control does.
    device_rule: OnceLock<DeviceRule>,
}

impl Filter {
    /// A filter with a rule.
    #[must_use]
    pub fn new(mode: Fact<FilterMode>, rule: &str) -> Self {
        Self { mode, rule: rule.into(), device_rule: OnceLock::new() }
    }

    /// What the rule says of devices.
    #[must_use]
    pub fn device_rule(&self) -> &DeviceRule {
        self.device_rule.get_or_init(|| DeviceRule::read(&self.rule))
    }
}

/// What is read of the rule is no part of what the file says.
impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        let Self { mode, rule, device_rule: _ } = self;
        (mode, rule) == (&other.mode, &other.rule)
    }
}

impl Eq for Filter {}
