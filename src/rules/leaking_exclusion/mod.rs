//! A group that is meant to be left out of one policy, and is left out of more.

use super::{Rule, declare};
use crate::coverage::{Comparison, PrincipalKind};
use crate::finding::{Draft, Drafts, Label, PolicyRef, joined, quoted};
use crate::policy::{ClientAppType, Id, List, Policy};
use crate::requirement::{Grant, Requirement};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;
use std::collections::HashMap;
use std::sync::OnceLock;

declare! {
    rule: LeakingExclusion,
    id: "leaking-exclusion",
    levels: [Warning],
    since: "0.1.0",
    category: Exclusions,
    summary: "A group that is named for the exclusion from one policy is also excluded from a broader policy.",
    doc: "doc.md",
}

/// Groups that are looked at for each policy.
const MOST_GROUPS: usize = 16;

impl Rule for LeakingExclusion {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        if !facts.is_whole {
            return;
        }
        let mut numbered: Option<HashMap<String, Vec<&Policy>>> = None;
        let mut blocking: Option<Comparison<'_>> = None;
        for policy in facts.tenant.policies.iter().filter(|policy| facts.is_on(policy) && !policy.deleted) {
            let Some(grant) = grant(policy) else { continue };
            let mut leaks = Vec::new();
            for (index, group) in policy.conditions.users.exclude_groups.known().take(MOST_GROUPS) {
                let Some(name) = name(facts, group) else { continue };
                let numbered = numbered.get_or_insert_with(|| by_number(&facts.tenant.policies));
                let meant = meant(numbered, policy, group, &name);
                if meant.is_empty() || is_for_emergencies(&name) || is_approved(facts, group) {
                    continue;
                }
                let is_open = if grant == Grant::Block {
                    let comparison = blocking
                        .get_or_insert_with(|| Comparison::new(block_everywhere(), facts.tenant, facts.options()));
                    escapes(comparison, policy, group, &meant)
                } else {
                    facts.mfa(|mfa| escapes(mfa, policy, group, &meant))
                };
                if is_open {
                    leaks.push(Leak { index, name, meant: meant[0] });
                }
            }
            if !leaks.is_empty() {
                drafts.push(draft(policy, &grant, &leaks));
            }
        }
    }
}

/// A group where it should not be.
struct Leak<'p> {
    /// Its place in the list.
    index: usize,
    name: String,
    /// The policy that it is named for.
    meant: &'p Policy,
}

fn draft(policy: &Policy, grant: &Grant, leaks: &[Leak<'_>]) -> Draft {
    const SHOWN: usize = 3;
    let names: Vec<String> = leaks.iter().map(|leak| quoted(&leak.name)).collect();
    let own: Vec<String> = leaks.iter().map(|leak| PolicyRef::to(leak.meant).label()).collect();
    let (whose, consequence) = match grant {
        Grant::Block => ("blocks", "no other policy blocks them there"),
        Grant::Mfa
        | Grant::Strength { .. }
        | Grant::CompliantDevice
        | Grant::HybridJoinedDevice
        | Grant::PasswordChange
        | Grant::Session(_) => ("requires MFA", "no other policy requires it of them there"),
    };
    let message = format!(
        "{} {whose} but excludes members of {}, whose name refers to {}. This policy does not apply to them, and \
         {consequence}.",
        PolicyRef::to(policy).label(),
        joined(&names, SHOWN),
        joined(&own, SHOWN),
    );
    let list = Pointer::new(PrincipalKind::Group.exclude_list());
    let place = |leak: &Leak<'_>| policy.place(&list.index(leak.index));
    let help = format!("Remove {} unless its members should be excluded from this policy, too.", place(&leaks[0]));
    let draft = LeakingExclusion::draft(message).help(help).policy(policy);
    let draft = leaks.iter().take(SHOWN).fold(draft, |draft, leak| {
        draft.label(Label::in_policy(
            policy,
            &list.index(leak.index),
            format!("{} is excluded here, too", quoted(&leak.name)),
        ))
    });
    let name = Pointer::root().key("displayName");
    draft.label(Label::in_policy(leaks[0].meant, &name, "the policy that the group is named for"))
}

/// What members of a group would have to do or could not do, were they not excluded.
fn grant(policy: &Policy) -> Option<Grant> {
    if policy.grant.blocks() {
        return Some(Grant::Block);
    }
    policy.grant.asks_for_mfa().then_some(Grant::Mfa)
}

fn block_everywhere() -> &'static Requirement {
    static BLOCK: OnceLock<Requirement> = OnceLock::new();
    BLOCK.get_or_init(|| Requirement {
        clients: vec![
            ClientAppType::MobileAppsAndDesktopClients,
            ClientAppType::Browser,
            ClientAppType::ExchangeActiveSync,
            ClientAppType::Other,
        ],
        ..Requirement::everywhere(Grant::Block)
    })
}

