//! `caplint diff --tenant-per-path`: many tenants, each compared with the one that they are to be like.

use super::{Arguments, compared, is_empty, load, one};
use crate::cli::error::RunError;
use crate::cli::progress::Progress;
use crate::diff::{self, Class, Classes, Difference, Verdict};
use crate::finding::{escape_invisible, quoted, visible};
use crate::lint;
use crate::report::diff::{Format, headlines};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Changes that are told of each tenant.
const TOLD: usize = 3;

/// How a tenant compares with the one that it is to be like.
fn relation(difference: &Difference) -> &'static str {
    let Classes { loosened, tightened, newly_blocked, newly_unblocked, session_changed: _ } = difference.classes;
    let is_weaker = [loosened, newly_unblocked].into_iter().any(|class| class != Class::No);
    let is_stricter = [tightened, newly_blocked].into_iter().any(|class| class != Class::No);
    match (difference.verdict, is_weaker, is_stricter) {
        (Verdict::Undecided, ..) => "undecided",
        (Verdict::Equal, ..) => "equal",
        (Verdict::Changed | Verdict::PossiblyChanged, true, true) => "incomparable",
        (Verdict::Changed | Verdict::PossiblyChanged, true, false) => "weaker",
        (Verdict::Changed | Verdict::PossiblyChanged, false, true) => "stricter",
        (Verdict::Changed | Verdict::PossiblyChanged, false, false) => "other-session-controls",
    }
}

pub(super) fn run(arguments: &Arguments, options: &lint::Options, how: diff::Options) -> Result<u8, RunError> {
    let [gold, tenants @ ..] = arguments.paths.as_slice() else {
        return Err(problem("no tenant is given"));
    };
    if tenants.is_empty() {
        return Err(problem("one tenant alone cannot be compared"));
    }
    let mut code = 0;
    let (mut text, mut listed) = (String::new(), Vec::new());
    let progress = Progress::start();
    let load = |path: &Path| {
        let loaded = load(&one(path)?, options, progress.files());
        if is_empty(&loaded) { Err(RunError::NoPolicies { name: quoted(&loaded.name) }) } else { Ok(loaded) }
    };
    let standard = load(gold)?;
    for path in tenants {
        let loaded = load(path)?;
        let difference = diff::compare(&standard.tenant, &loaded.tenant, how);
        let relation = relation(&difference);
        code = code.max(u8::from(arguments.fail_on.fails(&difference)));
        let compared = compared([&standard, &loaded], difference);
        text.push_str(&format!("{}: {relation}\n", visible(&compared.after.name)));
        let told = headlines(&compared);
        told.iter().take(TOLD).for_each(|line| text.push_str(&format!("  {}\n", visible(line))));
        if told.len() > TOLD {
            text.push_str(&format!("  and {} more; compare the two alone to see them\n", told.len() - TOLD));
        }
        listed.push(element(&compared.after.name, relation, &told));
    }
    let text = match arguments.format {
        Format::Json => {
            let report = json!({ "version": 1, "gold": gold.to_string_lossy(), "tenants": listed });
            escape_invisible(&format!("{report:#}\n"))
        }
        Format::Pretty | Format::Concise => text,
        Format::Sarif | Format::Github | Format::Markdown => {
            return Err(problem("--tenant-per-path has the formats pretty, concise and json"));
        }
    };
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(RunError::Output)?;
    Ok(code)
}

fn element(name: &str, relation: &str, told: &[String]) -> Value {
    json!({ "name": name, "relation": relation, "changes": told })
}

fn problem(message: &str) -> RunError {
    RunError::Diff {
        message: message.to_owned(),
        help: "Write `caplint diff --tenant-per-path GOLD TENANT...`.".to_owned(),
    }
}
