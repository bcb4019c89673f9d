//! Sign-ins and causes in an administrator's words.

use crate::catalog;
use crate::coverage::{Coordinate, Exception, Hole, PrincipalKind};
use crate::finding::{PolicyRef, joined, quoted};
use crate::policy::{
    ClientAppType, GrantControl, INTUNE, Id, InsiderRiskLevel, List, Platform, Policy, Property, Reason, RiskLevel,
    TransferMethod, UserType, Words,
};
use crate::requirement::{Grant, Principal, Resource};
use crate::rules::{Judgement, TenantFacts};
use crate::signin::{Cause, SignIn, Why};
use crate::syntax::{Pointer, Untold};
use crate::tenant::PolicyIndex;

/// Clients that can do MFA.
const MODERN: [ClientAppType; 2] = [ClientAppType::Browser, ClientAppType::MobileAppsAndDesktopClients];

fn named(facts: &TenantFacts<'_>, id: &Id) -> String {
    facts.tenant.name(id).map_or_else(|| quoted(&id.to_string()), quoted)
}

/// "a, b and c".
pub(super) fn listed(items: &[String]) -> String {
    joined(items, usize::MAX)
}

/// Who gets through, with as much of how as matters.
pub(super) fn who(facts: &TenantFacts<'_>, judgement: &Judgement, hole: &Hole) -> String {
    let sign_in = &hole.sign_in;
    let mut of: Vec<String> = Vec::new();
    of.extend(sign_in.also.iter().map(|other| format!("is {} too", named(facts, other))));
    of.extend(sign_in.groups.iter().map(|group| format!("is in {}", named(facts, group))));
    of.extend(sign_in.roles.iter().map(|role| format!("holds the role {}", named(facts, role))));
    let kind = kind_of_user(sign_in.user_type);
    let who = match (&sign_in.user, of.as_slice()) {
        (Some(user), []) => format!("the user {}", named(facts, user)),
        (Some(user), of) => format!("the user {} who {}", named(facts, user), listed(of)),
        (None, []) => format!("any {kind}"),
        (None, [_]) if sign_in.user_type == UserType::Member && sign_in.roles.is_empty() => {
            format!("any member of {}", sign_in.groups.first().map(|group| named(facts, group)).unwrap_or_default())
        }
        (None, [_]) if sign_in.user_type == UserType::Member => {
            format!(
                "any holder of the role {}",
                sign_in.roles.first().map(|role| named(facts, role)).unwrap_or_default()
            )
        }
        (None, of) => format!("any {kind} who {}", listed(of)),
    };
    format!("{who}{}", how(facts, judgement, hole))
}

fn kind_of_user(kind: UserType) -> &'static str {
    match kind {
        UserType::Member => "ordinary user",
        UserType::InternalGuest => "internal guest",
        UserType::B2bCollaborationGuest => "B2B collaboration guest",
        UserType::B2bCollaborationMember => "B2B collaboration member",
        UserType::B2bDirectConnectUser => "B2B direct connect user",
        UserType::OtherExternalUser => "other external user",
        UserType::ServiceProvider => "service provider's technician",
    }
}

/// The same with its article.
fn one_of_kind(kind: UserType) -> &'static str {
    match kind {
        UserType::Member => "an ordinary user",
        UserType::InternalGuest => "an internal guest",
        UserType::B2bCollaborationGuest => "a B2B collaboration guest",
        UserType::B2bCollaborationMember => "a B2B collaboration member",
        UserType::B2bDirectConnectUser => "a B2B direct connect user",
        UserType::OtherExternalUser => "another external user",
        UserType::ServiceProvider => "a service provider's technician",
    }
}

