//! A control's documentation, from its data.

use crate::catalog;
use crate::controls::{Benchmark, Control};
use std::fmt::Write as _;

pub(super) fn markdown(control: &Control) -> String {
    let Some(text) = &control.text else {
        return format!(
            "# {}\n\n{}\n\nA user who is not covered {}. The configuration defines this requirement. It is decided \
             over all policies, as docs/how-it-decides.md describes.\n",
            control.id, control.summary, control.gap
        );
    };
    let mut page = format!("# {}\n\n{}.\n\n{}\n", control.id, control.title, control.summary);
    // Writing to a string cannot fail.
    let mut section = |title: &str, body: &str| _ = write!(page, "\n## {title}\n\n{}\n", body.trim());
    section("Why it matters", &text.texts.rationale);
    section("Impact and licenses", &text.texts.impact);
    section("Default", &text.texts.default);
    let unknown = match (&text.example.unknown, &text.example.undecided) {
        (Some(why), Some(policy)) => {
            format!("\n\nHere it is unknown: {why}.\n\n```json fires\n{}\n```", policy.trim())
        }
        (None, _) | (_, None) => String::new(),
    };
    section(
        "Example",
        &format!(
            "{}:\n\n```json fires\n{}\n```\n\nThis policy covers every sign-in, except those of the excluded group, \
             if there is one:\n\n```json silent\n{}\n```{unknown}",
            text.example.because,
            text.example.open.trim(),
            text.example.enforced.trim()
        ),
    );
    let mut fix = format!(
        "`caplint new {} exports/` makes the policy for your tenant, and proves what it does: see `docs/new.md`.\n\n\
         ### In the admin center\n\n{}",
        control.id,
        numbered(&text.remediation.portal)
    );
    fix += "\n### In Graph JSON\n\nThe second example is such a policy. Send it to `POST \
        /identity/conditionalAccess/policies` without its `id`.\n\n### In Terraform\n\n";
    _ = write!(fix, "```hcl silent\n{}\n```\n", text.remediation.terraform.trim());
    for further in &text.remediation.further {
        _ = write!(fix, "\n### {}\n\n{}", further.name, numbered(&further.steps));
    }
    section("How to fix it", &fix);
    section("When to ignore it", &text.texts.ignore);
    let query = match control.stored_query {
        Some(_) => {
            " The stored query is the literal reading: one policy must match every part of the query. Lists are \
             compared as a whole, and the state is not checked. Every JSON report contains both readings. With \
             `--reading stored-query`, the query decides."
        }
        None => "",
    };
    section(
        "Verdicts",
        &format!(
            "- `enforced`: every sign-in meets the requirement or is blocked.\n- `enforced-except`: every sign-in \
             does, except those of individually excluded users and groups and of the synchronization account's role. \
             The report lists each exception, and `caplint.toml` can approve it with an owner, a reason and a \
             date.\n- `not-enforced`: a sign-in gets through. The finding shows the sign-in and the lines that let \
             it through.\n- `undecided`: the files do not contain enough information. The finding names what is \
             missing.\n\n`docs/how-it-decides.md` describes the procedure.{query}"
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
