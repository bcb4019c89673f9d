//! A control's documentation, from its data.

use crate::catalog;
use crate::controls::{Benchmark, Control};
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
            "{}:\n\n```json fires\n{}\n```\n\nHere every sign-in is covered but those of the excluded group, if there is \
             one:\n\n```json silent\n{}\n```",
            text.example.because,
            text.example.open.trim(),
            text.example.enforced.trim()
        ),
    );
    let mut fix = format!("### In the admin center\n\n{}", numbered(&text.remediation.portal));
    fix += "\n### In Graph JSON\n\nThe second example is such a policy; `POST /identity/conditionalAccess/policies` takes it \
             without its `id`.\n\n### In Terraform\n\n";
    _ = write!(fix, "```hcl silent\n{}\n```\n", text.remediation.terraform.trim());
    for further in &text.remediation.further {
        _ = write!(fix, "\n### {}\n\n{}", further.name, numbered(&further.steps));
    }
    section("How to fix it", &fix);
    section("When to ignore it", &text.texts.ignore);
    let query = match control.stored_query {
        Some(_) => {
            " The stored query is the other reading, to the letter: one policy that matches every leaf, lists compared whole, the \
             state not looked at. Both are in every JSON report; `--reading stored-query` makes the query decide."
        }
        None => "",
    };
    section(
        "Verdicts",
        &format!(
            "- `enforced`: every sign-in meets it or is blocked.\n\
             - `enforced-except`: all but users and groups that are excluded one by one, and the role of the synchronization account; each is listed, and `caplint.toml` can approve it with an owner, a reason and a date.\n\
             - `not-enforced`: a sign-in gets through; the finding shows it and the lines that let it through.\n\
             - `undecided`: the files do not say; the finding names what would settle it.\n\n\
             `docs/how-it-decides.md` has the procedure.{query}"
        ),
    );
    let assumptions: Vec<String> = catalog::assumptions().map(|(id, text)| format!("- `{id}`: {text}")).collect();
    section("What a verdict assumes", &assumptions.join("\n"));
    let cited = control.benchmarks.iter().flat_map(|(id, numbers)| {
        let benchmark = Benchmark::find(id).into_iter();
        benchmark.flat_map(move |one| {
            numbers.iter().map(move |number| format!("- {} (`--benchmark {id}`)", one.citation(number)))
        })
    });
    let linked = text.references.iter().map(|reference| format!("- [{}]({})", reference.name, reference.url));
    section("References", &cited.chain(linked).collect::<Vec<_>>().join("\n"));
    page
}

fn numbered(steps: &[String]) -> String {
    let steps = steps.iter().enumerate().map(|(number, step)| format!("{}. {step}\n", number + 1));
    steps.collect()
}
