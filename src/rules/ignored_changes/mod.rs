//! `ignore_changes` over what a policy demands, and of whom.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef, quoted};
use crate::policy::Policy;
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: IgnoredChanges,
    id: "ignored-changes",
    levels: [Warning],
    since: "0.1.0",
    category: Terraform,
    summary: "A policy's `ignore_changes` keeps Terraform from reverting changes that are made in the portal.",
    doc: "doc.md",
}

/// Attributes that a policy is made of.
const PARTS: [&str; 4] = ["state", "conditions", "grant_controls", "session_controls"];

/// Attributes that the provider fills in, which is why people ignore them.
const FILLED_IN: [&str; 3] =
    ["insider_risk_levels", "sign_in_frequency_interval", "sign_in_frequency_authentication_type"];

impl Rule for IgnoredChanges {
    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Drafts) {
        let ignored = policy.block().map(|block| block.ignored_changes.as_slice()).unwrap_or_default();
        let of_weight: Vec<(usize, &str)> =
            ignored.iter().map(AsRef::as_ref).enumerate().filter(|(_, path)| is_of_weight(path)).collect();
        if of_weight.is_empty() {
            return;
        }
        let names: Vec<&str> = of_weight.iter().map(|(_, path)| *path).collect();
        let shown = if names.iter().any(|path| is_everything(path)) {
            "everything".to_owned()
        } else {
            names.iter().map(|path| quoted(path)).collect::<Vec<_>>().join(", ")
        };
        let message = format!(
            "{} ignores changes of {shown}: a change in the portal is permanent, and the file may differ from the \
             policy in force.",
            PolicyRef::to(policy).label()
        );
        let draft = Self::draft(message)
            .help(
                "Remove it from the list, so that the next plan shows the drift. To change who is excluded without a \
                 plan, exclude a group and change its members.",
            )
            .about(names.join(" "))
            .policy(policy);
        let list = Pointer::new("/lifecycle/ignore_changes");
        let label = |index: usize| Label::as_written(policy, list.index(index), "Terraform ignores this");
        drafts.push(of_weight.iter().fold(draft, |draft, (index, _)| draft.label(label(*index))));
    }
}

/// Whether a path is none: `*` is what `all` used to be.
fn is_everything(path: &str) -> bool {
    matches!(path, "all" | "*")
}

/// Whether a path (`conditions[0].users`, `all`) affects a decision.
fn is_of_weight(path: &str) -> bool {
    let name = |step: &str| step.split('[').next().unwrap_or_default().trim().to_owned();
    let mut steps = path.split('.').map(name);
    let first = steps.next().unwrap_or_default();
    let last = steps.next_back().unwrap_or_default();
    is_everything(path) || PARTS.contains(&first.as_str()) && !FILLED_IN.contains(&last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_decides_who_gets_in_is_of_weight() {
        for path in ["all", "*", "state", "conditions", "conditions[0].users[0].excluded_users", "conditions.users"] {
            assert!(is_of_weight(path), "{path}");
        }
        for path in [
            "display_name",
            "timeouts",
            "conditions[0].insider_risk_levels",
            "session_controls[0].sign_in_frequency_interval",
            "",
        ] {
            assert!(!is_of_weight(path), "{path}");
        }
    }
}
