//! The files of several tenants, judged as one.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef, quoted};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;
use crate::tenant::Evidence;

declare! {
    rule: SeveralTenants,
    id: "several-tenants",
    levels: [Error],
    since: "0.1.0",
    category: Files,
    summary: "The files look like those of several tenants, and are judged as if they were one's.",
    doc: "doc.md",
}

impl Rule for SeveralTenants {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        // Where files are looked at one by one, nothing closes a gap of another.
        if facts.judgements.is_empty() {
            return;
        }
        for pair in &facts.clashes.strangers {
            let [one, two] = pair.names.each_ref().map(|name| quoted(name));
            let why = match pair.evidence {
                Evidence::Names(1) => "a policy of the same name has another id in each".to_owned(),
                Evidence::Names(count) => format!("{count} policies of the same names have other ids in each"),
                Evidence::Stages => "they are called like stages that a change goes through".to_owned(),
                Evidence::Listings => "each has a whole list of policies, and no policy is in both".to_owned(),
                Evidence::SecurityDefaults => {
                    "each has the security defaults, of which a tenant has one, and no policy is in both".to_owned()
                }
                Evidence::Companions => {
                    "each has the same files beside its policies, and no policy is in both".to_owned()
                }
                Evidence::TenantIds => "the files have the ids of both".to_owned(),
            };
            let what = match pair.evidence {
                Evidence::TenantIds => "are two tenants",
                Evidence::Names(_)
                | Evidence::Stages
                | Evidence::Listings
                | Evidence::SecurityDefaults
                | Evidence::Companions => "look like two tenants",
            };
            let message = format!(
                "{one} and {two} {what}: {why}. A policy of one tenant cannot close a gap in the other, so no verdict counts on any of them."
            );
            let help = "Judge each tenant by itself: give it a `[[tenant]]` with its `paths` in caplint.toml, check one folder a \
                        run, or name the folders and give `--tenant-per-path`.";
            let mut draft = Self::draft(message).help(help).about(pair.names.join(" "));
            for (at, index) in pair.policies.iter().enumerate() {
                let policy = &facts.tenant[*index];
                if at == 0 {
                    draft = draft.policy(policy);
                }
                let label = format!("{} is in one of them", PolicyRef::to(policy).label());
                draft = draft.label(Label::in_policy(policy, &Pointer::root().key("displayName"), label));
            }
            drafts.push(draft);
        }
    }
}
