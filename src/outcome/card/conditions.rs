//! To what a policy applies, and when.

use super::{Both, Said, values};
use crate::diff::words;
use crate::finding::{quoted, quoted_whole};
use crate::policy::{
    ClientAppType, Fact, Filter, FilterMode, Id, List, Platform, Policy, Property, Scope, TransferMethod, Words,
};
use crate::tenant::Tenant;

/// Resources, user actions and authentication contexts.
pub(super) fn resources(tenant: &Tenant, policy: &Policy) -> Both {
    let applications = &policy.conditions.applications;
    let app = |id: &Id| app(tenant, id);
    let mut include: Vec<Said> =
        applications.doubt.map(|reason| Said::unknown("resources that are", reason)).into_iter().collect();
    include.extend(values(&applications.include, "a resource that is", app));
    include
        .extend(values(&applications.user_actions, "a user action that is", |id| Said::plain(words::user_action(id))));
    include.extend(values(&applications.authentication_contexts, "an authentication context that is", |id| {
        Said::object("the authentication context", id, tenant.name(id))
    }));
    match &applications.filter {
        Fact::Known(None) => {}
        Fact::Known(Some(filter)) => include.push(filtered("resources", filter)),
        Fact::Unknown(reason) => include.push(Said::unknown("a filter for resources that is", *reason)),
    }
    if applications.further {
        include.push(Said::plain("something else that caplint does not know"));
    }
    Both { include, exclude: values(&applications.exclude, "a resource that is", app) }
}

fn app(tenant: &Tenant, id: &Id) -> Said {
    for (literal, said) in [
        ("All", "all resources"),
        ("None", "no resource"),
        ("Office365", "Office 365"),
        ("MicrosoftAdminPortals", "the Microsoft admin portals"),
        ("AllAgentIdResources", "all resources of agents"),
    ] {
        if id.is(literal) {
            return Said::plain(said);
        }
    }
    match tenant.name(id) {
        Some(name) => Said { short: quoted_whole(name), long: format!("{} ({id})", quoted_whole(name)) },
        None => Said::plain(format!("the app {}", quoted_whole(&id.to_string()))),
    }
}

/// Those that match a rule, or do not.
pub(super) fn filtered(what: &str, filter: &Filter) -> Said {
    let rule = &filter.rule;
    let said = |rule: &str| match &filter.mode {
        Fact::Known(FilterMode::Include) => format!("{what} that match {rule}"),
        Fact::Known(FilterMode::Exclude) => format!("{what} that do not match {rule}"),
        Fact::Unknown(reason) => {
            format!("{what} that match {rule} or do not, which is unknown ({})", reason.because())
        }
    };
    Said { short: said(&quoted(rule)), long: said(&format!("\"{rule}\"")) }
}

/// Every condition that narrows it, so that it can stand behind "only".
pub(super) fn of(tenant: &Tenant, policy: &Policy) -> Vec<Said> {
    let conditions = &policy.conditions;
    let mut all: Vec<Said> = Vec::new();
    let clients = &conditions.client_app_types;
    if !clients.is_empty() && clients.position(|client| *client == ClientAppType::All).is_none() {
        all.extend(either("with", &values(clients, "a client that is", |client| Said::plain(client_app(*client)))));
    }
    let platform = |platform: &Platform| Said::plain(platform.name());
    all.extend(scope("on", "a platform that is", &conditions.platforms, platform));
    let location = |id: &Id| {
        if id.is("All") {
            Said::plain("anywhere")
        } else if id.is("AllTrusted") {
            Said::plain("trusted locations")
        } else {
            Said::object("the location", id, tenant.name(id))
        }
    };
    all.extend(scope("from", "a location that is", &conditions.locations, location));
    match &conditions.device_filter {
        Fact::Known(None) => {}
        Fact::Known(Some(filter)) => {
            let Said { short, long } = filtered("devices", filter);
            all.push(Said { short: format!("on {short}"), long: format!("on {long}") });
        }
        Fact::Unknown(reason) => all.push(Said::unknown("on devices of a filter that is", *reason)),
    }
    all.extend(levels("at sign-in risk", &conditions.sign_in_risk_levels));
    all.extend(levels("at user risk", &conditions.user_risk_levels));
    all.extend(levels("at service principal risk", &conditions.service_principal_risk_levels));
    all.extend(levels("at insider risk", &conditions.insider_risk_levels));
    if let Some(identities) = &conditions.identities {
        all.extend(levels("at agent risk", &identities.agent_risk_levels));
    }
    let flow = |method: &TransferMethod| {
        Said::plain(match method {
            TransferMethod::None => "ordinary flow",
            TransferMethod::DeviceCodeFlow => "device code flow",
            TransferMethod::AuthenticationTransfer => "authentication transfer",
        })
    };
    all.extend(either("by", &values(&conditions.transfer_methods, "a flow that is", flow)));
    let modelled = conditions.identities.is_some();
    for opaque in conditions.opaque.iter().filter(|opaque| !(opaque.is_agent_risk && modelled)) {
        all.push(Said::plain(format!(
            "under the condition {}, which caplint does not know",
            quoted_whole(&opaque.name)
        )));
    }
    for (property, _) in &policy.contents {
        if matches!(property, Property::Conditions) {
            all.push(Said::plain("under conditions that caplint cannot read"));
        }
    }
    all
}

fn client_app(client: ClientAppType) -> &'static str {
    match client {
        ClientAppType::All => "any client",
        ClientAppType::Browser => "browsers",
        ClientAppType::MobileAppsAndDesktopClients => "mobile apps and desktop clients",
        ClientAppType::ExchangeActiveSync => "Exchange ActiveSync",
        ClientAppType::EasSupported => "Exchange ActiveSync on supported platforms",
        ClientAppType::Other => "other clients (legacy authentication)",
    }
}

/// "at user risk high or medium".
fn levels<T: Words>(before: &str, list: &List<T>) -> Option<Said> {
    either(before, &values(list, "a level that is", |level| Said::plain(level.word())))
}

/// One of some values, if there are any.
fn either(before: &str, values: &[Said]) -> Option<Said> {
    let of = |part: fn(&Said) -> &str| values.iter().map(part).collect::<Vec<_>>().join(" or ");
    let said = |text: String| format!("{before} {text}");
    (!values.is_empty()).then(|| Said { short: said(of(|said| &said.short)), long: said(of(|said| &said.long)) })
}

fn scope<T>(before: &str, what: &str, scope: &Scope<T>, say: impl Fn(&T) -> Said) -> Option<Said> {
    if let Some(reason) = scope.doubt {
        return Some(Said::unknown(&format!("{before} {what}"), reason));
    }
    if scope.is_empty() {
        return None;
    }
    let included = either(before, &values(&scope.include, what, &say));
    let excluded = either("except", &values(&scope.exclude, what, &say));
    match (included, excluded) {
        (Some(one), None) => Some(one),
        (Some(one), Some(other)) => {
            Some(Said { short: format!("{} {}", one.short, other.short), long: format!("{} {}", one.long, other.long) })
        }
        (None, Some(other)) => {
            let none = format!("{before} nothing that is included,");
            Some(Said { short: format!("{none} {}", other.short), long: format!("{none} {}", other.long) })
        }
        (None, None) => None,
    }
}
