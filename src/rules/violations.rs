//! Which rule reports which violation of the schema. The match names every kind, so that none goes unreported.

use super::facts::FileFacts;
use super::{
    duplicate_key, invalid_id, invalid_value, letter_case, single_value, template_placeholder, truncated_export,
    unknown_property, unknown_value,
};
use crate::finding::{Draft, Drafts};
use crate::schema::{Violation, ViolationKind};
use std::collections::BTreeMap;

/// Reports every violation in a file.
pub(super) fn report(file: &FileFacts<'_>) -> Vec<Draft> {
    // A `Drafts` bounds what comes of one rule and one policy in a row.
    let mut drafts: BTreeMap<&str, Drafts> = BTreeMap::new();
    for inspected in file.policies {
        let policy = &inspected.policy;
        let mut placeholders: Vec<(&Violation, &str)> = Vec::new();
        for violation in &inspected.violations {
            let draft = match &violation.kind {
                ViolationKind::WrongType { expected, found } => {
                    Some(invalid_value::wrong_type(policy, violation, expected, found))
                }
                ViolationKind::Misspelt { value, meant } => {
                    Some(invalid_value::misspelt(policy, violation, value, meant))
                }
                ViolationKind::NotAllowed { value, allowed } => {
                    Some(invalid_value::not_allowed(policy, violation, value, allowed))
                }
                ViolationKind::LetterCase { value, canonical } => {
                    Some(letter_case::report(policy, violation, value, canonical))
                }
                ViolationKind::Unrecognised { value } => Some(unknown_value::unrecognised(policy, violation, value)),
                ViolationKind::Hidden => Some(unknown_value::hidden(policy, violation)),
                ViolationKind::NotAnId { value, literals } => {
                    invalid_id::report(file, policy, violation, value, literals)
                }
                ViolationKind::Placeholder { value } => {
                    placeholders.push((violation, value));
                    None
                }
                ViolationKind::Missing { property } => Some(invalid_value::missing(policy, violation, property)),
                ViolationKind::UnknownProperty { name, meant } => {
                    unknown_property::report(policy, violation, name, meant.as_deref())
                }
                ViolationKind::SingleValue => Some(single_value::report(policy, violation)),
                ViolationKind::Truncated { value } => Some(truncated_export::report(policy, violation, value)),
                ViolationKind::DuplicateKey { key, equal } => {
                    Some(duplicate_key::report(policy, violation, key, *equal))
                }
            };
            if let Some(draft) = draft {
                drafts.entry(draft.rule).or_default().push(draft);
            }
        }
        if let Some(draft) = template_placeholder::report(policy, &placeholders) {
            drafts.entry(draft.rule).or_default().push(draft);
        }
    }
    drafts.into_values().flat_map(Drafts::into_vec).collect()
}
