//! A tenant as an editor shows it beside its files.

use crate::finding::{Location, PolicyRef};
use std::collections::BTreeMap;

/// The policies of a tenant, and what its ids are called.
#[derive(Debug, Default)]
pub struct Outline {
    /// The policies, in the order of the files.
    pub policies: Vec<PolicyOutline>,
    /// Display names by ids in lower case.
    pub names: BTreeMap<String, String>,
}

/// A policy as an editor shows it.
#[derive(Debug)]
pub struct PolicyOutline {
    /// The policy.
    pub policy: PolicyRef,
    /// Where its name stands.
    pub place: Location,
    /// Whether it is on.
    pub state: String,
    /// What it says, in a few sentences.
    pub summary: String,
    /// The controls whose verdict it carries.
    pub carries: Vec<Carried>,
}

/// A control that holds by a policy.
#[derive(Debug)]
pub struct Carried {
    /// Its id.
    pub control: &'static str,
    /// What would be open without the policy; none if others carry the control then.
    pub opens: Option<String>,
}
