//! Plans that destroy a policy in order to make it anew.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Level, PolicyRef, quoted};
use crate::policy::{Fact, Policy, Replaced, State};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: ReplacedPolicy,
    id: "replaced-policy",
    levels: [Warning, Info],
    since: "0.1.0",
    category: Terraform,
    summary: "A Terraform plan destroys a policy before it creates the replacement, so the tenant has no such policy for a while.",
    doc: "doc.md",
}

impl Rule for ReplacedPolicy {
    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Drafts) {
        let Some(replaced) = policy.declaration.as_ref().and_then(|declaration| declaration.replaced.as_ref()) else {
            return;
        };
        let stays_off = matches!(policy.state, Fact::Known(State::Disabled | State::ReportOnly));
        let (level, what) = if replaced.was_enabled && !stays_off {
            (Level::Warning, "The policy is not in force between the two steps, and is lost if the second one fails.")
        } else {
            (Level::Info, "It is in force neither before nor after, so no gap opens, but its id changes.")
        };
        let message = format!("This plan destroys {} and then creates it again. {what}", PolicyRef::to(policy).label());
        let help = format!(
            "{}Set `create_before_destroy` in its `lifecycle`, so that Terraform creates the new policy before it \
             destroys the old one.",
            why(replaced)
        );
        drafts.push(Self::draft_at(level, message).help(help).policy(policy).label(Label::as_written(
            policy,
            Pointer::root(),
            "destroyed first",
        )));
    }
}

/// Why it is replaced, as a sentence with a blank behind it.
fn why(replaced: &Replaced) -> String {
    match (replaced.paths.as_slice(), replaced.reason.as_deref()) {
        ([], Some("replace_because_tainted")) => "It is marked as tainted. ".to_owned(),
        ([], Some("replace_by_request")) => "The option `-replace` requested it. ".to_owned(),
        ([], Some("replace_by_triggers")) => "Its `replace_triggered_by` requests it. ".to_owned(),
        ([], _) => String::new(),
        (paths, _) => {
            let paths: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
            format!("The provider cannot change {} in place. ", paths.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::policy::{FileIndex, Origin, lower};
    use crate::syntax::parse;
    use crate::tenant::Tenant;

    fn level(before: &str, after: &str) -> Option<Level> {
        let change = format!(
            r#"{{"actions": ["delete", "create"], "before": {{"state": "{before}"}},
            "after": {{"display_name": "p", "state": "{after}", "conditions": [], "grant_controls": []}}}}"#
        );
        let text = format!(
            r#"{{"format_version": "1.2", "resource_changes": [{{"address": "azuread_conditional_access_policy.p",
            "mode": "managed", "type": "azuread_conditional_access_policy", "name": "p", "change": {change}}}]}}"#
        );
        let (tenant, config) = (Tenant::default(), Config::default());
        let mut drafts = Drafts::default();
        crate::dialect::read(&text, &parse(&text).unwrap(), FileIndex(0), &mut |found| {
            let policy = lower(found.node, Origin::document(FileIndex(0))).policy;
            let policy = Policy { declaration: found.declaration.map(Box::new), ..policy };
            RULE.check_policy(&policy, &TenantFacts::of(&tenant, &config), &mut drafts);
        });
        drafts.into_vec().first().map(|draft| draft.level)
    }

    #[test]
    fn nothing_opens_where_the_policy_is_off_before_or_after() {
        let report_only = "enabledForReportingButNotEnforced";
        for (before, after, expected) in [
            ("enabled", "enabled", Level::Warning),
            ("enabled", "disabled", Level::Info),
            (report_only, "enabled", Level::Info),
            ("disabled", report_only, Level::Info),
        ] {
            assert_eq!(level(before, after), Some(expected), "{before}, then {after}");
        }
    }
}
