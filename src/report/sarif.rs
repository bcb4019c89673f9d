//! SARIF 2.1.0, as GitHub code scanning wants it: <https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
//!
//! Written as JSON values. The crate `serde-sarif` (0.8, of May 2025) has a type for each object of SARIF, some hundred of which a
//! dozen would be used. It generates them in a build script, which brings `schemafy_lib` and `syn` into every build. It has no types for
//! what GitHub adds as properties, and it does not check what code scanning asks for; `tests/sarif.rs` does. Types of our own
//! would write the members in another order, and every stored report would change.

use super::format::Formatter;
use super::{NOTHING, Root, Run, Style, json as report};
use crate::coverage::Ways;
use crate::finding::{Finding, Fix, Level, Location, PolicyRef, clip, escape_invisible, visible};
use crate::rules::control::ControlRule;
use crate::rules::{self, Category, Meta, Rule};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// GitHub keeps the first 5,000 results of a run.
pub(super) const RESULTS: usize = 5_000;
/// Related places that a reader can take in.
const RELATED: usize = 10;
/// Tags of a rule that GitHub takes.
const TAGS: usize = 20;
pub(super) const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The format.
pub(super) struct Sarif;

impl Formatter for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn about(&self) -> &'static str {
        "SARIF 2.1.0 for code scanning"
    }

    fn is_for_programs(&self) -> bool {
        true
    }

    fn ways(&self) -> Ways {
        Ways::Listed
    }

    fn shows_verdicts(&self) -> bool {
        false
    }

    fn write(&self, run: &Run, _style: Style, out: &mut dyn Write) -> io::Result<()> {
        let own: Vec<ControlRule> = run.own.iter().map(|control| ControlRule(control)).collect();
        let rules: Vec<&dyn Rule> = rules::all()
            .iter()
            .copied()
            .map(|rule| rule as &dyn Rule)
            .chain(own.iter().map(|rule| rule as &dyn Rule))
            .collect();
        let metas: Vec<Meta> = rules.iter().map(|rule| rule.meta()).collect();
        let mut results = merged(run);
        let dropped = results.len().saturating_sub(RESULTS);
        if dropped > 0 {
            results.sort_by_key(|result| std::cmp::Reverse(result.first.level));
            results.truncate(RESULTS);
        }
        results.sort_by(|one, two| one.order(&run.root).cmp(&two.order(&run.root)));
        let mut report = json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": driver(&rules, &metas) },
                "invocations": [invocation(run, dropped)],
                "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "The root of the repository." } } },
                "columnKind": "utf16CodeUnits",
                "properties": report::settled(&run.settled),
                "results": results.iter().map(|group| result(group, &metas, &run.root)).collect::<Vec<_>>(),
            }],
        });
        // Without one, the category is that of the upload, which one in the file would override.
        if let Some(category) = &run.category {
            report["runs"][0]["automationDetails"] = automation(category);
        }
        let text = serde_json::to_string_pretty(&report).map_err(io::Error::other)?;
        writeln!(out, "{}", escape_invisible(&text))
    }
}

/// The category as code scanning reads it: what stands in front of the last slash.
pub(super) fn automation(category: &str) -> Value {
    json!({ "id": format!("{category}/") })
}

/// Findings of one rule on one line: code scanning tells alerts apart by rule and line.
struct Group<'a> {
    first: &'a Finding,
    others: Vec<&'a Finding>,
}

impl Group<'_> {
    fn order(&self, root: &Root) -> impl Ord + use<> {
        let primary = self.first.primary();
        let start = (primary.start.line, primary.start.column);
        (address(&primary.path, root), start, self.first.rule, self.first.fingerprint.clone())
    }
}

fn merged(run: &Run) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<(&str, &str, usize), Group<'_>> = BTreeMap::new();
    for finding in run.tenants.iter().flat_map(|tenant| &tenant.findings) {
        let primary = finding.primary();
        groups
            .entry((finding.rule, &primary.path, primary.start.line))
            .and_modify(|group| {
                if finding.level > group.first.level {
                    group.others.push(std::mem::replace(&mut group.first, finding));
                } else {
                    group.others.push(finding);
                }
            })
            .or_insert(Group { first: finding, others: Vec::new() });
    }
    groups.into_values().collect()
}

fn driver(rules: &[&dyn Rule], metas: &[Meta]) -> Value {
    let rules: Vec<Value> = rules.iter().zip(metas).map(|(rule, meta)| descriptor(*rule, meta)).collect();
    tool(&rules)
}

