//! The map: who, to what and with which client, and what the easiest sign-in has to bring.

use crate::finding::visible;
use crate::map::{Asked, Client, Persona, Target};
use crate::outcome::{MapCell, MapRow};
use crate::report::count;
use maud::{Markup, html};

/// The table, by what is asked for.
pub(super) fn table(rows: &[MapRow]) -> Markup {
    html! {
        p {
            "Each cell says what the easiest of its sign-ins has to bring: from any address, on any platform, with any device. "
            "It is proved over all policies that are on. An example shows a sign-in that brings no more and gets in. "
            "Exceptions are users and groups that a policy excludes one by one: the cell says what everybody else has to bring."
        }
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
                                @for (_, cell) in &row.cells { (cell_of(cell.as_ref())) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell_of(cell: Option<&MapCell>) -> Markup {
    let Some(cell) = cell else { return html! { td .small { "not possible" } } };
    html! {
        td .(class(cell.asked)) {
            div .word { (words(cell.asked)) @if cell.perhaps_more { ", perhaps more" } }
            @if cell.exceptions > 0 {
                div .small { (count(cell.exceptions, "exception")) }
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
                }
            }
        }
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
        Asked::Blocked => "blocked",
    }
}

fn class(asked: Asked) -> &'static str {
    match asked {
        Asked::Nothing => "nothing",
        Asked::Unknown => "unknown",
        Asked::MfaOrDevice | Asked::Device => "some",
        Asked::Mfa => "good",
        Asked::MfaAndDevice | Asked::PhishingResistant => "best",
        Asked::Blocked => "shut",
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