/// How the sign-in is made, as far as it matters.
fn how(facts: &TenantFacts<'_>, judgement: &Judgement, hole: &Hole) -> String {
    let sign_in = &hole.sign_in;
    let matters = |coordinate| hole.relevant.contains(&coordinate);
    let mut how = String::new();
    if let Some(tenant) = sign_in.external_tenant.as_ref().filter(|_| matters(Coordinate::ExternalTenant)) {
        how.push_str(&format!(" from tenant {}", named(facts, tenant)));
    }
    let places: Vec<String> =
        sign_in.locations.iter().filter(|id| !id.is("AllTrusted")).map(|id| named(facts, id)).collect();
    if !places.is_empty() {
        how.push_str(&format!(" in the location {}", listed(&places)));
    } else if !sign_in.locations.is_empty() {
        how.push_str(" from a trusted location");
    } else if matters(Coordinate::Locations) {
        how.push_str(" outside of every named location");
    }
    if matters(Coordinate::Platform) {
        how.push_str(&match sign_in.platform {
            Platform::Unknown => " on a platform that Entra does not recognise".to_owned(),
            platform => format!(" whose client claims to run on {}", platform.word()),
        });
    }
    how.push_str(&device(sign_in, matters(Coordinate::Device)));
    let risks = [Coordinate::SignInRisk, Coordinate::UserRisk, Coordinate::InsiderRisk];
    if risks.into_iter().any(matters)
        && sign_in.sign_in_risk == RiskLevel::None
        && sign_in.user_risk == RiskLevel::None
        && sign_in.insider_risk == InsiderRiskLevel::None
    {
        how.push_str(" whom Entra does not rate as risky");
    }
    for (what, level) in [("sign-in", sign_in.sign_in_risk), ("user", sign_in.user_risk)] {
        if level != RiskLevel::None {
            how.push_str(&format!(" at {} {what} risk", level.word()));
        }
    }
    if sign_in.insider_risk != InsiderRiskLevel::None {
        how.push_str(&format!(" at {} insider risk", sign_in.insider_risk.word()));
    }
    match sign_in.flow {
        TransferMethod::None if matters(Coordinate::Flow) => how.push_str(" in an ordinary sign-in"),
        TransferMethod::None => {}
        TransferMethod::DeviceCodeFlow => how.push_str(" by device code flow"),
        TransferMethod::AuthenticationTransfer => how.push_str(" by authentication transfer"),
    }
    if matters(Coordinate::Resource) {
        how.push_str(&format!(" asking for {}", resource(&sign_in.resource)));
    }
    let only_legacy = !judgement.requirement.clients.iter().any(|client| MODERN.contains(client));
    if matters(Coordinate::ClientApp) || only_legacy {
        let management = judgement
            .requirement
            .resources
            .iter()
            .any(|resource| matches!(resource, Resource::App(id) if catalog::is_management_api(id)));
        how.push_str(match sign_in.client_app {
            ClientAppType::Browser => " in a browser",
            ClientAppType::MobileAppsAndDesktopClients if management => " with the Azure CLI, PowerShell or REST",
            ClientAppType::MobileAppsAndDesktopClients => " with a mobile app or desktop client",
            ClientAppType::ExchangeActiveSync => " with Exchange ActiveSync",
            ClientAppType::EasSupported | ClientAppType::Other | ClientAppType::All => " with a legacy client",
        });
    }
    how
}

fn device(sign_in: &SignIn, matters: bool) -> String {
    let collections = sign_in.device.collections.iter();
    let collected = collections.flat_map(|(name, strings)| strings.iter().map(|string| (*name, string.as_ref())));
    let attributes: Vec<(&str, &str)> =
        sign_in.device.attributes.iter().map(|(name, value)| (*name, value.as_ref())).chain(collected).collect();
    let only_trust_type = |value: &str| {
        attributes.iter().all(|(name, actual)| *name == "trustType" && actual.eq_ignore_ascii_case(value))
    };
    let rest = |ignored: &str| attributes.iter().all(|(name, _)| *name == "trustType" || *name == ignored);
    if attributes.is_empty() {
        return if matters { " on an unregistered device".to_owned() } else { String::new() };
    }
    if sign_in.device.is_compliant() && rest("isCompliant") {
        return " on a compliant device".to_owned();
    }
    if only_trust_type("ServerAD") {
        return " on a hybrid joined device".to_owned();
    }
    if only_trust_type("AzureAD") {
        return " on a joined device".to_owned();
    }
    if only_trust_type("Workplace") {
        return " on a registered device".to_owned();
    }
    let list: Vec<String> = attributes
        .iter()
        .filter(|(name, value)| attributes.len() == 1 || (*name != "trustType" && *value != INTUNE))
        .map(|(name, value)| format!("{name} {}", quoted(value)))
        .collect();
    format!(" on a device with {}", listed(&list))
}

