//! One name, two policies.

use super::{Rule, declare};
use crate::finding::{Draft, Drafts, Label, PolicyRef};
use crate::policy::{FileIndex, Id, Policy};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;
use std::collections::BTreeMap;

declare! {
    rule: DuplicateName,
    id: "duplicate-name",
    levels: [Info],
    since: "0.1.0",
    category: Rollout,
    summary: "Two policies of the tenant have the same name.",
    doc: "doc.md",
}

/// Names that are shared before the files are taken for those of two tenants.
const BY_CHANCE: usize = 3;

impl Rule for DuplicateName {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        if !facts.is_whole || !facts.clashes.contradictions.is_empty() {
            return;
        }
        let mut named: BTreeMap<(Identity, String), Vec<&Policy>> = BTreeMap::new();
        for policy in facts.tenant.policies.iter().filter(|policy| !policy.deleted) {
            let name = policy.name().map_or("", str::trim);
            if let (Some(identity), false) = (Identity::of(policy), name.is_empty()) {
                named.entry((identity, name.to_lowercase())).or_default().push(policy);
            }
        }
        let policies: usize = named.values().map(Vec::len).sum();
        named.retain(|_, policies| policies.len() > 1);
        let sharing: usize = named.values().map(Vec::len).sum();
        if named.len() > BY_CHANCE && sharing * 2 > policies {
            return;
        }
        drafts.extend(named.values().map(|policies| draft(policies)));
    }
}

/// What tells one policy from another copy of it: templates have nothing of the kind.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Id,
    /// An address, in the module that the files of this index belong to.
    Address(FileIndex),
}

impl Identity {
    fn of(policy: &Policy) -> Option<Self> {
        let by_id = policy.id.as_ref().and_then(Id::guid).map(|_| Self::Id);
        policy.address().map(|_| Self::Address(policy.origin.root)).or(by_id)
    }
}

fn draft(policies: &[&Policy]) -> Draft {
    let times = if policies.len() == 2 { "Two".to_owned() } else { policies.len().to_string() };
    let message = format!(
        "{times} policies are named {}: sign-in logs, reports and ignores do not show which one is meant.",
        PolicyRef::to(policies[0]).label(),
    );
    let place = |policy| Label::in_policy(policy, &Pointer::root().key("displayName"), "the same name");
    let draft = DuplicateName::draft(message)
        .help("Give each policy a unique name, for example with a number, or delete the copy.")
        .policy(policies[0]);
    policies.iter().take(4).fold(draft, |draft, policy| draft.label(place(policy)))
}
