//! Nobody is left to fix a mistake.

use super::{Rule, declare};
use crate::catalog::{self, Suite};
use crate::coverage::PrincipalKind;
use crate::finding::{Draft, Drafts, Label, PolicyRef, capitalised, joined};
use crate::policy::{Fact, GrantControl, Id, List, Operator, Policy, Property};
use crate::rules::TenantFacts;
use crate::rules::control::principal;
use crate::syntax::Pointer;
use std::collections::{BTreeMap, BTreeSet};

declare! {
    rule: NoBreakGlass,
    id: "no-break-glass",
    levels: [Warning],
    since: "0.1.0",
    category: Exclusions,
    summary: "No emergency access account is excluded from every policy that can lock out all administrators.",
    doc: "doc.md",
}

/// Policies that a message names and a finding points at.
const SHOWN: usize = 3;

impl Rule for NoBreakGlass {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        if !facts.is_whole {
            return;
        }
        let policies = facts.tenant.policies.iter().filter(|policy| facts.is_on(policy) && can_lock_out(policy));
        let policies: Vec<&Policy> = policies.collect();
        let mut excluding: BTreeMap<(PrincipalKind, &Id), usize> = BTreeMap::new();
        for policy in &policies {
            for excluded in excluded(policy).collect::<BTreeSet<_>>() {
                *excluding.entry(excluded).or_default() += 1;
            }
        }
        let everywhere = excluding.iter().filter(|(_, count)| **count == policies.len()).map(|(one, _)| *one);
        let everywhere: Vec<(PrincipalKind, &Id)> = everywhere.collect();
        if everywhere.len() > 1 || everywhere.iter().any(|(kind, _)| *kind == PrincipalKind::Group) {
            return;
        }
        let approved = &facts.config.exceptions;
        let is_approved =
            |(kind, id): (PrincipalKind, &Id)| approved.iter().any(|one| one.kind == kind && id.is_written(&one.id));
        let nearest = excluding.iter().max_by_key(|(one, count)| (is_approved(**one), **count));
        let draft = match (everywhere.first(), nearest) {
            _ if policies.is_empty() => return,
            (Some((_, user)), _) => one_account(facts, &policies, user),
            (None, Some((nearest, count))) => not_everywhere(facts, &policies, *nearest, *count),
            (None, None) => nobody(&policies),
        };
        let draft = draft.help(
            "Exclude one group of at least two emergency access accounts from each of these policies, and protect \
             the accounts with FIDO2 keys or certificates: Microsoft's mandatory MFA applies to them, too.",
        );
        drafts.push(Draft { is_of_tenant: true, ..draft });
    }
}

const CONSEQUENCE: &str = "One mistake in a policy, or an outage of a service that it depends on, locks out every \
    administrator.";

/// No policy excludes anybody.
fn nobody(policies: &[&Policy]) -> Draft {
    let message = format!(
        "{} {} to every user for every resource and {} neither a user nor a group. {CONSEQUENCE}",
        names(policies),
        if policies.len() == 1 { "applies" } else { "apply" },
        if policies.len() == 1 { "excludes" } else { "exclude" },
    );
    labelled(NoBreakGlass::draft(message), policies, "nobody is excluded")
}

/// Some do, but nobody is excluded from all.
fn not_everywhere(
    facts: &TenantFacts<'_>,
    policies: &[&Policy],
    (kind, id): (PrincipalKind, &Id),
    count: usize,
) -> Draft {
    let lacking = policies.iter().filter(|policy| excluded(policy).all(|one| one != (kind, id)));
    let lacking: Vec<&Policy> = lacking.copied().collect();
    let other = if count == 1 { "another policy does" } else { "other policies do" };
    let message = format!(
        "{} {} not exclude {} as {other}, and no user or group is excluded from every policy for all users and all \
         resources. {CONSEQUENCE}",
        names(&lacking),
        if lacking.len() == 1 { "does" } else { "do" },
        principal(facts, kind, id),
    );
    labelled(NoBreakGlass::draft(message), &lacking, "not excluded here")
}

/// One account is excluded from all of them.
fn one_account(facts: &TenantFacts<'_>, policies: &[&Policy], user: &Id) -> Draft {
    let message = format!(
        "{} is the only account that is excluded from every policy for all users and all resources. If it is lost or \
         disabled, no administrator can sign in. Microsoft recommends two accounts.",
        capitalised(&principal(facts, PrincipalKind::User, user)),
    );
    let mut draft = NoBreakGlass::draft(message);
    for policy in policies.iter().take(SHOWN) {
        let users = &policy.conditions.users.exclude_users;
        let Some(index) = users.position(|one| one == user) else { continue };
        let pointer = Pointer::new(PrincipalKind::User.exclude_list()).index(index);
        draft = draft.label(Label::in_policy(policy, &pointer, "the only one"));
    }
    with_policy(draft, policies)
}

fn names(policies: &[&Policy]) -> String {
    joined(&policies.iter().map(|policy| PolicyRef::to(policy).label()).collect::<Vec<_>>(), SHOWN)
}

fn labelled(draft: Draft, policies: &[&Policy], message: &str) -> Draft {
    let draft = with_policy(draft, policies);
    policies
        .iter()
        .take(SHOWN)
        .fold(draft, |draft, policy| draft.label(Label::in_policy(policy, &Pointer::new(Property::Users), message)))
}

fn with_policy(draft: Draft, policies: &[&Policy]) -> Draft {
    match policies.first() {
        Some(first) => draft.policy(first),
        None => draft,
    }
}

/// The users and groups that a policy excludes one by one.
fn excluded(policy: &Policy) -> impl Iterator<Item = (PrincipalKind, &Id)> {
    [PrincipalKind::User, PrincipalKind::Group].into_iter().flat_map(move |kind| {
        let known = kind.excluded_by(policy).known().map(move |(_, id)| (kind, id));
        known.filter(|(_, id)| !matches!(id, Id::Literal(_)))
    })
}

