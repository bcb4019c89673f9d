//! The map: who, to what and with which client, and what the easiest sign-in has to bring.

use crate::finding::visible;
use crate::map::{Asked, Client, Persona, Target};
use crate::outcome::{CellLockOut, MapCell, MapRow, Reach};
use crate::report::count;
use maud::{Markup, html};

/// What marks a cell that rests on an assumption.
const MARK: &str = "†";

/// The table, by what is asked for; `lock_outs` is where the page says who is locked out.
pub(super) fn table(rows: &[MapRow], lock_outs: &str) -> Markup {
    html! {
        p {
            "Each cell says what the easiest of its sign-ins has to bring: from any address, on any platform, with any device. "
            "It is proved over all policies that are on. An example shows a sign-in that brings no more and gets in. "
            "Exceptions are users and groups that a policy excludes one by one: the cell says what everybody else has to bring."
        }
        (legend(rows, lock_outs))
        div .scroll tabindex="0" role="group" aria-label="Map" {
            table .map {
                thead { tr {
                    td { }
                    @for client in Client::ALL { th scope="col" { (client_words(client)) } }
                } }
                @for target in Target::ALL {
                    tbody {
                        tr { th .group scope="rowgroup" colspan=(Client::ALL.len() + 1) { (target_words(target)) } }
                        @for row in rows.iter().filter(|row| row.target == target) {
                            tr {
                                th scope="row" { (who_words(row.who)) }
                                @for (_, cell) in &row.cells { (cell_of(cell.as_ref(), lock_outs)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the colors and marks mean, as far as the table has them.
fn legend(rows: &[MapRow], lock_outs: &str) -> Markup {
    let cells = || rows.iter().flat_map(|row| &row.cells).filter_map(|(_, cell)| cell.as_ref());
    let colors = [
        ("nothing", "a password alone is enough"),
        ("unknown", "unknown, or some are locked out"),
        ("some", "a device, or MFA or a device"),
        ("good", "MFA"),
        ("best", "more than MFA"),
        ("shut", "nobody gets in"),
    ];
    let has = |color: &str| cells().any(|cell| shade(cell) == color);
    html! {
        p .small .legend {
            @for (color, meaning) in colors.into_iter().filter(|(color, _)| has(color)) { span .tag .(color) { (meaning) } " " }
        }
        @if cells().any(|cell| !cell.rests_on.is_empty()) {
            p .small { (MARK) " is certain only under assumptions, which the cell names below “why”." }
        }
        @if cells().any(|cell| cell.locked_out.is_some()) {
            p .small {
                "A cell says what policies ask for. Where it says that somebody is locked out, they cannot bring that: "
                a href={ "#" (lock_outs) } { "who is locked out" } "."
            }
        }
    }
}

fn cell_of(cell: Option<&MapCell>, lock_outs: &str) -> Markup {
    let Some(cell) = cell else { return html! { td .small { "not possible" } } };
    html! {
        td .(shade(cell)) {
            div .word {
                (words(cell.asked)) @if !cell.rests_on.is_empty() { sup { (MARK) } } @if cell.perhaps_more { ", perhaps more" }
            }
            @if let Some(locked_out) = &cell.locked_out {
                div { a href={ "#" (lock_outs) } { (locked_out_words(locked_out)) } }
            }
            @if !cell.exceptions.is_empty() {
                details {
                    summary .small { (count(cell.exceptions.len(), "exception")) }
                    ul { @for one in &cell.exceptions { li { (visible(one)) } } }
                }
            }
            @if !cell.by.is_empty() || cell.by_defaults || cell.example.is_some() {
                details {
                    summary .small { "why" }
                    @if cell.by_defaults { p { "Security defaults" } }
                    @if !cell.by.is_empty() {
                        ul { @for policy in &cell.by { li { (visible(&policy.whole_label())) } } }
                    }
                    @if let Some(example) = &cell.example {
                        p { @if cell.asked == Asked::Unknown { "Perhaps: " } @else { "For example " } (visible(example)) "." }
                    }
                    @for keys in &cell.rests_on { p { "Not certain without " (together(keys)) "." } }
                    @if let Some(CellLockOut { rests_on, .. }) = cell.locked_out.as_ref().filter(|lock_out| !lock_out.rests_on.is_empty()) {
                        p { "The lock-out rests on " (together(&rests_on.iter().map(|fact| fact.key()).collect::<Vec<_>>())) "." }
                    }
                }
            }
        }
    }
}

/// Assumptions that count together.
pub(super) fn together(keys: &[&str]) -> Markup {
    html! { @if keys.len() == 1 { "the assumption " } @else { "the assumptions " } @for (index, key) in keys.iter().enumerate() { @if index > 0 { " and " } code { (key) } } }
}

fn locked_out_words(locked_out: &CellLockOut) -> &'static str {
    match (locked_out.reach, locked_out.is_perhaps) {
        (Reach::Everybody, false) => "locked out",
        (Reach::Everybody, true) => "perhaps locked out",
        (Reach::Some, false) => "some are locked out",
        (Reach::Some, true) => "some are perhaps locked out",
    }
}

fn words(asked: Asked) -> &'static str {
    match asked {
        Asked::Nothing => "password alone",
        Asked::Unknown => "unknown",
        Asked::MfaOrDevice => "MFA or a managed device",
        Asked::Device => "managed device",
        Asked::Mfa => "MFA",
        Asked::MfaAndDevice => "MFA and a managed device",
        Asked::PhishingResistant => "phishing-resistant MFA",
        Asked::PhishingResistantAndDevice => "phishing-resistant MFA and a managed device",
        Asked::Blocked => "blocked",
    }
}

/// A cell is not green beside a finding that says that they are locked out.
fn shade(cell: &MapCell) -> &'static str {
    match (cell.asked, &cell.locked_out) {
        (Asked::Blocked, None) | (_, Some(CellLockOut { reach: Reach::Everybody, is_perhaps: false, .. })) => "shut",
        (Asked::Nothing, _) => "nothing",
        (Asked::Unknown, _) | (_, Some(_)) => "unknown",
        (Asked::MfaOrDevice | Asked::Device, None) => "some",
        (Asked::Mfa, None) => "good",
        (Asked::MfaAndDevice | Asked::PhishingResistant | Asked::PhishingResistantAndDevice, None) => "best",
    }
}

fn client_words(client: Client) -> &'static str {
    match client {
        Client::Browser => "browser",
        Client::Apps => "mobile and desktop apps",
        Client::Legacy => "legacy clients",
        Client::DeviceCode => "device code flow",
    }
}

fn who_words(who: Persona) -> &'static str {
    match who {
        Persona::Members => "members",
        Persona::Guests => "guests and external users",
        Persona::Administrators => "administrators",
        Persona::GlobalAdministrators => "Global Administrators",
    }
}

fn target_words(target: Target) -> &'static str {
    match target {
        Target::AnyResource => "Any resource: whichever is the easiest to get",
        Target::AzureManagement => "Azure management (Azure Resource Manager)",
        Target::AdminPortals => "Microsoft admin portals",
        Target::Office365 => "Office 365",
        Target::SecurityInfo => "Registration of security information",
        Target::DeviceRegistration => "Registration of devices",
    }
}
