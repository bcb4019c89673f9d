//! Expressions that Terraform rejects, and configurations that are too much to evaluate.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Spot, quoted};
use crate::policy::At;
use crate::rules::FileFacts;
use crate::syntax::Pointer;
use crate::{finding, policy};

declare! {
    rule: RejectedExpression,
    id: "rejected-expression",
    levels: [Warning],
    since: "0.1.0",
    category: Terraform,
    summary: "Terraform rejects an expression, or it takes too long to evaluate, so a value is unknown.",
    doc: "doc.md",
}

impl Rule for RejectedExpression {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        let Some(taken) = file.taken else { return };
        for (place, why) in &taken.refused {
            let spot = match &place.at {
                At::Bytes(bytes) => Spot::Bytes(bytes.clone()),
                At::Pointer(pointer) => Spot::Pointer {
                    from: policy::Origin::document(place.file),
                    pointer: pointer.clone(),
                    part: finding::Part::Value,
                },
            };
            let message = format!(
                "Terraform rejects this expression: {}. What depends on it is unknown, and Terraform changes nothing \
                 until it is corrected.",
                quoted(why).trim_matches('"')
            );
            drafts.push(
                Self::draft(message)
                    .help("Correct the expression, or check the plan: `terraform plan -out plan && terraform show -json plan > plan.json`.")
                    .about(why.clone())
                    .label(Label::in_file(place.file, spot, "rejected")),
            );
        }
        for root in &taken.exhausted {
            let message = "This configuration makes more values than caplint evaluates. The rest is unknown, and \
                           policies may be missing.";
            let spot = Spot::Pointer {
                from: policy::Origin::document(*root),
                pointer: Pointer::root(),
                part: finding::Part::Value,
            };
            drafts.push(
                Self::draft(message)
                    .help(
                        "Check the plan instead: `terraform plan -out plan && terraform show -json plan > plan.json`.",
                    )
                    .label(Label::in_file(*root, spot, "a file of it")),
            );
        }
    }
}
