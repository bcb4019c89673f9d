//! The files of several tenants, judged as one.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef, quoted};
use crate::rules::TenantFacts;
use crate::tenant::Evidence;

declare! {
    rule: SeveralTenants,
    id: "several-tenants",
    levels: [Error],
    since: "0.1.0",
    category: Files,
    summary: "The files appear to come from several tenants but are judged as one.",
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
                Evidence::Names(1) => "a policy with the same name has a different id in each".to_owned(),
                Evidence::Names(count) => format!("{count} policies with the same names have different ids in each"),
                Evidence::Repeated(1) => "each has a policy with the same name, and no id tells them apart".to_owned(),
                Evidence::Repeated(count) => {
                    format!("each has {count} policies with the same names, and no id tells them apart")
                }
                Evidence::Stages => "their names are those of deployment stages".to_owned(),
                Evidence::Listings => "each has a complete list of policies, and no policy is in both".to_owned(),
                Evidence::SecurityDefaults => {
                    "each has security defaults, which a tenant has only once, and no policy is in both".to_owned()
                }
                Evidence::Companions => {
                    "each has the same files in addition to its policies, and no policy is in both".to_owned()
                }
                Evidence::TenantIds => "the files contain the ids of both".to_owned(),
            };
            let what = match pair.evidence {
                Evidence::TenantIds => "are two tenants",
                Evidence::Names(_)
                | Evidence::Repeated(_)
                | Evidence::Stages
                | Evidence::Listings
                | Evidence::SecurityDefaults
                | Evidence::Companions => "look like two tenants",
            };
            let message = format!(
                "{one} and {two} {what}: {why}. A policy of one tenant cannot close a gap in the other, so no \
                 verdict relies on any of them."
            );
            let help = "Judge each tenant separately: add a `[[tenant]]` with its `paths` to caplint.toml, check one \
                folder per run, or name the folders and use `--tenant-per-path`. Terraform modules that are called from \
                several folders belong to the `paths` of each `[[tenant]]`.";
            let mut draft = Self::draft(message).help(help).about(pair.names.join(" "));
            for (at, index) in pair.policies.iter().enumerate() {
                let policy = &facts.tenant[*index];
                if at == 0 {
                    draft = draft.policy(policy);
                }
                let label = format!("{} is in one of them", PolicyRef::to(policy).label());
                draft = draft.label(Label::naming(policy, label));
            }
            drafts.push(draft);
        }
    }
}
