//! To what a policy applies, and when.

use super::{Both, Said, only_excluded, values};
use crate::diff::words;
use crate::finding::{quoted, quoted_whole};
use crate::policy::{
    Applications, ClientAppType, Fact, Filter, FilterMode, Id, List, Platform, Policy, Property, RiskLevel, Scope,
    TransferMethod, Words,
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
    let mut exclude = values(&applications.exclude, "a resource that is", app);
    // The literal excludes nothing, and changes nothing beside others.
    exclude.retain(|said| said.short != NO_RESOURCE);
    include.retain(|said| said.short != NO_RESOURCE);
    let nothing = no_resource(applications, &include);
    if include.is_empty() && !applications.include.is_empty() {
        include.push(Said::plain(NO_RESOURCE));
    }
    Both { include, exclude, nothing }
}

const NO_RESOURCE: &str = "no resource";

/// Why a policy is for no resource, if that is sure.
fn no_resource(applications: &Applications, include: &[Said]) -> Option<&'static str> {
    if include.is_empty() {
        return Some("it includes none");
    }
    // Exclusions concern resources alone.
    let has_others = !applications.user_actions.is_empty()
        || !applications.authentication_contexts.is_empty()
        || applications.filter != Fact::Known(None)
        || applications.doubt.is_some()
        || applications.further;
    if has_others {
        return None;
    }
    if applications.exclude.position(|id| id.is("All")).is_some() {
        return Some("it excludes all of them");
    }
    only_excluded(&applications.include, &applications.exclude).then_some("it excludes all that it includes")
}

