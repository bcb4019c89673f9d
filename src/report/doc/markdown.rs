//! The cards in Markdown.

use super::{ABOUT, Beside, beside, facts, held, states};
use crate::finding::PolicyRef;
use crate::outcome::{PolicyCard, TenantReport};
use crate::report::exceptions;
use crate::report::markdown::escaped;

pub(super) fn text(tenants: &[TenantReport]) -> String {
    let mut text =
        format!("# Conditional Access policies\n\n{ABOUT}\nWritten by caplint {}.\n", env!("CARGO_PKG_VERSION"));
    for tenant in tenants {
        text.push_str(&section(tenant));
    }
    text
}

fn section(tenant: &TenantReport) -> String {
    let mut text = format!("\n## {}\n\n{}\n", escaped(&tenant.name), states(tenant));
    if !tenant.cards.is_empty() {
        text.push_str("\n| policy | state | carries |\n|---|---|---|\n");
    }
    for card in &tenant.cards {
        let Beside { carries, .. } = beside(tenant, card);
        text.push_str(&format!("| {} | {} | {} |\n", name(card), escaped(&card.state), codes(&carries)));
    }
    for card in &tenant.cards {
        text.push_str(&self::card(tenant, card));
    }
    let (held, counted) = held(tenant);
    if !tenant.controls.is_empty() {
        text.push_str(&format!("\n### Controls of {}\n\n{counted}\n", escaped(&tenant.name)));
    }
    if !held.is_empty() {
        text.push_str("\n| control | verdict | carried by |\n|---|---|---|\n");
    }
    for control in held {
        let carried: Vec<String> =
            control.carried_by.iter().map(PolicyRef::whole_label).map(|name| escaped(&name)).collect();
        text.push_str(&format!("| `{}` | {} | {} |\n", control.id, control.verdict.word(), carried.join("<br>")));
    }
    let outside = exceptions::lines(tenant);
    if !outside.is_empty() {
        text.push_str(&format!("\n### Exceptions of {}\n\n", escaped(&tenant.name)));
    }
    for line in outside {
        text.push_str(&format!("- {}\n", escaped(&line)));
    }
    text
}

fn name(card: &PolicyCard) -> String {
    escaped(&card.policy.whole_label())
}

fn codes(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

fn card(tenant: &TenantReport, card: &PolicyCard) -> String {
    let mut text = format!("\n### {}\n\n{}\n\n| | |\n|---|---|\n", name(card), escaped(&card.summary));
    let mut row = |heading: &str, value: &str| text.push_str(&format!("| {heading} | {value} |\n"));
    let all = |values: &[String]| values.iter().map(|value| escaped(value)).collect::<Vec<_>>().join("<br>");
    row("state", &escaped(&card.state));
    for fact in &card.rows {
        row(fact.heading, &all(&fact.values));
    }
    let Beside { carries, exceptions } = beside(tenant, card);
    if !carries.is_empty() {
        row("carries", &codes(&carries));
    }
    if !exceptions.is_empty() {
        row("exceptions", &all(&exceptions));
    }
    for fact in facts(card) {
        row(fact.heading, &all(&fact.values));
    }
    text
}
