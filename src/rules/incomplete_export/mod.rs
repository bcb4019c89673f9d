//! `@odata.nextLink` left in a page, and no such page beside it.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Part, Spot};
use crate::policy::Origin;
use crate::rules::{FileFacts, TenantFacts};
use crate::tenant::MissingPolicies;

declare! {
    rule: IncompleteExport,
    id: "incomplete-export",
    levels: [Warning],
    since: "0.1.0",
    category: Files,
    summary: "The export stops at a page boundary, or the plan is not complete, so policies are missing from it.",
    doc: "doc.md",
}

impl Rule for IncompleteExport {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        if file.taken.is_some_and(|taken| taken.is_partial) {
            let label = Label::in_file(file.file, Spot::File, "not the whole plan");
            let message = "This plan is not complete: Terraform stopped with an error, deferred changes or was told to \
                           target some resources only. No verdict can count on what it leaves out.";
            drafts.push(
                Self::draft(message)
                    .help("Plan again without `-target` and without errors, and check that plan.")
                    .about("plan")
                    .label(label),
            );
        }
    }

    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        for missing in facts.tenant.missing.iter().filter(|missing| missing.why == MissingPolicies::NextPage) {
            let from = Origin::document(missing.file);
            let spot = Spot::Pointer { from, pointer: missing.pointer.clone(), part: Part::Key };
            let label = Label::in_file(missing.file, spot, "the list goes on in another page");
            let message = "This export is incomplete: it is one page of several, and the policies on the other pages are missing. A control that does not hold here may hold with them.";
            drafts.push(
                Self::draft(message)
                    .help("Follow `@odata.nextLink` to the last page, e.g. with `Get-MgIdentityConditionalAccessPolicy -All`.")
                    .about(missing.pointer.as_str())
                    .label(label),
            );
        }
    }
}