/// caplint with the rules that it reports.
pub(super) fn tool(rules: &[Value]) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    json!({
        "name": "caplint",
        "fullName": format!("caplint {version}"),
        "version": version,
        "semanticVersion": version,
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules,
    })
}

fn descriptor(rule: &dyn Rule, meta: &Meta) -> Value {
    let doc = rules::page(rule);
    let severity_of_security = match meta.category {
        Category::Controls => Some("8.0"),
        Category::Gaps => Some("5.0"),
        Category::Exclusions
        | Category::Correctness
        | Category::Rollout
        | Category::Terraform
        | Category::Files
        | Category::Configuration => None,
    };
    let mut tags: Vec<String> = vec!["conditional-access".into(), "entra-id".into(), meta.category.word().into()];
    tags.extend(severity_of_security.map(|_| "security".to_owned()));
    // Newer versions sort behind older ones, and it is the oldest that can do without a tag.
    tags.extend(
        rule.benchmarks().into_iter().rev().map(|(benchmark, number)| format!("external/{benchmark}/{number}")),
    );
    tags.truncate(TAGS);
    let mut properties = Map::new();
    properties.insert("tags".to_owned(), json!(tags));
    properties.insert("precision".to_owned(), json!("very-high"));
    let severity = match meta.level() {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "recommendation",
    };
    properties.insert("problem.severity".to_owned(), json!(severity));
    // A string, and only for rules about security: it makes GitHub show them as such.
    if let Some(severity) = severity_of_security {
        properties.insert("security-severity".to_owned(), json!(severity));
    }
    let first_section =
        doc.split("\n## ").nth(1).and_then(|section| section.split_once("\n\n")).map_or("", |(_, text)| text);
    json!({
        "id": meta.id,
        "name": pascal_case(meta.id),
        "shortDescription": { "text": meta.summary },
        "fullDescription": { "text": clip(&format!("{} {}", meta.summary, first_section.replace('\n', " ").trim()), 1_000) },
        "help": { "text": format!("Run `caplint explain {}`.", meta.id), "markdown": doc },
        "helpUri": format!("{}/blob/v{}/docs/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"), meta.id),
        "defaultConfiguration": { "level": level(meta.level()) },
        "properties": properties,
    })
}

fn pascal_case(id: &str) -> String {
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    id.split('-').map(capital).collect()
}

fn invocation(run: &Run, dropped: usize) -> Value {
    let description = match run.exit_code {
        0 => "nothing at or above --fail-on",
        1 => "findings at or above --fail-on",
        _ => "the run itself failed",
    };
    let mut notifications = Vec::new();
    if dropped > 0 {
        notifications.push(json!({
            "descriptor": { "id": "results-omitted" },
            "level": "warning",
            "message": { "text": format!("The first {RESULTS} results by level are included, and {dropped} are left \
                out.") },
        }));
    }
    if run.exit_code == 2 {
        notifications.push(json!({
            "descriptor": { "id": "run-failed" },
            "level": "error",
            "message": { "text": NOTHING },
        }));
    }
    json!({
        // Code scanning must not close alerts because there was nothing to look at.
        "executionSuccessful": run.exit_code != 2,
        "exitCode": run.exit_code,
        "exitCodeDescription": description,
        "toolExecutionNotifications": notifications,
    })
}

/// A result for one finding.
pub(super) fn single(finding: &Finding, root: &Root) -> Value {
    result(&Group { first: finding, others: Vec::new() }, &[], root)
}

