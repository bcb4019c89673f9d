//! Conditions without a model.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Part, PolicyRef, quoted};
use crate::policy::Property;
use crate::rules::FileFacts;
use crate::syntax::Pointer;

declare! {
    rule: UnknownCondition,
    id: "unknown-condition",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A policy has a condition that caplint does not model, so its scope is unknown.",
    doc: "doc.md",
}

impl Rule for UnknownCondition {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for policy in file.policies.iter().map(|inspected| &inspected.policy) {
            for name in policy.conditions.opaque.iter().map(|opaque| &opaque.name) {
                let message = format!(
                    "caplint does not model the condition {} of {}. It may narrow the policy, so the policy never \
                     counts as cover.",
                    quoted(name),
                    PolicyRef::to(policy).label()
                );
                let pointer = Pointer::new(Property::Conditions).key(name);
                drafts.push(
                    Self::draft(message)
                        .help(
                            "Remove it if the tenant does not need it. Otherwise, determine yourself what this \
                            policy covers.",
                        )
                        .policy(policy)
                        .about(name.as_ref())
                        .label(Label::in_policy(policy, &pointer, "may narrow the policy").part(Part::Key)),
                );
            }
        }
    }
}
