//! Who cannot sign in, whatever they bring.

use super::finding::finding_of;
use crate::finding::{Finding, Level};
use crate::outcome::{LockOutReport, TenantReport};
use crate::report::count;
use maud::{Markup, html};

fn of(tenant: &TenantReport) -> Vec<&Finding> {
    tenant.findings.iter().filter(|finding| LockOutReport::is_one(finding)).collect()
}

/// Where the section is.
pub(super) fn anchor(index: usize) -> String {
    format!("tenant-{index}-lock-outs")
}

/// The line of the table of verdicts that leads to the section.
pub(super) fn row(tenant: &TenantReport, index: usize) -> Markup {
    let Some(report) = tenant.lock_outs else { return html! {} };
    let (found, hidden) = (of(tenant), report.hidden(&tenant.findings));
    let worst = found.iter().map(|finding| finding.level).max();
    let words = match (found.len(), hidden) {
        (0, 0) if tenant.assumed.states.none_is_on() => "not applicable: no policy is on".to_owned(),
        (0, 0) => "none found".to_owned(),
        (0, hidden) => format!("{hidden} not reported"),
        (found, _) => count(found, "finding"),
    };
    html! {
        tr {
            td .(worst.map_or("", Level::word)) { span .word { (words) } }
            td { "Lock-outs" }
            td { a href={ "#" (anchor(index)) } { "Who is locked out" } }
        }
    }
}

/// The findings, the worst first, or that there is none; and what is checked.
pub(super) fn section(tenant: &TenantReport, index: usize) -> Markup {
    let Some(report) = tenant.lock_outs else { return html! {} };
    let (found, hidden) = (of(tenant), report.hidden(&tenant.findings));
    html! {
        h3 id=(anchor(index)) { "Who is locked out" }
        @if found.is_empty() && hidden == 0 {
            p {
                @if tenant.assumed.states.none_is_on() { "No policy is on, so that none locks anybody out." }
                @else { "Nobody was found to be locked out." }
            }
        }
        @for level in [Level::Error, Level::Warning, Level::Info] {
            @for finding in found.iter().filter(|finding| finding.level == level) { (finding_of(finding)) }
        }
        @if hidden > 0 {
            p {
                (count(hidden, "finding")) " about lock-outs "
                @if hidden == 1 { "is" } @else { "are" }
                " not reported: ignored, in the baseline, or of a rule that is switched off."
            }
        }
        p .small {
            "What is checked: whether policies that are on refuse every sign-in of ordinary users, of guests of any type, or of a group or role that "
            "they name, whatever these bring and from wherever (" code { "locked-out" } "), and whether they block everybody who is not "
            "excluded one by one (" code { "everybody-blocked" } "). What is not known is taken to let them in. "
            @if report.has_break_glass {
                "Emergency access accounts are looked for, too: who is excluded from every policy that can lock out all administrators ("
                code { "no-break-glass" } ")."
            } @else {
                "Emergency access accounts were not looked for (" code { "no-break-glass" } "): policies may be missing from the files."
            }
        }
    }
}
