//! Two tenants in one run.

use super::{Rule, declare, described};
use crate::finding::{Draft, Label, Level, PolicyRef};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare!(
    SeveralTenants,
    "several-tenants",
    Error,
    "0.1.0",
    Files,
    "Two folders hold policies of the same names and other ids, like exports of two tenants."
);

impl Rule for SeveralTenants {
    described!("doc.md");

    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        let Some(mix) = facts.tenant.mix else { return };
        let (one, other) = (&facts.tenant.policies[mix.one], &facts.tenant.policies[mix.other]);
        let message = format!(
            "Two folders look like two tenants: both have a policy called {}, and the two are different objects. Judged \
             together, the policies of one would seem to protect the other, so no verdict is given.",
            PolicyRef::to(one).label()
        );
        let label = |policy, message| Label::in_policy(policy, &Pointer::new("/displayName"), message);
        let draft = Draft::new(Self::ID, Level::Error, message)
            .help(
                "Check each folder in a run of its own, or give each a `[[tenant]]` with its `paths` in caplint.toml. If it is one \
                 tenant, remove the older folder.",
            )
            .policy(one)
            .label(label(one, "here"))
            .label(label(other, "and here"));
        drafts.push(Draft { is_of_tenant: true, ..draft });
    }
}
