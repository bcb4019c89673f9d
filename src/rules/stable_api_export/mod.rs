//! Exports that leave policies out.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Part, Spot};
use crate::policy::Origin;
use crate::rules::TenantFacts;

declare! {
    rule: StableApiExport,
    id: "stable-api-export",
    levels: [Info],
    since: "0.1.0",
    category: Files,
    summary: "An export comes from Graph v1.0, which omits policies that use preview features.",
    doc: "doc.md",
}

impl Rule for StableApiExport {
    fn check_tenant(&self, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let versions = &tenant.tenant.companions.graph;
        let Some((file, pointer)) = versions.stable.as_ref().filter(|_| !versions.beta) else { return };
        let message = "The policies were exported from Graph v1.0, which omits every policy that uses a preview \
            feature. The missing policies can only block or require more.";
        let spot = Spot::Pointer { from: Origin::document(*file), pointer: pointer.clone(), part: Part::Value };
        let label = Label::in_file(*file, spot, "v1.0");
        drafts.push(
            Self::draft(message)
                .help("Export from `https://graph.microsoft.com/beta/identity/conditionalAccess/policies`.")
                .about("v1.0")
                .label(label),
        );
    }
}
