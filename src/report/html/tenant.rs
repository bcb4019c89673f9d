//! The section of one tenant.

use super::finding::{coded, finding_of};
use super::{VERDICTS, lock_outs, map, verdict_words, verdicts};
use crate::access::Necessity;
use crate::controls::{self, Control};
use crate::coverage::Verdict;
use crate::finding::{Finding, PolicyRef, visible};
use crate::outcome::{BenchmarkReport, ControlReport, ItemOutcome, LockOutReport, TenantReport};
use crate::report::exceptions::{Apart, Outside, grouped};
use crate::report::{Run, count, policies_and_states};
use maud::{Markup, html};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Controls and policies of an exception that are not folded.
const UNFOLDED: usize = 4;

/// People who are named for an exception; the JSON report has all of them.
const NAMED: usize = 20;

pub(super) fn section(run: &Run, tenant: &TenantReport, index: usize) -> Markup {
    let is_told = |finding: &&Finding| tenant.lock_outs.is_some() && LockOutReport::is_one(finding);
    let findings: Vec<&Finding> = tenant.findings.iter().filter(|finding| !is_told(finding)).collect();
    let outside = grouped(tenant, Apart::AnswersAndTimes, |_| true);
    html! {
        section .tenant id={ "tenant-" (index) } data-tenant=(visible(&tenant.name)) {
            h2 { (visible(&tenant.name)) }
            p {
                (policies_and_states(tenant.policies, tenant.assumed.states)) " in " (count(tenant.files, "file")) "."
                @if let Some(directory) = &tenant.directory { " In the files, " (directory.text()) "." }
                @if let Some(id) = &tenant.id { " The id of the tenant is " code { (visible(id)) } "." }
                @if tenant.basis.as_ref().is_some_and(|basis| basis.is_us_government) {
                    " It is judged as one in the cloud of the US government."
                }
            }
            @if !tenant.controls.is_empty() { p { (held(tenant)) } }
            @if tenant.controls.is_empty() {
                p .word { @if tenant.is_empty { "There is nothing to judge." } @else { "The tenant was not judged." } }
            } @else {
                (controls(run, tenant, index))
            }
            (lock_outs::section(tenant, index))
            @if !tenant.benchmarks.is_empty() { (benchmarks(&tenant.benchmarks)) }
            @if !tenant.map.is_empty() { h3 { "Who is asked for what" } (map::table(&tenant.map, &lock_outs::anchor(index))) }
            @if !outside.is_empty() { (exceptions(&outside)) }
            @if !tenant.access.is_empty() { (access(tenant)) }
            @if !findings.is_empty() { (self::findings(tenant, &findings)) }
            @if !tenant.listed.is_empty() && !tenant.controls.is_empty() { (matrix(tenant)) }
            (ground(tenant, index))
        }
    }
}

/// "28 of 38 controls hold.", and how the others do.
fn held(tenant: &TenantReport) -> Markup {
    let of = |verdict| verdicts(tenant, verdict);
    let held = of(Verdict::Enforced) + of(Verdict::EnforcedExcept);
    let others = VERDICTS.into_iter().filter(|verdict| *verdict != Verdict::Enforced && of(*verdict) > 0);
    let others: Vec<String> = others.map(|verdict| format!("{} {}", of(verdict), verdict_words(verdict))).collect();
    html! {
        b { (held) " of " (count(tenant.controls.len(), "control")) @if tenant.controls.len() == 1 && held == 1 { " holds" } @else { " hold" } "." }
        @if !others.is_empty() { " " (others.join(", ")) "." }
    }
}

fn control_of(run: &Run, id: &str) -> Option<&'static Control> {
    controls::find(id).or_else(|| run.own.iter().copied().find(|own| own.id == id))
}

