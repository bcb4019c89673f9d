//! The cards as one page, without a script.

use super::{ABOUT, Beside, beside, facts, held, states};
use crate::finding::{PolicyRef, visible};
use crate::outcome::{PolicyCard, TenantReport};
use crate::report::document::{self, Document};
use crate::report::exceptions;
use maud::{Markup, html};
use std::io::{self, Write};

pub(super) fn write(tenants: &[TenantReport], out: &mut dyn Write) -> io::Result<()> {
    let page = Document {
        title: "Conditional Access policies".to_owned(),
        heading: "Conditional Access policies".to_owned(),
        about: html! {
            p { (ABOUT) }
            // Without the day: who keeps the page beside the policies sees what changed in them.
            @if let Some(basis) = tenants.iter().find_map(|tenant| tenant.basis.as_ref()) { (document::basis(basis, false)) }
        },
        foot: ".",
        script: None,
    };
    page.write(out, |out| {
        let mut sections = tenants.iter().enumerate().map(|(index, tenant)| section(tenant, index));
        sections.try_for_each(|section| out.write_all(section.0.as_bytes()))
    })
}

fn section(tenant: &TenantReport, index: usize) -> Markup {
    let (held, counted) = held(tenant);
    let outside = exceptions::lines(tenant);
    html! {
        section .tenant {
            h2 { (visible(&tenant.name)) }
            p { (states(tenant)) @if let Some(id) = &tenant.id { " The id of the tenant is " code { (visible(id)) } "." } }
            @if !tenant.cards.is_empty() {
                div .scroll tabindex="0" role="group" aria-label="Policies" {
                    table {
                        thead { tr { th scope="col" { "policy" } th scope="col" { "state" } th scope="col" { "carries" } } }
                        tbody {
                            @for (number, card) in tenant.cards.iter().enumerate() {
                                tr {
                                    th scope="row" { a href={ "#" (anchor(index, number)) } { (visible(&card.policy.whole_label())) } }
                                    td { (visible(&card.state)) }
                                    td { (codes(&beside(tenant, card).carries)) }
                                }
                            }
                        }
                    }
                }
            }
            @for (number, card) in tenant.cards.iter().enumerate() { (self::card(tenant, card, &anchor(index, number))) }
            @if !tenant.controls.is_empty() { h3 { "Controls" } p { (counted) } }
            @if !held.is_empty() {
                div .scroll tabindex="0" role="group" aria-label="Controls" {
                    table {
                        thead { tr { th scope="col" { "control" } th scope="col" { "verdict" } th scope="col" { "carried by" } } }
                        tbody {
                            @for control in held {
                                tr {
                                    th scope="row" { code { (control.id) } }
                                    td { (control.verdict.word()) }
                                    td { (lines(control.carried_by.iter().map(PolicyRef::whole_label))) }
                                }
                            }
                        }
                    }
                }
            }
            @if !outside.is_empty() {
                h3 { "Exceptions" }
                ul { @for line in &outside { li { (visible(line)) } } }
            }
        }
    }
}

fn anchor(tenant: usize, number: usize) -> String {
    format!("policy-{tenant}-{number}")
}

fn codes(ids: &[&str]) -> Markup {
    html! { @for (index, id) in ids.iter().enumerate() { @if index > 0 { ", " } code { (id) } } }
}

fn lines(values: impl Iterator<Item = String>) -> Markup {
    html! { @for (index, value) in values.enumerate() { @if index > 0 { br; } (visible(&value)) } }
}

fn card(tenant: &TenantReport, card: &PolicyCard, anchor: &str) -> Markup {
    let Beside { carries, exceptions } = beside(tenant, card);
    let row = |heading: &str, values: Markup| html! { tr { th scope="row" { (heading) } td { (values) } } };
    html! {
        h3 id=(anchor) { (visible(&card.policy.whole_label())) }
        p { (visible(&card.summary)) }
        div .scroll tabindex="0" role="group" aria-label="Policy" {
            table {
                tbody {
                    (row("state", html! { (visible(&card.state)) }))
                    @for fact in &card.rows { (row(fact.heading, lines(fact.values.iter().cloned()))) }
                    @if !carries.is_empty() { (row("carries", codes(&carries))) }
                    @if !exceptions.is_empty() { (row("exceptions", lines(exceptions.iter().cloned()))) }
                    @for fact in facts(card) { (row(fact.heading, lines(fact.values.into_iter()))) }
                }
            }
        }
    }
}
