//! Plans that destroy a policy in order to make it anew.

use super::{Rule, declare, described};
use crate::finding::{Draft, Label, Level, PolicyRef, quoted};
use crate::policy::{Fact, Policy, Replaced, State};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare!(
    ReplacedPolicy,
    "replaced-policy",
    Warning,
    "0.1.0",
    Terraform,
    "A Terraform plan destroys a policy before it makes it anew, so for a while there is none."
);

impl Rule for ReplacedPolicy {
    described!("doc.md");

    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        let Some(replaced) = policy.declaration.as_ref().and_then(|declaration| declaration.replaced.as_ref()) else {
            return;
        };
        let stays_off = matches!(policy.state, Fact::Known(State::Disabled | State::ReportOnly));
        let (level, what) = if replaced.was_enabled && !stays_off {
            (Level::Warning, "From the one to the other, and for good if the second step fails, nobody is held to it.")
        } else {
            (Level::Info, "It is not in force both before and after, so nothing opens, but its id changes.")
        };
        let message = format!(
            "This plan destroys {} and then makes it anew. {what}",
            PolicyRef::to(policy).label()
        );
        let help = format!(
            "{}Set `create_before_destroy` in its `lifecycle`, so that the new policy is there before the old one goes.",
            why(replaced)
        );
        drafts.push(
            Draft::new(Self::ID, level, message)
                .help(help)
                .policy(policy)
                .label(Label::as_written(policy, Pointer::root(), "destroyed first")),
        );
    }
}

/// Why it is replaced, as a sentence with a blank behind it.
fn why(replaced: &Replaced) -> String {
    match (replaced.paths.as_slice(), replaced.reason.as_deref()) {
        ([], Some("replace_because_tainted")) => "It is marked as tainted. ".to_owned(),
        ([], Some("replace_by_request")) => "Somebody asked for it with `-replace`. ".to_owned(),
        ([], Some("replace_by_triggers")) => "Its `replace_triggered_by` asks for it. ".to_owned(),
        ([], _) => String::new(),
        (paths, _) => {
            let paths: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
            format!("The provider cannot change {} in place. ", paths.join(", "))
        }
    }
}