/// What a sign-in asks for.
#[must_use]
pub fn resource(resource: &Resource) -> String {
    match resource {
        Resource::App(id) => catalog::name(id).map_or_else(|| quoted(&id.to_string()), quoted),
        Resource::OfSuite(suite) => format!("an app of {}", suite.word()),
        Resource::UserAction(action) => quoted(&action.to_string()),
        Resource::AuthenticationContext(context) => format!("authentication context {}", quoted(&context.to_string())),
        Resource::Other | Resource::Every => "an app that no policy names".to_owned(),
    }
}

/// What a hole of an excepted principal departs in besides.
pub(super) fn besides(facts: &TenantFacts<'_>, judgement: &Judgement, hole: &Hole, exception: &Exception) -> String {
    let mut rest = hole.clone();
    let sign_in = &mut rest.sign_in;
    match exception.kind {
        PrincipalKind::User if sign_in.user.as_ref() == Some(&exception.id) => sign_in.user = None,
        PrincipalKind::User => _ = sign_in.also.remove(&exception.id),
        PrincipalKind::Group => _ = sign_in.groups.remove(&exception.id),
        PrincipalKind::Role => _ = sign_in.roles.remove(&exception.id),
    }
    // Whose sign-ins the requirement is about at all goes without saying.
    for principal in &judgement.requirement.users {
        match principal {
            Principal::Group(id) => _ = sign_in.groups.remove(id),
            Principal::Role(id) => _ = sign_in.roles.remove(id),
            Principal::User(_) | Principal::Guests(_) => {}
        }
    }
    rest.relevant.clone_from(&rest.departs);
    let mut also: Vec<String> = Vec::new();
    also.extend(rest.sign_in.user.as_ref().map(|user| format!("as the user {}", named(facts, user))));
    let same: Vec<String> = rest.sign_in.also.iter().map(|other| named(facts, other)).collect();
    if !same.is_empty() {
        also.push(format!("if {} stands for the same account", listed(&same)));
    }
    if rest.sign_in.user_type != UserType::Member {
        also.push(format!("as {}", one_of_kind(rest.sign_in.user_type)));
    }
    let groups: Vec<String> = rest.sign_in.groups.iter().map(|group| named(facts, group)).collect();
    if !groups.is_empty() {
        also.push(format!("if also in {}", listed(&groups)));
    }
    let roles: Vec<String> = rest.sign_in.roles.iter().map(|role| named(facts, role)).collect();
    if !roles.is_empty() {
        also.push(format!("holding the role {}", listed(&roles)));
    }
    let how = how(facts, judgement, &rest);
    let how = how.trim_start().replace("whose client claims", "if the client claims");
    also.extend(Some(how).filter(|how| !how.is_empty()));
    also.join(", ")
}

/// "A covers", "A and B together cover".
pub(super) fn cover(facts: &TenantFacts<'_>, policies: &[PolicyIndex]) -> String {
    let named = self::policies(facts, policies);
    if policies.len() == 1 { format!("{named} covers") } else { format!("{named} together cover") }
}

/// The first of some policies by name, and how many more there are.
pub(super) fn policies(facts: &TenantFacts<'_>, policies: &[PolicyIndex]) -> String {
    const SHOWN: usize = 6;
    let mut names: Vec<String> =
        policies.iter().take(SHOWN).map(|index| PolicyRef::to(&facts.tenant[*index]).label()).collect();
    if policies.len() > SHOWN {
        names.push(format!("{} more", policies.len() - SHOWN));
    }
    listed(&names)
}

