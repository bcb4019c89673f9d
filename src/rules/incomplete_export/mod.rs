//! A page with an `@odata.nextLink` whose next page is missing.

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
    summary: "An export stops at a page boundary, or a plan is incomplete, so policies are missing.",
    doc: "doc.md",
}

impl Rule for IncompleteExport {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        if file.taken.is_some_and(|taken| taken.is_partial) {
            let label = Label::in_file(file.file, Spot::File, "not the whole plan");
            let message = "This plan is incomplete: Terraform stopped with an error, deferred changes, or targeted \
                some resources only. Policies may be missing from it.";
            drafts.push(
                Self::draft(message)
                    .help("Plan again without `-target` and without errors, and check the new plan.")
                    .about("plan")
                    .label(label),
            );
        }
    }

    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        for missing in facts.tenant.missing.iter().filter(|missing| missing.why == MissingPolicies::NextPage) {
            let from = Origin::document(missing.file);
            let spot = Spot::Pointer { from, pointer: missing.pointer.clone(), part: Part::Key };
            let label = Label::in_file(missing.file, spot, "the list continues on another page");
            let message = "This export is incomplete: it is one page of several, and the policies on the other pages \
                are missing. A control that does not hold here may hold with those policies.";
            drafts.push(
                Self::draft(message)
                    .help("Follow `@odata.nextLink` to the last page, e.g. with `Get-MgIdentityConditionalAccessPolicy -All`.")
                    .about(missing.pointer.as_str())
                    .label(label),
            );
        }
    }
}
