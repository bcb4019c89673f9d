//! Text that is no JSON.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Spot};
use crate::rules::FileFacts;
use crate::syntax::{MAX_DEPTH, SyntaxProblem};

declare! {
    rule: InvalidSyntax,
    id: "invalid-syntax",
    levels: [Error],
    since: "0.1.0",
    category: Files,
    summary: "A file is not valid JSON, HCL or YAML, so policies in the file are not judged.",
    doc: "doc.md",
}

impl Rule for InvalidSyntax {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        for (offset, error) in file.syntax {
            let (message, help, seen) = match &error.problem {
                SyntaxProblem::Empty => (
                    "This file is empty.".to_owned(),
                    "Export it again. A failed export leaves such files. Delete the file if it should be empty.",
                    "nothing here",
                ),
                SyntaxProblem::TooDeep => (
                    format!("This file nests more than {MAX_DEPTH} levels deep. No exporter writes such a file."),
                    "Export it again.",
                    "too deep from here",
                ),
                SyntaxProblem::CutOff => (
                    "This file is not valid JSON: it ends in the middle of a value.".to_owned(),
                    "It was cut off. Export it again.",
                    "the file ends here",
                ),
                SyntaxProblem::InvalidHcl(what) => (
                    format!("This file is not valid HCL: {what}."),
                    "Fix the HCL here. `terraform validate` reports the same error.",
                    "not valid here",
                ),
                SyntaxProblem::InvalidYaml(what) => (
                    format!("This file is not valid YAML: {what}."),
                    "Fix the YAML here, or export the file again.",
                    "not valid here",
                ),
                SyntaxProblem::InvalidLiteral(what) => (
                    format!("This file cannot be read: {what}."),
                    "Fix it here. caplint reads literals and skips expressions, and both must be complete.",
                    "not valid here",
                ),
                SyntaxProblem::Invalid(what) => (
                    format!("This file is not valid JSON: {what}."),
                    "Fix the JSON here, or export it again.",
                    "not valid here",
                ),
            };
            let at = offset + error.at;
            let label = Label::in_file(file.file, Spot::Bytes(at..at + 1), seen);
            drafts.push(Self::draft(message).help(help).about(format!("{offset}")).label(label));
        }
    }
}