/// What is to be seen where a policy lets the sign-in through.
pub(super) fn seen(facts: &TenantFacts<'_>, judgement: &Judgement, policy: &Policy, cause: &Cause) -> String {
    said_of(&PolicyRef::to(policy).label(), facts, judgement, policy, cause)
}

/// Why a policy that was just named does not stop a sign-in.
#[must_use]
pub fn because(facts: &TenantFacts<'_>, judgement: &Judgement, policy: &Policy, cause: &Cause) -> String {
    said_of("it", facts, judgement, policy, cause)
}

fn said_of(name: &str, facts: &TenantFacts<'_>, judgement: &Judgement, policy: &Policy, cause: &Cause) -> String {
    let element = element_name(facts, policy, cause);
    match cause.why {
        Why::Disabled => format!("{name} is disabled"),
        Why::ReportOnly => format!("{name} is report-only: evaluated, never enforced"),
        Why::Deleted => format!("{name} is deleted"),
        Why::Contradicted => format!("{name} is here twice, with different content"),
        Why::Foreign => format!("{name} may be of another tenant"),
        Why::UserNotIncluded if judgement.requirement.users.is_empty() => format!("{name} does not include every user"),
        Why::UserNotIncluded => format!("{name} does not include them"),
        Why::OnlyIncludedGroups => format!("{name} includes only members of these groups"),
        Why::UserExcluded => format!("{element} is excluded here"),
        Why::GroupExcluded => format!("members of {element} are excluded here"),
        Why::RoleExcluded => format!("everybody with the role {element} is excluded here"),
        Why::GuestsExcluded => "guests and external users are excluded here".to_owned(),
        Why::ResourceNotIncluded => format!("{name} targets other resources"),
        Why::ResourceExcluded => "this resource is excluded here".to_owned(),
        Why::WorkloadIdentities => format!("{name} governs workload identities"),
        Why::ClientAppNotIncluded => "other client apps are left out".to_owned(),
        Why::PlatformNotIncluded => "any other platform is left out, and a client can claim any".to_owned(),
        Why::PlatformExcluded => "excluded here, and a client can claim any platform".to_owned(),
        Why::LocationNotIncluded => "every other place is left out".to_owned(),
        Why::LocationExcluded => "sign-ins from here are left out".to_owned(),
        Why::RiskNotIncluded => "sign-ins without that risk are left out".to_owned(),
        Why::FlowNotIncluded => "ordinary sign-ins are left out".to_owned(),
        Why::NoGrantControls => format!("{name} demands nothing"),
        Why::DeviceFilter => "the filter leaves this device out".to_owned(),
        Why::Alternative => alternative(judgement, policy, cause),
        Why::OperatorMissing => "several controls and no operator".to_owned(),
        Why::AdminPortals
        | Why::ApplicationFilter
        | Why::DeviceFilterOpaque
        | Why::EveryRiskLevel
        | Why::PartnersPerhaps
        | Why::SuitePerhaps(_)
        | Why::PerhapsTheSame
        | Why::NoClientApps
        | Why::EmptyCondition
        | Why::Opaque
        | Why::LocationUndefined
        | Why::StrengthUndefined
        | Why::Doubt(_) => unknown(facts, policy, cause),
    }
}

fn alternative(judgement: &Judgement, policy: &Policy, cause: &Cause) -> String {
    let control = cause.at.index.and_then(|index| policy.grant.built_in.items().get(index)?.known());
    let enough = match (cause.at.property, control) {
        (Property::BuiltInControls, Some(GrantControl::CompliantDevice)) => "a compliant device is enough",
        (Property::BuiltInControls, Some(GrantControl::DomainJoinedDevice)) => "a hybrid joined device is enough",
        (Property::BuiltInControls, Some(GrantControl::ApprovedApplication | GrantControl::CompliantApplication)) => {
            "an approved or protected app is enough"
        }
        (Property::BuiltInControls, Some(GrantControl::Mfa)) if asks_for_strength(judgement) => "any MFA is enough",
        (Property::BuiltInControls, Some(GrantControl::Mfa)) => "MFA is enough",
        (Property::TermsOfUse, _) => "accepting the terms of use is enough",
        (Property::CustomAuthenticationFactors, _) => "a custom control is enough",
        (Property::AuthenticationStrength, _) => "this strength can be met with less",
        _ => "this is enough",
    };
    let mfa = judgement.requirement.grant == [Grant::Mfa];
    format!("{enough}{}", if mfa { ", without MFA" } else { "" })
}