/// Whether members of the group do what the policy would stop, were they not excluded: beyond the policies that they are
/// meant to be excluded from, and stopped by no other.
fn escapes(comparison: &mut Comparison<'_>, policy: &Policy, group: &Id, meant: &[&Policy]) -> bool {
    let mut changed = policy.clone();
    let groups = &mut changed.conditions.users.exclude_groups;
    *groups = groups.items().iter().filter(|item| item.known() != Some(group)).cloned().collect();
    comparison.would_add_members(&changed, group, meant)
}

/// The name of a group in the files, or the text in place of its id. Where a group is only described, its id is a place, whose words
/// say nothing of the group.
fn name(facts: &TenantFacts<'_>, group: &Id) -> Option<String> {
    if facts.tenant.description(group).is_some() {
        return None;
    }
    let told = facts.tenant.name(group).map(str::to_owned);
    told.or_else(|| matches!(group, Id::Text(_) | Id::Reference(_)).then(|| group.to_string()))
}

/// The policies that a group is meant to be excluded from, if its name says so and `policy` is none of them: those whose
/// number it carries. Who is included there is not left out.
fn meant<'p>(numbered: &HashMap<String, Vec<&'p Policy>>, policy: &Policy, group: &Id, name: &str) -> Vec<&'p Policy> {
    let own = number(policy);
    let lists = |list: &List<Id>| list.position(|one| one == group).is_some();
    let says_so = name.to_lowercase().contains("exclu");
    let mut meant = Vec::new();
    for token in tokens(name).filter(|token| is_number(token)).map(str::to_lowercase) {
        if own.as_ref() == Some(&token) {
            return Vec::new();
        }
        meant.extend(numbered.get(&token).into_iter().flatten().copied());
    }
    let is_included = meant.iter().any(|policy| lists(&policy.conditions.users.include_groups));
    let is_excluded = says_so || meant.iter().any(|policy| lists(&policy.conditions.users.exclude_groups));
    if is_included || !is_excluded { Vec::new() } else { meant }
}

fn by_number(policies: &[Policy]) -> HashMap<String, Vec<&Policy>> {
    let mut numbered: HashMap<String, Vec<&Policy>> = HashMap::new();
    for policy in policies.iter().filter(|policy| !policy.deleted) {
        if let Some(number) = number(policy) {
            numbered.entry(number).or_default().push(policy);
        }
    }
    numbered
}

/// The number that a policy's name begins with: `CA203`.
fn number(policy: &Policy) -> Option<String> {
    let first = tokens(policy.name()?).next()?;
    is_number(first).then(|| first.to_lowercase())
}

fn tokens(name: &str) -> impl Iterator<Item = &str> {
    name.split(|character: char| !character.is_alphanumeric()).filter(|token| !token.is_empty())
}

/// Letters, then at least two digits; `M365` is a product.
fn is_number(token: &str) -> bool {
    let digits = token.trim_start_matches(|character: char| character.is_ascii_alphabetic());
    let letters = token.len() - digits.len();
    token.get(1..) != Some("365")
        && (1..=5).contains(&letters)
        && (2..=5).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_for_emergencies(name: &str) -> bool {
    let letters: String = name.chars().filter(|character| character.is_alphanumeric()).collect();
    let letters = letters.to_lowercase();
    ["breakglass", "emergency", "breaktheglass", "notfall"].iter().any(|word| letters.contains(word))
}

fn is_approved(facts: &TenantFacts<'_>, group: &Id) -> bool {
    facts.config.exceptions.iter().any(|entry| entry.kind == PrincipalKind::Group && group.is_written(&entry.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_letters_and_digits() {
        let numbers = |name| tokens(name).filter(|token| is_number(token)).collect::<Vec<_>>();
        assert_eq!(numbers("SG_CA_CAU009_Exclude"), ["CAU009"]);
        assert_eq!(numbers("azuread_group.ca203_exclude"), ["ca203"]);
        for name in ["Office365", "Exclude 2024", "CA", "M365 users", "AAD-P2", "v1.0", "VPN-é12", ""] {
            assert!(numbers(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn groups_for_emergencies_are_known_by_many_names() {
        for name in ["CA400-BreakGlassAccounts", "CA000 break-glass", "Emergency access", "break the glass"] {
            assert!(is_for_emergencies(name), "{name}");
        }
        assert!(!is_for_emergencies("CA203 - Exclude"));
    }
}