/// Whether a policy can keep every administrator out, and says whom it excludes.
fn can_lock_out(policy: &Policy) -> bool {
    let conditions = &policy.conditions;
    // An administrator who can still sign in to these can fix the rest.
    let excludes_administration = conditions
        .applications
        .exclude
        .position(|id| Suite::of(id) == Some(Suite::AdminPortals) || catalog::is_management_api(id));
    let excludes_administrators = conditions.users.exclude_roles.position(catalog::is_global_administrator);
    stops_everybody(policy)
        && excludes_administration.is_none()
        && excludes_administrators.is_none()
        && conditions.applications.exclude.first_unknown().is_none()
        && PrincipalKind::ALL.iter().all(|kind| says_whom(kind.excluded_by(policy)))
}

/// Whether a list holds nobody who is yet to be filled in.
fn says_whom(list: &List<Id>) -> bool {
    list.first_unknown().is_none() && list.position(|id| id.placeholder().is_some()).is_none()
}

/// Whether a policy asks something of every user at every resource, from everywhere, that an account may not be able to
/// give. Whom it excludes is left aside.
pub(super) fn stops_everybody(policy: &Policy) -> bool {
    let conditions = &policy.conditions;
    conditions.include_all()
        && conditions.include_modern_clients()
        && conditions.ask_nothing_else()
        && !policy.contradicted
        && !policy.foreign
        && !policy.deleted
        && is_demanding(policy)
}

/// Whether the grant controls cannot be met by a password and a click.
fn is_demanding(policy: &Policy) -> bool {
    let grant = &policy.grant;
    let is_hard =
        |control: &GrantControl| !matches!(control, GrantControl::PasswordChange | GrantControl::RiskRemediation);
    let hard = grant.built_in.known().filter(|(_, control)| is_hard(control)).count()
        + usize::from(matches!(grant.strength, Fact::Known(Some(_))));
    let all = grant.built_in.items().len()
        + grant.custom.items().len()
        + grant.terms_of_use.items().len()
        + usize::from(grant.strength != Fact::Known(None));
    let unread = [grant.built_in.doubt(), grant.custom.doubt(), grant.terms_of_use.doubt(), grant.doubt];
    let is_any_enough = grant.operator != Fact::Known(Some(Operator::And));
    hard > 0 && (!is_any_enough || (hard == all && unread.iter().all(Option::is_none)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{FileIndex, Origin, lower};
    use crate::syntax::parse;

    fn locks_out(users: &str, applications: &str, conditions: &str, grant: &str) -> bool {
        let text = format!(
            r#"{{"state": "enabled", "conditions": {{"users": {{"includeUsers": ["All"]{users}}},
                 "applications": {{"includeApplications": ["All"]{applications}}}{conditions}}}, "grantControls": {{{grant}}}}}"#
        );
        can_lock_out(&lower(&parse(&text).unwrap(), Origin::document(FileIndex(0))).policy)
    }

    const MFA: &str = r#""operator": "OR", "builtInControls": ["mfa"]"#;

    #[test]
    fn what_asks_something_of_everybody_can_lock_out() {
        for grant in [
            MFA,
            r#""operator": "OR", "builtInControls": ["block"]"#,
            r#""operator": "OR", "builtInControls": ["mfa", "compliantDevice"]"#,
            r#""operator": "AND", "builtInControls": ["mfa"], "termsOfUse": ["11111111-1111-4111-8111-111111111111"]"#,
            r#""operator": "OR", "authenticationStrength": {"id": "00000000-0000-0000-0000-000000000004"}"#,
        ] {
            assert!(locks_out("", "", "", grant), "{grant}");
        }
        for conditions in [
            r#", "clientAppTypes": ["browser", "mobileAppsAndDesktopClients"]"#,
            r#", "platforms": {"includePlatforms": ["all"]}"#,
            r#", "locations": null, "signInRiskLevels": []"#,
        ] {
            assert!(locks_out("", "", conditions, MFA), "{conditions}");
        }
    }

    #[test]
    fn what_leaves_administrators_a_way_in_cannot() {
        for conditions in [
            r#", "clientAppTypes": ["exchangeActiveSync", "other"]"#,
            r#", "clientAppTypes": ["browser"]"#,
            r#", "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}"#,
            r#", "platforms": {"includePlatforms": ["all"], "excludePlatforms": ["windows"]}"#,
            r#", "signInRiskLevels": ["high"]"#,
            r#", "userRiskLevels": ["high"]"#,
            r#", "authenticationFlows": {"transferMethods": "deviceCodeFlow"}"#,
            r#", "devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}}"#,
            r#", "clientApplications": {"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]}"#,
            r#", "times": {"includeDays": ["monday"]}"#,
        ] {
            assert!(!locks_out("", "", conditions, MFA), "{conditions}");
        }
        for users in [
            r#", "excludeRoles": ["62e90394-69f5-4237-9190-012177145e10"]"#,
            r#", "excludeGroups": ["<EmergencyAccessAccountsGroup>"]"#,
        ] {
            assert!(!locks_out(users, "", "", MFA), "{users}");
        }
        assert!(!locks_out("", r#", "excludeApplications": ["MicrosoftAdminPortals"]"#, "", MFA));
        for grant in [
            "",
            r#""operator": "OR", "termsOfUse": ["11111111-1111-4111-8111-111111111111"]"#,
            r#""operator": "OR", "builtInControls": ["mfa"], "termsOfUse": ["11111111-1111-4111-8111-111111111111"]"#,
        ] {
            assert!(!locks_out("", "", "", grant), "{grant}");
        }
    }
}