fn asks_for_strength(judgement: &Judgement) -> bool {
    judgement.requirement.grant.iter().any(|grant| matches!(grant, Grant::Strength { .. }))
}

/// What a policy must demand instead.
fn demand(judgement: &Judgement, policy: &Policy) -> String {
    let built_in = policy.place(&Pointer::new(Property::BuiltInControls));
    match judgement.requirement.grant.first() {
        Some(Grant::Block) => format!("set `{built_in}` to [\"block\"], or block in a policy of its own"),
        Some(Grant::Strength { name, .. }) => format!("require the authentication strength {name} instead"),
        Some(Grant::PasswordChange) => format!("add \"passwordChange\" to `{built_in}`, with the operator AND"),
        Some(Grant::CompliantDevice) => "demand the device in a policy of its own, beside this one".to_owned(),
        _ => "demand what is required".to_owned(),
    }
}

/// What to add to a list of the policy, if the requirement is about these values alone.
fn missing_from<T: Words>(asked: &[T], list: &List<T>) -> String {
    let missing = asked.iter().filter(|one| list.position(|listed| listed == *one).is_none());
    let words: Vec<String> = missing.map(|one| format!("\"{}\"", word(one))).collect();
    listed(&words)
}

fn word<T: Words>(value: &T) -> &'static str {
    T::WORDS.iter().find(|(_, member)| member == value).map_or("", |(word, _)| word)
}

/// What cannot be told, as a clause.
pub(super) fn unknown(facts: &TenantFacts<'_>, policy: &Policy, cause: &Cause) -> String {
    let place = format!("`{}`", policy.place(&cause.pointer(policy)));
    let element = element_name(facts, policy, cause);
    match cause.why {
        Why::AdminPortals => {
            "Microsoft does not document how the admin portals and the management API overlap".to_owned()
        }
        Why::ApplicationFilter => "a filter for apps depends on attributes that are not in the files".to_owned(),
        Why::DeviceFilterOpaque => "the filter for devices has an expression that caplint cannot interpret".to_owned(),
        Why::EveryRiskLevel => {
            "all risk levels are listed, which Microsoft does not document as no condition".to_owned()
        }
        Why::PartnersPerhaps => {
            "Microsoft does not document whether all users include service providers and B2B direct connect users"
                .to_owned()
        }
        Why::PerhapsTheSame => format!("{place} has no id in the files, and may be the same object as another one"),
        Why::SuitePerhaps(suite) => format!("it is not known whether the app belongs to {}", suite.word()),
        Why::NoClientApps => "Microsoft does not document which clients an empty clientAppTypes means".to_owned(),
        Why::EmptyCondition => format!("Microsoft does not document what {place} means without any value"),
        Why::Opaque => format!("the condition {place} has no model in caplint"),
        Why::LocationUndefined => "the files do not say which named locations are trusted".to_owned(),
        Why::StrengthUndefined => "the files do not define the authentication strength".to_owned(),
        Why::OperatorMissing => "several controls have no operator".to_owned(),
        Why::Contradicted => "two copies of the policy differ".to_owned(),
        Why::Foreign => "the files look like those of several tenants".to_owned(),
        Why::Doubt(crate::policy::Reason::Unrecognised) if cause.at.index.is_some() && !element.is_empty() => {
            format!("{element} in {place} is not an id that caplint can tell apart")
        }
        Why::Doubt(Reason::Untold(Untold::ForEach)) if cause.at.property == Property::State => {
            "`for_each` decides whether there is such a policy".to_owned()
        }
        Why::Doubt(Reason::Untold(Untold::Uncalled)) if cause.at.property == Property::State => {
            "no `module` block calls the folder that the policy stands in".to_owned()
        }
        Why::Doubt(Reason::Untold(Untold::Count)) if cause.at.property == Property::State => {
            "`count` decides whether there is such a policy".to_owned()
        }
        Why::Doubt(reason) => format!("{place} is not known, because {}", reason.because()),
        _ => format!("{place} cannot be told"),
    }
}