fn app(tenant: &Tenant, id: &Id) -> Said {
    for (literal, said) in [
        ("All", "all resources"),
        ("None", NO_RESOURCE),
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

/// What a list of every level of a risk is. Without Entra ID P2 there is no risk, not even none.
///
/// Source: <https://learn.microsoft.com/entra/id-protection/concept-identity-protection-risks>
const EVERY_SIGN_IN_RISK: &str =
    "lists every level of sign-in risk, which restricts nothing where Entra ID P2 measures the risk";
const EVERY_USER_RISK: &str =
    "lists every level of user risk, which restricts nothing where Entra ID P2 measures the risk";

const EVERY_PLATFORM: &str =
    "lists every platform, and Microsoft does not say what that means for service principals and agents";

/// When a policy applies.
#[derive(Default)]
pub(super) struct When {
    /// Every condition that narrows it, so that it can stand behind "only".
    pub(super) only: Vec<Said>,
    /// Why it applies to no sign-in, so that it can stand behind "because".
    pub(super) never: Vec<&'static str>,
    /// Conditions that may narrow it or not, each a sentence without its subject.
    pub(super) perhaps: Vec<&'static str>,
}

/// The conditions of a policy. One that takes in every sign-in is none.
pub(super) fn of(tenant: &Tenant, policy: &Policy) -> When {
    let conditions = &policy.conditions;
    let mut when = When::default();
    let all = &mut when.only;
    let is_for_people = is_for_people(policy);
    all.extend(clients(&conditions.client_app_types, is_for_people));
    let platform = |platform: &Platform| Said::plain(platform.name());
    let is_every = |platform: &Platform| *platform == Platform::All;
    match scope("on", "a platform that is", &conditions.platforms, is_every, platform) {
        // What platforms mean for others is not documented.
        Scoped::Everything if is_for_people || conditions.platforms.is_empty() => {}
        Scoped::Everything => when.perhaps.push(EVERY_PLATFORM),
        Scoped::Only(said) => all.push(said),
        Scoped::Nothing => when.never.push("it excludes every platform that it includes"),
    }
    let location = |id: &Id| {
        if id.is("All") {
            Said::plain("anywhere")
        } else if id.is("AllTrusted") {
            Said::plain("trusted locations")
        } else {
            Said::object("the location", id, tenant.name(id))
        }
    };
    match scope("from", "a location that is", &conditions.locations, |id| id.is("All"), location) {
        Scoped::Everything => {}
        Scoped::Only(said) => all.push(said),
        Scoped::Nothing => when.never.push("it excludes every location that it includes"),
    }
    match &conditions.device_filter {
        Fact::Known(None) => {}
        Fact::Known(Some(filter)) => {
            let Said { short, long } = filtered("devices", filter);
            all.push(Said { short: format!("on {short}"), long: format!("on {long}") });
        }
        Fact::Unknown(reason) => all.push(Said::unknown("on devices of a filter that is", *reason)),
    }
    for (before, list, every) in [
        ("at sign-in risk", &conditions.sign_in_risk_levels, EVERY_SIGN_IN_RISK),
        ("at user risk", &conditions.user_risk_levels, EVERY_USER_RISK),
    ] {
        if is_for_people && RISKS.iter().all(|risk| list.position(|level| level == risk).is_some()) {
            when.perhaps.push(every);
        } else {
            all.extend(levels(before, list));
        }
    }
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
    let flows = &conditions.transfer_methods;
    let is_listed = |(_, method): &(&str, TransferMethod)| flows.position(|one| one == method).is_some();
    if !is_for_people || !TransferMethod::WORDS.iter().all(is_listed) {
        all.extend(either("by", &values(flows, "a flow that is", flow)));
    }
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
    when
}

/// The levels that a sign-in can have.
const RISKS: [RiskLevel; 4] = [RiskLevel::None, RiskLevel::Low, RiskLevel::Medium, RiskLevel::High];

/// The clients that the portal offers, which are all there are: `easSupported` is a part of `exchangeActiveSync`.
///
/// Source: <https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-conditions#client-apps>
const CLIENTS: [ClientAppType; 4] = [
    ClientAppType::Browser,
    ClientAppType::MobileAppsAndDesktopClients,
    ClientAppType::ExchangeActiveSync,
    ClientAppType::Other,
];

/// Whether a policy is for users alone. What some conditions mean for service principals and agents is not documented.
fn is_for_people(policy: &Policy) -> bool {
    let conditions = &policy.conditions;
    let has_agents = conditions.users.include_users.position(|id| id.is("AllAgentIdUsers")).is_some();
    conditions.workload_identities == Fact::Known(false) && conditions.identities.is_none() && !has_agents
}

/// The clients that it applies to, where not to all.
fn clients(clients: &List<ClientAppType>, is_for_people: bool) -> Option<Said> {
    let has = |client: ClientAppType| clients.position(|one| *one == client).is_some();
    if has(ClientAppType::All) || (is_for_people && CLIENTS.into_iter().all(has)) {
        return None;
    }
    if clients.is_empty() {
        // Policies older than August 2020 have an empty list.
        let modern = ClientAppType::MODERN.map(|client| Said::plain(client_app(client)));
        let Said { short, .. } = either("with", &modern).filter(|_| is_for_people)?;
        return Some(Said::plain(format!("{short} (which is what an empty list of client apps means)")));
    }
    either("with", &values(clients, "a client that is", |client| Said::plain(client_app(*client))))
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

/// What an include and an exclude leave.
enum Scoped {
    Everything,
    Only(Said),
    Nothing,
}

fn scope<T: PartialEq>(
    before: &str,
    what: &str,
    scope: &Scope<T>,
    is_every: impl Fn(&T) -> bool,
    say: impl Fn(&T) -> Said,
) -> Scoped {
    if let Some(reason) = scope.doubt {
        return Scoped::Only(Said::unknown(&format!("{before} {what}"), reason));
    }
    let includes_every = scope.include.known().find(|(_, one)| is_every(one));
    if scope.exclude.position(&is_every).is_some() || only_excluded(&scope.include, &scope.exclude) {
        return Scoped::Nothing;
    }
    let included = match includes_every {
        Some(_) if scope.exclude.is_empty() => return Scoped::Everything,
        // Others beside it add nothing.
        Some((_, every)) => either(before, &[say(every)]),
        None => either(before, &values(&scope.include, what, &say)),
    };
    let excluded = either("except", &values(&scope.exclude, what, &say));
    match (included, excluded) {
        (Some(one), None) => Scoped::Only(one),
        (Some(one), Some(other)) => Scoped::Only(Said {
            short: format!("{} {}", one.short, other.short),
            long: format!("{} {}", one.long, other.long),
        }),
        (None, Some(other)) => {
            let none = format!("{before} nothing that is included,");
            Scoped::Only(Said { short: format!("{none} {}", other.short), long: format!("{none} {}", other.long) })
        }
        (None, None) => Scoped::Everything,
    }
}
