//! One page for people: verdicts, the map of who is asked for what, exceptions, findings, and what all of it rests on.
//!
//! It reads and prints without scripts; its one script narrows a long list of tenants.

mod finding;
mod lock_outs;
mod map;
mod tenant;

use super::document::{self, Document};
use super::format::Formatter;
use super::stream::{Growing, InPieces};
use super::{Ending, Later, NOTHING, Run, Style, count, policies_and_states};
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

    fn begin<'r>(&self, run: &'r Run, _style: Style) -> Box<dyn Growing + 'r> {
        Box::new(Report {
            run,
            tenants: 0,
            name: String::new(),
            has_something: false,
            basis: None,
            rows: Later::default(),
            sections: Later::default(),
        })
    }
}

/// The page, which is written at the end: its head has the numbers of the run, and the list of tenants stands in front of them.
struct Report<'r> {
    run: &'r Run,
    tenants: usize,
    /// That of the first tenant.
    name: String,
    /// There is something to judge in one of them.
    has_something: bool,
    /// What they were judged by, which is the same for every tenant of a run.
    basis: Option<Markup>,
    /// The list of tenants.
    rows: Later,
    sections: Later,
}

/// What a tenant adds.
struct Piece {
    name: String,
    is_empty: bool,
    basis: Option<Markup>,
    row: Markup,
    section: Markup,
}

impl InPieces for Report<'_> {
    type Piece = Piece;

    fn piece(&self, tenant: &TenantReport, index: usize) -> Piece {
        Piece {
            name: tenant.name.clone(),
            is_empty: tenant.is_empty,
            basis: tenant.basis.as_ref().filter(|_| self.basis.is_none()).map(|basis| document::basis(basis, true)),
            row: row(tenant, index),
            section: tenant::section(self.run, tenant, index),
        }
    }

    fn add(&mut self, piece: Piece, _out: &mut dyn Write) -> io::Result<()> {
        let Piece { name, is_empty, basis, row, section } = piece;
        if self.tenants == 0 {
            self.name = name;
        }
        self.tenants += 1;
        self.has_something |= !is_empty;
        self.basis = self.basis.take().or(basis);
        self.rows.write_all(row.0.as_bytes())?;
        self.sections.write_all(section.0.as_bytes())
    }

    fn end(self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Self { run: _, tenants, name, has_something, basis, rows, sections } = self;
        let of = if tenants == 1 { visible(&name) } else { format!("{tenants} tenants") };
        let heading = format!("Conditional Access report: {of}");
        let page = Document {
            title: heading.clone(),
            heading,
            about: html! {
                p { (summary(ending, has_something)) }
                @if let Some(basis) = basis { (basis) }
            },
            foot: ", from exported files alone. What a verdict assumes is listed with each tenant.",
            script: (tenants > 1).then_some(SCRIPT),
        };
        page.write(out, |out| {
            if tenants > 1 {
                contents(rows, out)?;
            }
            sections.write_to(out)?;
            let settled = html! { @if let Some(settled) = ending.settled.text() { p .note { (visible(&settled)) } } };
            out.write_all(settled.0.as_bytes())
        })
    }
}

fn summary(ending: &Ending<'_>, has_something: bool) -> Markup {
    let summary = ending.summary;
    html! {
        @if ending.exit_code == 2 && !has_something { (NOTHING) " " }
        (policies_and_states(summary.policies, summary.states)) " in " (count(summary.files, "file")) ": "
        (count(summary.errors, "error")) ", " (count(summary.warnings, "warning")) ", " (count(summary.infos, "info")) "."
    }
}

/// The list of tenants, with what becomes of each.
fn contents(rows: Later, out: &mut dyn Write) -> io::Result<()> {
    let before = html! {
        h2 { "Tenants" }
        p .search hidden {
            label { "Show tenants whose name contains " input type="search" id="search"; }
        }
    };
    let head = html! {
        thead { tr {
            th scope="col" { "tenant" } th scope="col" { "policies" }
            @for verdict in VERDICTS { th scope="col" { (verdict_words(verdict)) } }
            th scope="col" { "findings" }
        } }
    };
    let table = "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Tenants\"><table>";
    write!(out, "<section class=\"contents\">{}{table}{}<tbody>", before.0, head.0)?;
    rows.write_to(out)?;
    write!(out, "</tbody></table></div></section>")
}

/// The line of a tenant in that list.
fn row(tenant: &TenantReport, index: usize) -> Markup {
    html! {
        tr data-tenant=(visible(&tenant.name)) {
            th scope="row" { a href={ "#tenant-" (index) } { (visible(&tenant.name)) } }
            td .number { (tenant.policies) }
            @for verdict in VERDICTS { td .number { (verdicts(tenant, verdict)) } }
            td .number { (tenant.findings.len()) }
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
