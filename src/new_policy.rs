//! A new policy from a control's requirement: made of what the tenant has, written as Graph or Terraform take it, read back from that
//! text, and handed out only with proofs.

mod body;
mod draft;
mod left_out;
mod name;
mod proof;
mod read;
mod said;
mod terraform;

pub use said::Said;

use crate::catalog::Cloud;
use crate::config::Config;
use crate::controls::Control;
use crate::coverage::{self, PrincipalKind, Verdict};
use crate::diff;
use crate::finding::{PolicyRef, quoted, visible};
use crate::policy::Id;
use crate::requirement::Requirement;
use crate::rules::{TenantFacts, control};
use crate::tenant::{MissingPolicies, Tenant};
use time::Date;

/// What the policy is written as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// The JSON that Microsoft Graph takes for a new policy.
    #[default]
    Graph,
    /// A resource `azuread_conditional_access_policy`.
    Terraform,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Graph, Self::Terraform];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Terraform => "terraform",
        }
    }
}

/// Which policy is asked for, and of whom.
#[derive(Clone)]
pub struct Order<'a> {
    /// The control that it is for.
    pub control: &'static Control,
    /// What that means in the tenant's cloud.
    pub requirement: Requirement,
    /// The tenant.
    pub tenant: &'a Tenant,
    /// Its exceptions, access requirements and assumptions.
    pub config: &'a Config,
    /// Where the tenant is.
    pub cloud: Cloud,
    /// The day that approvals are held against.
    pub today: Date,
    /// What it is written as.
    pub format: Format,
    /// Nothing is said of what people are called.
    pub redact: bool,
    /// The text of the tenant's Terraform configuration. A label that stands in it is taken, whatever became of its block.
    pub configuration: &'a str,
}

/// What comes of an order.
#[derive(Debug)]
pub enum Answer {
    /// The control holds already: what is to be said of that.
    Holds(Vec<String>),
    /// A policy.
    New(New),
}

/// A policy of which everything is proved.
#[derive(Debug)]
pub struct New {
    /// Its text, which ends with a line break.
    pub text: String,
    /// What is to be said of it.
    pub said: Said,
}

/// Why there is no policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Refused {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

impl Order<'_> {
    fn options(&self) -> coverage::Options {
        coverage::Options { assumptions: self.config.assumptions_on(self.today), ..coverage::Options::default() }
    }

    fn how(&self) -> diff::Options {
        diff::Options { assumptions: self.config.assumptions_on(self.today), ..diff::Options::default() }
    }

    fn facts<'a>(&'a self, tenant: &'a Tenant) -> TenantFacts<'a> {
        TenantFacts { today: self.today, cloud: self.cloud, ..TenantFacts::of(tenant, self.config) }
    }

    /// Whom a list names, in words.
    fn called(&self, facts: &TenantFacts<'_>, kind: PrincipalKind, id: &Id) -> String {
        if self.redact && kind == PrincipalKind::User {
            return format!("the user {}", quoted(&id.to_string()));
        }
        control::principal(facts, kind, id)
    }
}

/// Makes a policy for a control that does not hold.
///
/// # Errors
/// If there is no such policy, or one of the proofs fails.
pub fn make(order: &Order<'_>) -> Result<Answer, Refused> {
    let before = proof::judged(order);
    match before.decision.verdict {
        Verdict::Enforced | Verdict::EnforcedExcept => {
            return Ok(Answer::Holds(said::holds(order, &order.facts(order.tenant), &before)));
        }
        Verdict::NotEnforced | Verdict::Undecided => {}
    }
    if let Some(missing) = order.tenant.missing.first() {
        let what = match missing.why {
            MissingPolicies::NextPage => "the export is incomplete",
            MissingPolicies::Unreadable => "a file could not be read",
            MissingPolicies::Unread => "a file contains policies in a format that caplint does not read",
            MissingPolicies::RemoteModule => "the configuration calls a module from elsewhere",
            MissingPolicies::PartialPlan => "the plan is incomplete",
            MissingPolicies::FailedRequest => "a request to Microsoft Graph failed",
        };
        return Err(Refused::new(
            format!("policies may be missing, because {what}"),
            "`caplint check` names the file. Repair it, or export the tenant again (docs/export.md).",
        ));
    }
    if let Some(policy) = proof::prepared(order) {
        return Err(Refused::new(
            format!("{} is report-only, and is enough once it is on", PolicyRef::to(policy).label()),
            "Look at its report-only results, and set it to on.",
        ));
    }
    let approved = left_out::approved(order)?;
    let mut body = draft::draft(&order.requirement, order.tenant, &approved.left_out)?;
    let names: Vec<&str> = order.tenant.policies.iter().filter_map(|policy| policy.name()).collect();
    body.display_name = visible(&name::name(&phrase(order.control), &names));
    let text = match order.format {
        Format::Graph => body::graph(&body),
        Format::Terraform => terraform::terraform(&body, &label(order))?,
    };
    let policy = read::read_back(order, &approved.left_out, &text)?;
    let with_notes = |refused: Refused| {
        let notes = approved.notes.iter().map(|note| format!(" Note: {note}."));
        Refused { help: std::iter::once(refused.help).chain(notes).collect(), ..refused }
    };
    let proved = proof::prove(order, &before, &policy).map_err(with_notes)?;
    let said = said::Said::of(order, &policy, &approved, &proved);
    Ok(Answer::New(New { text, said }))
}

/// What the policy does, as the control's own example calls it. A requirement without a title has its id.
fn phrase(control: &Control) -> String {
    let example = || {
        let text = control.text.as_ref()?;
        let policy: serde_json::Value = serde_json::from_str(&text.example.enforced).ok()?;
        Some(policy.get("displayName")?.as_str()?.to_owned())
    };
    let untitled = || control.title.strip_suffix(" holds").filter(|id| *id == control.id).map(str::to_owned);
    let titled = || Some(control.title.trim().to_owned()).filter(|title| !title.is_empty());
    example().or_else(untitled).or_else(titled).unwrap_or_else(|| control.id.to_owned())
}

/// A label that no resource of the tenant has.
fn label(order: &Order<'_>) -> String {
    let plain: String =
        order.control.id.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '_' }).collect();
    let plain = if plain.starts_with(|first: char| first.is_ascii_alphabetic()) { plain } else { format!("_{plain}") };
    let is_taken = |label: &String| {
        let address = format!("azuread_conditional_access_policy.{label}");
        order.configuration.contains(&format!("\"{label}\""))
            || order.tenant.policies.iter().any(|policy| policy.address() == Some(address.as_str()))
    };
    let others = (2..).map(|number: usize| format!("{plain}_{number}"));
    std::iter::once(plain.clone()).chain(others).find(|label| !is_taken(label)).unwrap_or(plain)
}