/// The verdicts, the worst first.
fn controls(run: &Run, tenant: &TenantReport, index: usize) -> Markup {
    html! {
        h3 { "Controls" }
        div .scroll tabindex="0" role="group" aria-label="Controls" {
            table {
                thead { tr { th scope="col" { "verdict" } th scope="col" { "control" } th scope="col" { "why" } } }
                tbody {
                    (lock_outs::row(tenant, index))
                    @for verdict in VERDICTS {
                        @for control in by_weight(tenant, verdict) {
                            tr {
                                td .(verdict.word()) { span .word { (verdict_words(verdict)) } }
                                td {
                                    @if let Some(known) = control_of(run, control.id) { (visible(&known.title)) br; }
                                    code { (control.id) }
                                    @if !control.benchmarks.is_empty() { (numbers(control)) }
                                }
                                td { (why(control, index)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The controls with a verdict. What most benchmarks ask for comes first.
fn by_weight(tenant: &TenantReport, verdict: Verdict) -> Vec<&ControlReport> {
    let mut controls: Vec<&ControlReport> =
        tenant.controls.iter().filter(|control| control.verdict == verdict).collect();
    controls.sort_by_key(|control| Reverse(control.benchmarks.len()));
    controls
}

fn numbers(control: &ControlReport) -> Markup {
    html! {
        details {
            summary .small { "benchmarks" }
            ul .small {
                @for (benchmark, numbers) in control.benchmarks { li { (benchmark) ": " (numbers.join(", ")) } }
            }
        }
    }
}

fn why(control: &ControlReport, index: usize) -> Markup {
    html! {
        (coded(&control.reason))
        @if control.ways.len() > 1 {
            details {
                summary .small { (count(control.ways.len(), "way")) " in" @if control.more_holes { ", and others" } }
                ul { @for way in &control.ways { li { (coded(way)) } } }
            }
        }
        @if let Some(people) = control.people.as_ref().filter(|people| !people.users.is_empty()) {
            p .small { (count(people.users.len(), "user")) " of the files can do this." }
        }
        @for doubt in &control.doubts {
            p .small {
                "Without " (map::together(&doubt.without)) ": " (verdict_words(doubt.verdict)) ". "
                a href={ "#tenant-" (index) "-assumptions" } { "Assumptions" }
            }
        }
    }
}

fn benchmarks(all: &[BenchmarkReport]) -> Markup {
    html! {
        h3 { "Benchmarks" }
        div .scroll tabindex="0" role="group" aria-label="Benchmarks" {
            table {
                thead { tr {
                    th scope="col" { "benchmark" } th scope="col" { "items" }
                    @for outcome in ItemOutcome::ALL { th scope="col" { (outcome.word()) } }
                } }
                tbody {
                    @for benchmark in all {
                        tr {
                            th scope="row" { (benchmark.title) }
                            td .number { (benchmark.items.len()) }
                            @for outcome in ItemOutcome::ALL { td .number { (benchmark.count(outcome)) } }
                        }
                    }
                }
            }
        }
        @for benchmark in all {
            details {
                summary { "Items of " (benchmark.title) }
                ul {
                    @for item in &benchmark.items {
                        li { (item.number) " " (item.title) ": " span .word { (item.outcome.word()) } @if let Some(why) = item.why { ". " (why) } }
                    }
                }
            }
        }
    }
}

/// Everybody who is outside of controls, with whoever answers for that. What is said of the same principal is one row.
fn exceptions(all: &[Outside<'_>]) -> Markup {
    html! {
        h3 { "Exceptions" }
        div .scroll tabindex="0" role="group" aria-label="Exceptions" {
            table {
                thead { tr {
                    th scope="col" { "who" } th scope="col" { "outside of" } th scope="col" { "when" }
                    th scope="col" { "excluded by" } th scope="col" { "owner" } th scope="col" { "review by" }
                } }
                tbody {
                    @for outside in all { (exception_of(outside)) }
                }
            }
        }
    }
}

fn exception_of(outside: &Outside<'_>) -> Markup {
    let Outside { exception, controls, policies } = outside;
    html! {
        tr {
            td {
                (exception.kind) " " (visible(exception.name.as_deref().unwrap_or(&exception.id)))
                @if exception.name.is_some() { br; code .small { (visible(&exception.id)) } }
                @if let Some(people) = exception.people.as_ref().filter(|_| exception.kind != "user") {
                    details {
                        summary .small { (count(people.users.len(), "user")) }
                        ul .small {
                            @for person in people.users.iter().take(NAMED) {
                                li { (visible(person.name.as_deref().or(person.sign_in_name.as_deref()).unwrap_or(&person.id))) }
                            }
                            @if people.users.len() > NAMED { li { "and " (people.users.len() - NAMED) " more" } }
                        }
                    }
                }
            }
            td .ids { (folded(controls, |id| html! { code { (id) } })) }
            td { (exception.when.as_deref().map_or_else(|| "always".to_owned(), visible)) }
            td { (folded(policies, |policy| html! { (visible(&policy.whole_label())) })) }
            td .(if exception.approved { "enforced" } else { "undecided" }) {
                (exception.owner.as_deref().map_or_else(|| "nobody".to_owned(), visible))
                @if let Some(reason) = &exception.reason { br; span .small { (visible(reason)) } }
            }
            td { (exception.review_by.as_deref().unwrap_or("–")) }
        }
    }
}

/// The first of a list, and the others folded: a row stays on one screen, and paper has all of it.
fn folded<T>(all: &[T], write: impl Fn(&T) -> Markup) -> Markup {
    let shown = if all.len() > UNFOLDED + 1 { UNFOLDED } else { all.len() };
    html! {
        @for one in &all[..shown] { div { (write(one)) } }
        @if shown < all.len() {
            details {
                summary .small { "and " (all.len() - shown) " more" }
                @for one in &all[shown..] { div { (write(one)) } }
            }
        }
    }
}

/// Who must be able to sign in.
fn access(tenant: &TenantReport) -> Markup {
    html! {
        h3 { "Who must get in" }
        ul {
            @for access in &tenant.access {
                li { code { (visible(&access.id)) } ": " span .word { (access.judged[0].word()) } ". " (coded(&access.reason)) }
            }
        }
    }
}

/// The findings, the worst first, without those about lock-outs, which have a section of their own. Of a level, those of controls come
/// first, in the order of their table.
fn findings(tenant: &TenantReport, all: &[&Finding]) -> Markup {
    let table: Vec<&str> =
        VERDICTS.iter().flat_map(|verdict| by_weight(tenant, *verdict)).map(|control| control.id).collect();
    let mut all = all.to_vec();
    // Stable: what is equally bad stays by path and position.
    all.sort_by_key(|finding| {
        (Reverse(finding.level), table.iter().position(|id| *id == finding.rule).unwrap_or(table.len()))
    });
    html! {
        h3 { "Findings" }
        @for finding in all { (finding_of(finding)) }
    }
}

/// Which policy carries which control.
fn matrix(tenant: &TenantReport) -> Markup {
    let held: Vec<&ControlReport> = tenant.controls.iter().filter(|control| !control.carried_by.is_empty()).collect();
    let carried = |policy: &PolicyRef| -> Vec<(&str, bool)> {
        let carried = held.iter().filter(|control| control.carried_by.contains(policy));
        carried.map(|control| (control.id, control.needs.contains(policy))).collect()
    };
    html! {
        h3 { "Policies, and the controls that they carry" }
        p .small {
            "A control in bold no longer holds if the policy is removed; another one is carried by other policies as well. A policy without \
             controls may still be of use: another carries the control as well, or the policy is for something else."
        }
        div .scroll tabindex="0" role="group" aria-label="Policies" {
            table {
                thead { tr { th scope="col" { "policy" } th scope="col" { "controls" } } }
                tbody {
                    @for policy in &tenant.listed {
                        tr {
                            th scope="row" { (visible(&policy.whole_label())) }
                            td {
                                @for (index, (id, is_needed)) in carried(policy).iter().enumerate() {
                                    @if index > 0 { ", " }
                                    @if *is_needed { strong { code { (id) } } } @else { code { (id) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// An assumption in words. One that is off unless it is switched on is not among those of every verdict.
fn assumption(id: &str) -> &'static str {
    let retired = "From the day of its retirement on, the control approvedApplication counts as not selected.";
    crate::catalog::assumptions().find(|(known, _)| *known == id).map_or(retired, |(_, text)| text)
}

/// What is taken to be impossible of those who are locked out.
fn assumed_of_lock_outs(tenant: &TenantReport) -> BTreeSet<Necessity> {
    let cells = tenant.map.iter().flat_map(|row| &row.cells).filter_map(|(_, cell)| cell.as_ref()?.locked_out.as_ref());
    cells.flat_map(|locked_out| &locked_out.rests_on).copied().collect()
}

/// What the verdicts rest on: assumptions and files.
fn ground(tenant: &TenantReport, index: usize) -> Markup {
    let assumptions: Vec<&str> = tenant.controls.first().map(|control| control.assumptions.clone()).unwrap_or_default();
    html! {
        h3 { "What this rests on" }
        @if !assumptions.is_empty() {
            details id={ "tenant-" (index) "-assumptions" } {
                summary { "Assumptions of all verdicts" }
                ul { @for id in &assumptions { li { code { (id) } ": " (assumption(id)) } } }
            }
        }
        @let of_lock_outs = assumed_of_lock_outs(tenant);
        @if !of_lock_outs.is_empty() {
            details {
                summary { "Assumptions of lock-outs" }
                ul { @for fact in &of_lock_outs { li { code { (fact.key()) } ": " (fact.sentence()) "." } } }
            }
        }
        @if !tenant.taken.is_empty() {
            details {
                summary { "Files" }
                div .scroll tabindex="0" role="group" aria-label="Files" {
                    table {
                        thead { tr { th scope="col" { "file" } th scope="col" { "taken for" } th scope="col" { "SHA-256" } } }
                        tbody {
                            @for file in &tenant.taken {
                                tr {
                                    th scope="row" { (visible(&file.path)) }
                                    td { (visible(&file.kind.to_string())) }
                                    td .hash { code { (file.sha256.as_deref().unwrap_or("–")) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
