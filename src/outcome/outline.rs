//! A tenant as an editor shows it beside its files.

use crate::finding::{Location, PolicyRef};
use std::collections::BTreeMap;

/// The policies of a tenant, and what its ids are called.
#[derive(Debug, Default)]
pub struct Outline {
    /// The policies, in the order of the files.
    pub policies: Vec<PolicyOutline>,
    /// What the files call users, groups and locations, by ids in lower case.
    pub names: BTreeMap<String, (Named, String)>,
}

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A user.
    User,
    /// A named location.
    Location,
    /// Anything else: a group, as a rule.
    Group,
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
    /// The controls that it has a part in.
    pub carries: Vec<Carried>,
}

/// A control that holds, and what a policy has to do with it.
#[derive(Debug)]
pub struct Carried {
    /// Its id.
    pub control: &'static str,
    /// What the policy is to it.
    pub part: Part,
}

/// What a policy is to a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// It carries it, and this would be so without it.
    Needed(String),
    /// It carries it, and these would without it.
    Replaceable(Vec<String>),
    /// It would carry it without this one.
    Reserve(String),
}
