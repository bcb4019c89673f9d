//! One page for people: verdicts, the map of who is asked for what, exceptions, findings, and what all of it rests on.
//!
//! It reads and prints without scripts; its one script narrows a long list of tenants.

mod finding;
mod lock_outs;
mod map;
mod tenant;

use super::document::{self, Document};
use super::format::Formatter;
use super::{NOTHING, Run, Style, count, policies_and_states};
use crate::coverage::{Verdict, Ways};
use crate::finding::visible;
use crate::outcome::TenantReport;
use maud::{Markup, html};
use std::io::{self, Write};

const SCRIPT: &str = include_str!("html/search.js");

/// The format.
pub(super) struct Html;

impl Formatter for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn about(&self) -> &'static str {
        "One page to look at, to print and to hand on"
    }

    fn is_for_programs(&self) -> bool {
        true
    }

    fn ways(&self) -> Ways {
        Ways::Listed
    }

    fn shows_map(&self) -> bool {
        true
    }

    fn write(&self, run: &Run, _style: Style, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", page(run).into_text())
    }
}

fn page(run: &Run) -> Document {
    let heading = format!("Conditional Access report: {}", titles(run));
    Document {
        title: heading.clone(),
        heading,
        about: html! {
            p { (summary(run)) }
            // It is the same for every tenant of a run.
            @if let Some(basis) = run.tenants.iter().find_map(|tenant| tenant.basis.as_ref()) { (document::basis(basis, true)) }
        },
        main: html! {
            @if run.tenants.len() > 1 { (contents(run)) }
            @for (index, tenant) in run.tenants.iter().enumerate() { (tenant::section(run, tenant, index)) }
            @if let Some(settled) = run.settled.text() { p .note { (visible(&settled)) } }
        },
        foot: ", from exported files alone. What a verdict assumes is listed with each tenant.",
        script: (run.tenants.len() > 1).then_some(SCRIPT),
    }
}

fn titles(run: &Run) -> String {
    match run.tenants.as_slice() {
        [one] => visible(&one.name),
        all => format!("{} tenants", all.len()),
    }
}

fn summary(run: &Run) -> Markup {
    let summary = run.summary();
    let nothing = run.exit_code == 2 && run.tenants.iter().all(|tenant| tenant.is_empty);
    html! {
        @if nothing { (NOTHING) " " }
        (policies_and_states(summary.policies, summary.states)) " in " (count(summary.files, "file")) ": "
        (count(summary.errors, "error")) ", " (count(summary.warnings, "warning")) ", " (count(summary.infos, "info")) "."
    }
}

/// The list of tenants, with what becomes of each.
fn contents(run: &Run) -> Markup {
    html! {
        section .contents {
            h2 { "Tenants" }
            p .search hidden {
                label { "Show tenants whose name contains " input type="search" id="search"; }
            }
            div .scroll tabindex="0" role="group" aria-label="Tenants" {
                table {
                    thead { tr {
                        th scope="col" { "tenant" } th scope="col" { "policies" }
                        @for verdict in VERDICTS { th scope="col" { (verdict_words(verdict)) } }
                        th scope="col" { "findings" }
                    } }
                    tbody {
                        @for (index, tenant) in run.tenants.iter().enumerate() {
                            tr data-tenant=(visible(&tenant.name)) {
                                th scope="row" { a href={ "#tenant-" (index) } { (visible(&tenant.name)) } }
                                td .number { (tenant.policies) }
                                @for verdict in VERDICTS { td .number { (verdicts(tenant, verdict)) } }
                                td .number { (tenant.findings.len()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Every verdict, the worst first.
const VERDICTS: [Verdict; 4] = [Verdict::NotEnforced, Verdict::Undecided, Verdict::EnforcedExcept, Verdict::Enforced];

fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotEnforced => "not enforced",
        Verdict::Undecided => "undecided",
        Verdict::EnforcedExcept => "enforced with exceptions",
        Verdict::Enforced => "enforced",
    }
}

fn verdicts(tenant: &TenantReport, verdict: Verdict) -> usize {
    tenant.controls.iter().filter(|control| control.verdict == verdict).count()
}