fn result(group: &Group<'_>, metas: &[Meta], root: &Root) -> Value {
    let finding = group.first;
    let primary = finding.primary();
    let mut related: Vec<&Location> = finding.locations.iter().skip(1).collect();
    related.extend(group.others.iter().map(|other| other.primary()));
    related.truncate(RELATED);
    let mut text = escaped(&finding.message);
    if let Some(help) = &finding.help {
        text.push(' ');
        text.push_str(&escaped(help));
    }
    if !group.others.is_empty() {
        text.push_str(&format!(" {} more of this rule are on the same line.", group.others.len()));
    }
    if !related.is_empty() {
        let links: Vec<String> = related
            .iter()
            .enumerate()
            .map(|(index, location)| {
                let label = if location.message.is_empty() { "here" } else { &location.message };
                format!("[{}]({})", escaped(label), index + 1)
            })
            .collect();
        text.push_str(&format!(" See {}.", links.join(", ")));
    }
    let related: Vec<Value> = related
        .iter()
        .enumerate()
        .map(|(index, location)| {
            let mut value = place(location, root);
            value["id"] = json!(index + 1);
            if !location.message.is_empty() {
                value["message"] = json!({ "text": escaped(&location.message) });
            }
            value
        })
        .collect();
    let mut fingerprints = Map::new();
    if let Some(hash) = &primary.line_hash {
        fingerprints.insert("primaryLocationLineHash".to_owned(), json!(hash));
    }
    fingerprints.insert("caplint/v1".to_owned(), json!(finding.fingerprint));
    let mut value = json!({
        "ruleId": finding.rule,
        "level": level(finding.level),
        "message": { "text": text },
        "locations": [place(primary, root)],
        "partialFingerprints": fingerprints,
        "properties": {
            "tenant": finding.tenant,
            "policyId": finding.policy.as_ref().and_then(|policy| policy.id.clone()),
            "policyName": finding.policy.as_ref().and_then(PolicyRef::name).map(|name| clip(&visible(name), 255)),
        },
    });
    if let Some(index) = metas.iter().position(|meta| meta.id == finding.rule) {
        value["ruleIndex"] = json!(index);
    }
    if !related.is_empty() {
        value["relatedLocations"] = json!(related);
    }
    if let Some(fix) = &finding.fix {
        value["fixes"] = json!([self::fix(fix, root)]);
    }
    value
}

/// A fix, with one change for each file.
fn fix(fix: &Fix, root: &Root) -> Value {
    let changes = fix.edits.chunk_by(|one, other| one.path == other.path).map(|edits| {
        let replacements = edits.iter().map(|edit| {
            json!({
                "deletedRegion": {
                    "startLine": edit.start.line,
                    "startColumn": edit.start.column_utf16,
                    "endLine": edit.end.line,
                    "endColumn": edit.end.column_utf16,
                },
                "insertedContent": { "text": edit.replacement },
            })
        });
        json!({
            "artifactLocation": artifact(&edits[0].path, root),
            "replacements": replacements.collect::<Vec<_>>(),
        })
    });
    json!({
        "description": { "text": escaped(&fix.title) },
        "artifactChanges": changes.collect::<Vec<_>>(),
    })
}

/// A file.
fn artifact(path: &str, root: &Root) -> Value {
    let (uri, is_relative) = address(path, root);
    let mut artifact = json!({ "uri": uri });
    if is_relative {
        artifact["uriBaseId"] = json!("%SRCROOT%");
    }
    artifact
}

fn place(location: &Location, root: &Root) -> Value {
    let artifact = artifact(&location.path, root);
    let mut region = json!({
        "startLine": location.start.line,
        "startColumn": location.start.column_utf16,
        "endLine": location.end.line,
        "endColumn": location.end.column_utf16,
    });
    if let Some(excerpt) = &location.excerpt {
        let marked = visible(&excerpt.line.text[excerpt.marked.clone()]);
        if !marked.is_empty() {
            region["snippet"] = json!({ "text": marked });
        }
    }
    let mut value = json!({ "physicalLocation": { "artifactLocation": artifact, "region": region } });
    if !location.pointer.as_str().is_empty() {
        value["logicalLocations"] = json!([{ "fullyQualifiedName": clip(&visible(location.pointer.as_str()), 1_000) }]);
    }
    value
}

/// A path as an address from the repository's root, and whether it is one.
fn address(path: &str, root: &Root) -> (String, bool) {
    let (place, is_relative) = root.place(path);
    let encoded = utf8_percent_encode(&place, PATH);
    (if is_relative { encoded.to_string() } else { format!("file://{encoded}") }, is_relative)
}

/// Text in a message: `[x](1)` would be a link and braces a placeholder.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '\\' | '[' | ']' => escaped.extend(['\\', character]),
            '{' | '}' => escaped.extend([character, character]),
            _ => escaped.push(character),
        }
    }
    escaped
}

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encoded_and_from_the_root() {
        let root = Root { prefix: "exports/".into(), absolute: "/repo".into() };
        assert_eq!(address("CA 1 [x]#.json", &root), ("exports/CA%201%20%5Bx%5D%23.json".into(), true));
        assert_eq!(address("../other/./a.json", &root), ("other/a.json".into(), true));
        assert_eq!(address("/repo/a.json", &root), ("a.json".into(), true));
        assert_eq!(address("/elsewhere/ä.json", &root), ("file:///elsewhere/%C3%A4.json".into(), false));
        assert_eq!(address(".", &Root::default()), (".".into(), true));
    }

    #[test]
    fn a_name_cannot_make_a_link_or_a_placeholder() {
        assert_eq!(escaped("x](1) {0} \\"), "x\\](1) {{0}} \\\\");
    }
}
