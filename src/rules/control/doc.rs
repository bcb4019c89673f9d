//! A control's documentation, from its data.

use crate::controls::Control;
use std::fmt::Write as _;

pub(super) fn markdown(control: &Control) -> String {
    let Some(text) = &control.text else {
        return format!(
            "# {}\n\n{}\n\nWhoever is not covered {}. This requirement is the configuration's own; it is decided over all policies, as \
             docs/how-it-decides.md describes.\n",
            control.id, control.summary, control.gap
        );
    };
    let mut page = format!("# {}\n\n{}.\n\n{}\n", control.id, control.title, control.summary);
    // Writing to a string cannot fail.
    let mut section = |title: &str, body: &str| _ = write!(page, "\n## {title}\n\n{}\n", body.trim());
    section("Why it matters", &text.texts.rationale);
    section("Impact and licences", &text.texts.impact);
    section("Default", &text.texts.default);
    section(
        "Example",
        &format!(
            "The condition on locations lets everybody on a trusted network through:\n\n```json fires\n{}\n```\n\n\
             Without it the policy covers every sign-in but those of the excluded group:\n\n```json silent\n{}\n```",
            text.example.open.trim(),
            text.example.enforced.trim()
        ),
    );
    let mut steps = String::new();
    for remediation in &text.remediations {
        _ = write!(steps, "\n### {}\n\n", remediation.name);
        for (number, step) in remediation.steps.iter().enumerate() {
            _ = writeln!(steps, "{}. {step}", number + 1);
        }
    }
    section("How to mend it", &steps);
    section(
        "Verdicts",
        "- `enforced`: every sign-in needs MFA or is blocked.\n\
         - `enforced-except`: all but users and groups that are excluded one by one, and the role of the synchronization account; each is listed, and `caplint.toml` can approve it with an owner, a reason and a date.\n\
         - `not-enforced`: a sign-in gets through; the finding shows it and the lines that let it through.\n\
         - `undecided`: the files do not say; the finding names what would settle it.\n\n\
         `docs/how-it-decides.md` has the procedure. The stored query is the other reading, to the letter: one policy that matches every leaf, lists compared whole, the state not looked at. \
         Both are in every JSON report; `--reading stored-query` makes the query decide.",
    );
    let assumptions: Vec<String> =
        text.assumptions.iter().map(|assumption| format!("- `{}`: {}", assumption.id, assumption.text)).collect();
    section("What a verdict assumes", &assumptions.join("\n"));
    let references: Vec<String> = text
        .references
        .iter()
        .map(|reference| match &reference.url {
            Some(url) => format!("- [{}]({url})", reference.name),
            None => format!("- {}: {}", reference.name, reference.ids.join(", ")),
        })
        .collect();
    section("References", &references.join("\n"));
    page
}
