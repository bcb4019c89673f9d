//! An answer of Graph that is an error.

use super::{Rule, declare, described};
use crate::finding::{Draft, Label, Level, Part, Spot, quoted};
use crate::policy::Origin;
use crate::rules::FileFacts;

declare!(
    RefusedRequest,
    "refused-request",
    Error,
    "0.1.0",
    Files,
    "Graph has answered a request with an error, so the policies that it asked for are not there."
);

impl Rule for RefusedRequest {
    described!("doc.md");

    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Vec<Draft>) {
        for refused in file.taken.iter().flat_map(|taken| &taken.refused) {
            let from = Origin::document(file.file);
            let spot = Spot::Pointer { from, pointer: refused.pointer.clone(), part: Part::Value };
            let label = Label { file: file.file, spot, message: "an error instead of policies".to_owned() };
            let message = format!(
                "Graph has answered with the error {}. Whatever was asked for is not in this export, and policies may be among \
                 it.",
                quoted(&refused.code)
            );
            drafts.push(
                Draft::new(Self::ID, Level::Error, message)
                    .help(
                        "Export again: sign in anew, with the permission `Policy.Read.All`, and wait after the codes \
                         TooManyRequests and 429.",
                    )
                    .about(refused.pointer.as_str())
                    .label(label),
            );
        }
    }
}