/// The smallest change to a policy that removes a cause.
pub(super) fn remedy(judgement: &Judgement, policy: &Policy, cause: &Cause) -> Option<String> {
    let (requirement, conditions) = (&judgement.requirement, &policy.conditions);
    let value = policy.place(&cause.pointer(policy));
    let operator = policy.place(&Pointer::new(Property::GrantOperator));
    let client_apps = policy.place(&Pointer::new(Property::ClientAppTypes));
    Some(match cause.why {
        Why::Disabled | Why::ReportOnly => "set `state` to \"enabled\"".to_owned(),
        Why::UserNotIncluded if !judgement.requirement.users.is_empty() => {
            let role = judgement.decision.holes.first()?.sign_in.roles.first()?;
            let roles = policy.place(&Pointer::new(Property::IncludeRoles));
            format!("add {} to `{roles}`", quoted(&role.to_string()))
        }
        Why::UserNotIncluded | Why::OnlyIncludedGroups => "include \"All\" users".to_owned(),
        Why::UserExcluded
        | Why::GroupExcluded
        | Why::RoleExcluded
        | Why::GuestsExcluded
        | Why::ResourceExcluded
        | Why::PlatformExcluded
        | Why::LocationExcluded => format!("remove the exclusion `{value}`"),
        Why::ClientAppNotIncluded if !requirement.clients.iter().any(|client| MODERN.contains(client)) => {
            format!("add {} to `{client_apps}`", missing_from(&requirement.clients, &conditions.client_app_types))
        }
        Why::ClientAppNotIncluded | Why::NoClientApps => format!("set `{client_apps}` to [\"all\"]"),
        Why::PlatformNotIncluded => "remove the platform condition".to_owned(),
        Why::LocationNotIncluded => "remove the location condition".to_owned(),
        Why::RiskNotIncluded if !requirement.sign_in_risk.is_empty() && !conditions.sign_in_risk_levels.is_empty() => {
            format!("add {} to `{value}`", missing_from(&requirement.sign_in_risk, &conditions.sign_in_risk_levels))
        }
        Why::RiskNotIncluded if !requirement.user_risk.is_empty() && !conditions.user_risk_levels.is_empty() => {
            format!("add {} to `{value}`", missing_from(&requirement.user_risk, &conditions.user_risk_levels))
        }
        Why::RiskNotIncluded => format!("require it at every risk, in a policy of its own without `{value}`"),
        Why::FlowNotIncluded if !requirement.flows.is_empty() => {
            format!("add {} to `{value}`", missing_from(&requirement.flows, &conditions.transfer_methods))
        }
        Why::FlowNotIncluded => "require it in ordinary sign-ins too, in a policy of its own".to_owned(),
        Why::DeviceFilter | Why::DeviceFilterOpaque => "remove the device filter".to_owned(),
        Why::NoGrantControls => "add what is required to the grant controls".to_owned(),
        Why::EveryRiskLevel => format!("leave `{value}` empty"),
        Why::EmptyCondition => format!("remove `{value}`, or fill it"),
        Why::Alternative => match cause.at.property {
            Property::AuthenticationStrength if asks_for_strength(judgement) || requirement.grant == [Grant::Mfa] => {
                "use a stronger authentication strength".to_owned()
            }
            Property::AuthenticationStrength => demand(judgement, policy),
            Property::BuiltInControls if requirement.grant != [Grant::Mfa] => demand(judgement, policy),
            _ => format!("set `{operator}` to \"AND\", or remove `{value}`"),
        },
        Why::OperatorMissing => format!("set `{operator}` to \"AND\""),
        Why::ApplicationFilter => "name the API or all resources instead of a filter".to_owned(),
        Why::StrengthUndefined => "export the authentication strengths beside the policies".to_owned(),
        Why::PerhapsTheSame => format!("write the object id in `{value}`"),
        Why::LocationUndefined => "export the named locations beside the policies".to_owned(),
        Why::Opaque
        | Why::AdminPortals
        | Why::Deleted
        | Why::ResourceNotIncluded
        | Why::WorkloadIdentities
        | Why::PartnersPerhaps
        | Why::SuitePerhaps(_) => return None,
        Why::Contradicted => "keep the copy that the tenant has, and leave the other out".to_owned(),
        Why::Foreign => "check each tenant by itself: `[[tenant]]` in caplint.toml, or `--tenant-per-path`".to_owned(),
        Why::Doubt(Reason::Untold(untold)) => untold_remedy(untold, &value),
        Why::Doubt(_) => format!("fix `{value}`"),
    })
}

