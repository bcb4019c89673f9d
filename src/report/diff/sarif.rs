//! The comparison as SARIF 2.1.0: a result for each group of changes.

use super::findings;
use crate::diff::Kind;
use crate::finding::{Level, escape_invisible};
use crate::outcome::Compared;
use crate::report::{Root, sarif};
use serde_json::{Value, json};
use std::io::{self, Write};

/// The category where none is given, so that code scanning keeps the results apart from those of `check`.
const CATEGORY: &str = "caplint-diff";

pub(super) fn write(compared: &Compared, root: &Root, category: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let found = findings::of(compared);
    let results: Vec<Value> = found.iter().take(sarif::RESULTS).map(|finding| sarif::single(finding, root)).collect();
    let rules = [Kind::Loosened, Kind::NewlyUnblocked, Kind::NewlyBlocked, Kind::Tightened, Kind::SessionChanged];
    let rules: Vec<Value> = rules.into_iter().map(descriptor).collect();
    let driver = sarif::tool(&rules);
    let report = json!({
        "$schema": sarif::SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            "automationDetails": sarif::automation(category.unwrap_or(CATEGORY)),
            "invocations": [{ "executionSuccessful": true }],
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "The root of the repository." } } },
            "columnKind": "utf16CodeUnits",
            "properties": { "verdict": compared.difference.verdict.word() },
            "results": results,
        }],
    });
    let text = serde_json::to_string_pretty(&report).map_err(io::Error::other)?;
    writeln!(out, "{}", escape_invisible(&text))
}

fn descriptor(kind: Kind) -> Value {
    let (summary, level) = match kind {
        Kind::Loosened => ("Sign-ins need less than before.", Level::Error),
        Kind::NewlyUnblocked => ("Sign-ins that were blocked are let in.", Level::Error),
        Kind::NewlyBlocked => ("Sign-ins that were let in are blocked.", Level::Warning),
        Kind::Tightened => ("Sign-ins need more than before.", Level::Info),
        Kind::SessionChanged => ("Sign-ins get other session controls than before.", Level::Info),
    };
    json!({
        "id": findings::rule(kind),
        "shortDescription": { "text": summary },
        "fullDescription": { "text": summary },
        "help": { "text": "Run `caplint diff` on both tenants." },
        "defaultConfiguration": { "level": sarif::level(level) },
        "properties": { "tags": ["conditional-access", "entra-id", "diff"] },
    })
}
