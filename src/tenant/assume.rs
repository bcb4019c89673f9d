//! Policies that are judged as if they were on.

use super::{States, Tenant};
use crate::policy::{Fact, Id, Policy, State};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::str::FromStr;

/// `--assume-enabled`: policies that are judged as if they were on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssumeEnabled {
    which: Vec<Assume>,
}

/// One value of `--assume-enabled`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assume {
    /// `report-only`: policies in report-only mode.
    ReportOnly,
    /// `all`: those, and disabled ones.
    All,
    /// Every policy of this name or id.
    Called(String),
}

impl FromStr for Assume {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "report-only" => Self::ReportOnly,
            "all" => Self::All,
            name => Self::Called(name.to_owned()),
        })
    }
}

/// What was found of [`AssumeEnabled`], and what states policies are in with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assumed {
    /// The names and ids that a policy has.
    pub found: BTreeSet<String>,
    /// Where one of them was not found, what the policies are called.
    pub names: BTreeSet<String>,
    /// How many policies are on, and how many are not.
    pub states: States,
}

impl Assumed {
    /// Adds what was found in another tenant.
    pub fn add(&mut self, other: &Self) {
        self.found.extend(other.found.iter().cloned());
        self.names.extend(other.names.iter().cloned());
        self.states.add(other.states);
    }
}

impl AssumeEnabled {
    /// Each of them, as the command line has it.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.which.iter().map(|assume| match assume {
            Assume::ReportOnly => "report-only",
            Assume::All => "all",
            Assume::Called(name) => name,
        })
    }

    /// All of these.
    #[must_use]
    pub fn new(which: Vec<Assume>) -> Self {
        Self { which }
    }

    /// The names and ids.
    pub fn called(&self) -> impl Iterator<Item = &str> {
        self.which.iter().filter_map(Assume::name)
    }
}

impl Assume {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Called(name) => Some(name),
            Self::ReportOnly | Self::All => None,
        }
    }

    /// Whether it means a policy. A state that is not known may be on already, and is left as it is unless the policy is named.
    #[must_use]
    pub fn is_meant(&self, policy: &Policy) -> bool {
        match (self, policy.state) {
            (Self::Called(name), _) => policy.is_called(name),
            (Self::ReportOnly | Self::All, Fact::Known(State::ReportOnly))
            | (Self::All, Fact::Known(State::Disabled)) => true,
            (Self::ReportOnly, Fact::Known(State::Disabled))
            | (Self::ReportOnly | Self::All, Fact::Known(State::Enabled) | Fact::Unknown(_)) => false,
        }
    }
}

impl Policy {
    /// Whether it has this name, id or address, whatever the letter case of the name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.id.as_ref().is_some_and(|id| *id == Id::new(name))
            || self.display_name.known().is_some_and(|own| own.to_lowercase() == name.to_lowercase())
            || self.address() == Some(name)
    }
}

impl Tenant {
    /// Marks policies as on.
    pub fn assume(&mut self, assumed: &AssumeEnabled) -> Assumed {
        let mut found = BTreeSet::new();
        for policy in &mut self.policies {
            let meant: Vec<&Assume> = assumed.which.iter().filter(|which| which.is_meant(policy)).collect();
            policy.assumed_on |= !meant.is_empty();
            found.extend(meant.into_iter().filter_map(Assume::name).map(str::to_owned));
        }
        let is_missed = assumed.called().any(|name| !found.contains(name));
        let names = self.policies.iter().filter(|_| is_missed).filter_map(|policy| policy.display_name.known());
        let names = names.map(ToString::to_string).collect();
        Assumed { names, found, states: States::of(&self.policies) }
    }
}