/// What makes known what infrastructure code does not tell.
fn untold_remedy(untold: Untold, value: &str) -> String {
    match untold {
        Untold::AfterApply => {
            format!("apply what `{value}` depends on first, or write it as a literal, and check the plan again")
        }
        Untold::NotSelected => "export the policies again without `$select`".to_owned(),
        Untold::Sensitive => format!("keep `{value}` out of sensitive variables: the ids in a policy are no secret"),
        Untold::Uncalled => "call the module, or check its folder by itself if it is one".to_owned(),
        Untold::Unreadable => "fix the file that could not be read".to_owned(),
        Untold::Overridden => format!("check a plan, or write `{value}` where it is overridden"),
        Untold::Variable | Untold::ForEach | Untold::Count | Untold::Dynamic | Untold::Expression => format!(
            "check the plan instead, in which Terraform has evaluated {}: `terraform plan -out plan && terraform show \
             -json plan > plan.json`",
            match untold {
                Untold::ForEach => "`for_each`".to_owned(),
                Untold::Count => "`count`".to_owned(),
                _ => format!("`{value}`"),
            }
        ),
    }
}

/// The groups that coverage hinges on, as the subject of "… contains every user".
pub(super) fn groups(facts: &TenantFacts<'_>, policies: &[PolicyIndex]) -> String {
    let mut ids: Vec<&Id> = policies
        .iter()
        .flat_map(|index| facts.tenant[*index].conditions.users.include_groups.known().map(|(_, id)| id))
        .collect();
    ids.sort();
    ids.dedup();
    let names: Vec<String> =
        ids.iter().take(4).map(|id| facts.tenant.name(id).map_or_else(|| quoted(&id.to_string()), quoted)).collect();
    let more = if ids.len() > 4 { format!(" and {} more", ids.len() - 4) } else { String::new() };
    match names.as_slice() {
        [one] => format!("the group {one} contains"),
        _ => format!("the groups {}{more} together contain", names.join(", ")),
    }
}

/// The element that a cause names, by its name where the files tell it.
fn element_name(facts: &TenantFacts<'_>, policy: &Policy, cause: &Cause) -> String {
    let users = &policy.conditions.users;
    let list = match cause.at.property {
        Property::ExcludeUsers => &users.exclude_users,
        Property::ExcludeGroups => &users.exclude_groups,
        Property::ExcludeRoles => &users.exclude_roles,
        Property::IncludeApplications => &policy.conditions.applications.include,
        Property::ExcludeApplications => &policy.conditions.applications.exclude,
        _ => return String::new(),
    };
    let id = cause.at.index.and_then(|index| list.items().get(index)?.known());
    id.map_or_else(String::new, |id| facts.tenant.name(id).map_or_else(|| quoted(&id.to_string()), quoted))
}
