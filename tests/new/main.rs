//! `caplint new`: a policy for every control, and what is proved before anybody gets it.

#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod every_control;
mod grid;
mod page;
mod proofs;

use caplint::catalog::Cloud;
use caplint::config::{self, Config};
use caplint::controls::{self, Control};
use caplint::coverage::{self, Decision, Verdict};
use caplint::discover::{Input, Stored};
use caplint::lint;
use caplint::new_policy::{Answer, Format, New, Order, Refused, make};
use caplint::policy::{Fact, Policy, State};
use caplint::rules;
use caplint::tenant::Tenant;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use time::Date;
use time::macros::date;

const TODAY: Date = date!(2026 - 06 - 01);

/// Files by their names, and the configuration.
#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) files: Vec<(String, String)>,
    pub(crate) config: String,
}

impl Files {
    /// One export with these policies.
    pub(crate) fn of(policies: &[Value], config: &str) -> Self {
        let export = json!({ "value": policies }).to_string();
        Self { files: vec![("policies.json".to_owned(), export)], config: config.to_owned() }
    }

    pub(crate) fn config(&self) -> Config {
        config::read(Path::new("caplint.toml"), &self.config, rules::ids()).unwrap()
    }

    pub(crate) fn tenant(&self) -> Tenant {
        let files = self.files.iter().map(|(name, text)| (PathBuf::from(name), text.clone().into_bytes())).collect();
        lint::load(&[Input::Stored(Stored { files, ..Stored::default() })], &lint::Options::default())
    }

    /// The same with one file more.
    pub(crate) fn with(&self, name: &str, text: &str) -> Self {
        let mut files = self.clone();
        files.files.push((name.to_owned(), text.to_owned()));
        files
    }

    pub(crate) fn make(&self, control: &str, format: Format) -> Result<Answer, Refused> {
        let config = self.config();
        let control = find(control, &config);
        let requirement = control.requirement(Cloud::Public).unwrap();
        let (tenant, cloud) = (self.tenant(), Cloud::Public);
        let order = Order {
            configuration: "",
            control,
            requirement,
            tenant: &tenant,
            config: &config,
            cloud,
            today: TODAY,
            format,
            redact: false,
        };
        make(&order)
    }

    /// The policy as Graph takes it.
    pub(crate) fn made(&self, control: &str) -> (Value, String) {
        match self.make(control, Format::Graph) {
            Ok(Answer::New(New { text, said })) => (serde_json::from_str(&text).unwrap(), said.to_string()),
            other => panic!("{control}: {other:?}"),
        }
    }

    fn refused(&self, control: &str, format: Format) -> String {
        match self.make(control, format) {
            Err(refused) => refused.message,
            other => panic!("{control}: {other:?}"),
        }
    }

    /// The verdict on a control if every policy is on.
    pub(crate) fn decide(&self, control: &str) -> Decision {
        let (config, mut tenant) = (self.config(), self.tenant());
        for policy in &mut tenant.policies {
            policy.state = Fact::Known(State::Enabled);
        }
        let requirement = find(control, &config).requirement(Cloud::Public).unwrap();
        let options = coverage::Options { assumptions: config.assumptions_on(TODAY), ..coverage::Options::default() };
        coverage::decide(&requirement, &tenant, options)
    }
}

pub(crate) fn find(control: &str, config: &Config) -> &'static Control {
    let own = config.requirements.iter().copied().find(|own| own.id == control);
    own.or_else(|| controls::find(control)).unwrap()
}

pub(crate) fn holds(decision: &Decision) -> bool {
    match decision.verdict {
        Verdict::Enforced | Verdict::EnforcedExcept => true,
        Verdict::NotEnforced | Verdict::Undecided => false,
    }
}

/// The one policy of a file.
pub(crate) fn read(name: &str, text: &str) -> Policy {
    let mut tenant = Files { files: Vec::new(), config: String::new() }.with(name, text).tenant();
    assert_eq!(tenant.policies.len(), 1, "{text}");
    tenant.policies.remove(0)
}
