//! Policies in words, a card for each, for people who review or audit them.

mod html;
mod markdown;

use super::{count, exceptions, policies};
use crate::coverage::Verdict;
use crate::finding::PolicyRef;
use crate::outcome::{CardRow, ControlReport, PolicyCard, TenantReport};
use std::io::{self, Write};

/// A format of the cards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For a wiki or a repository.
    #[default]
    Markdown,
    /// One page, without scripts.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Markdown, Self::Html];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

/// Writes the policies of tenants.
///
/// # Errors
/// Those of the writer.
pub fn write(tenants: &[TenantReport], format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Markdown => out.write_all(markdown::text(tenants).as_bytes()),
        Format::Html => html::write(tenants, out),
    }
}

/// What stands above everything.
const ABOUT: &str = "Each policy as its file has it, in words. A control is carried by the policies that its verdict rests on; \
    a policy that carries none may still be of use. Verdicts are proved over all policies of a tenant, from the exported files alone.";

/// What a card has beside the policy's own words.
struct Beside<'r> {
    /// Controls that it carries.
    carries: Vec<&'r str>,
    /// Who is outside of controls because of it.
    exceptions: Vec<String>,
}

fn beside<'r>(tenant: &'r TenantReport, card: &PolicyCard) -> Beside<'r> {
    let is_it = |policies: &[PolicyRef]| policies.contains(&card.policy);
    let carries = tenant.controls.iter().filter(|control| is_it(&control.carried_by)).map(|control| control.id);
    Beside {
        carries: carries.collect(),
        exceptions: exceptions::lines_of(tenant, |exception| is_it(&exception.policies)),
    }
}

/// "3 policies: 2 on, 1 report-only."
fn states(tenant: &TenantReport) -> String {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for card in &tenant.cards {
        match counted.iter_mut().find(|(state, _)| *state == card.state) {
            Some((_, count)) => *count += 1,
            None => counted.push((&card.state, 1)),
        }
    }
    counted.sort_unstable();
    let states: Vec<String> = counted.iter().map(|(state, count)| format!("{count} {state}")).collect();
    format!("{}: {}.", policies(tenant.cards.len()), states.join(", "))
}

/// The controls that hold, and how many were judged.
fn held(tenant: &TenantReport) -> (Vec<&ControlReport>, String) {
    let holds = |control: &&ControlReport| matches!(control.verdict, Verdict::Enforced | Verdict::EnforcedExcept);
    let held: Vec<&ControlReport> = tenant.controls.iter().filter(holds).collect();
    let text = format!("{} of {} hold.", held.len(), count(tenant.controls.len(), "control"));
    (held, text)
}

/// Rows in a heading's words: the policy's own, and what the file tells of it.
fn facts(card: &PolicyCard) -> Vec<CardRow> {
    let row = |heading, value: &Option<String>| CardRow { heading, values: value.iter().cloned().collect() };
    let rows = [
        row("id", &card.policy.id),
        row("address", &card.policy.address),
        row("last change", &card.modified),
        row("file", &card.path),
    ];
    rows.into_iter().filter(|row| !row.values.is_empty()).collect()
}
