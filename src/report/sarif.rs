//! SARIF 2.1.0, as GitHub code scanning wants it: <https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
//!
//! Written as JSON values. The crate `serde-sarif` (0.8, of May 2025) has a type for each object of SARIF, some hundred of which a
//! dozen would be used. It generates them in a build script, which brings `schemafy_lib` and `syn` into every build. It has no types for
//! what GitHub adds as properties, and it does not check what code scanning asks for; `tests/sarif.rs` does. Types of our own
//! would write the members in another order, and every stored report would change.

use super::format::Formatter;
use super::stream::{Growing, InPieces, Joints, List};
use super::{Ending, NOTHING, Root, Run, Style, json as report};
use crate::coverage::Ways;
use crate::finding::{Extent, Finding, Fix, Level, Location, PolicyRef, clip, visible};
use crate::outcome::TenantReport;
use crate::rules::control::ControlRule;
use crate::rules::{self, Category, Meta, Rule};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

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

    fn begin<'r>(&self, run: &'r Run, _style: Style) -> Box<dyn Growing + 'r> {
        Box::new(Report { run, groups: BTreeMap::new(), left_out: 0 })
    }
}

/// The report, which is written at the end: results are in the order of their places, and no more than GitHub keeps.
struct Report<'r> {
    run: &'r Run,
    groups: BTreeMap<Place, Group>,
    /// Groups that are not among them. What is left out of one tenant and found in another, too, counts twice.
    left_out: usize,
}

/// A rule, a file and a line.
type Place = (&'static str, String, usize);

/// Groups that are kept beyond those that are reported, so that not every tenant causes them to be sorted.
const SPARE: usize = 500;

impl InPieces for Report<'_> {
    /// The findings, as far as a result tells them.
    type Piece = Vec<Finding>;

    fn piece(&self, tenant: &TenantReport, _index: usize) -> Self::Piece {
        tenant.findings.iter().map(told).collect()
    }

    fn add(&mut self, findings: Self::Piece, _out: &mut dyn Write) -> io::Result<()> {
        for finding in findings {
            let primary = finding.primary();
            let place = (finding.rule, primary.path.clone(), primary.start.line);
            match self.groups.get_mut(&place) {
                Some(group) => group.add(finding),
                None => _ = self.groups.insert(place, Group::of(finding)),
            }
        }
        if self.groups.len() > RESULTS + SPARE {
            self.leave_out();
        }
        Ok(())
    }

    fn end(mut self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.leave_out();
        let Self { run, groups, left_out } = self;
        let own: Vec<ControlRule> = run.own.iter().map(|control| ControlRule(control)).collect();
        let rules: Vec<&dyn Rule> = rules::all()
            .iter()
            .copied()
            .map(|rule| rule as &dyn Rule)
            .chain(own.iter().map(|rule| rule as &dyn Rule))
            .collect();
        let metas: Vec<Meta> = rules.iter().map(|rule| rule.meta()).collect();
        let mut results: Vec<Group> = groups.into_values().collect();
        results.sort_by_cached_key(|result| result.order(&run.root));
        // Members are in the order of their names.
        let mut members = vec![
            ("columnKind", json!("utf16CodeUnits")),
            ("invocations", json!([invocation(ending.exit_code, left_out)])),
            (
                "originalUriBaseIds",
                json!({ "%SRCROOT%": { "description": { "text": "The root of the repository." } } }),
            ),
            ("properties", report::settled(ending.settled)),
        ];
        // Without one, the category is that of the upload, which one in the file would override.
        if let Some(category) = &run.category {
            members.insert(0, ("automationDetails", automation(category)));
        }
        let member = |name: &str, value: &Value| format!("      \"{name}\": {}", report::indented(value, "\n      "));
        let mut out = BufWriter::new(out);
        writeln!(out, "{{\n  \"$schema\": \"{SCHEMA}\",\n  \"runs\": [\n    {{")?;
        for (name, value) in &members {
            writeln!(out, "{},", member(name, value))?;
        }
        write!(out, "      \"results\": [")?;
        let mut list = List::new(Joints { first: "\n        ", between: ",\n        ", last: "\n      " });
        for group in &results {
            list.add(&report::indented(&result(group, &metas, &run.root), "\n        "), &mut out)?;
        }
        list.end(&mut out)?;
        let tool = json!({ "driver": driver(&rules, &metas) });
        writeln!(out, "],\n{}\n    }}\n  ],\n  \"version\": \"2.1.0\"\n}}", member("tool", &tool))?;
        out.flush()
    }
}

impl Report<'_> {
    /// Leaves out what is beyond the limit: the mildest, and of a level those that come last.
    fn leave_out(&mut self) {
        let beyond = self.groups.len().saturating_sub(RESULTS);
        if beyond == 0 {
            return;
        }
        let mut places: Vec<(Reverse<Level>, Place)> =
            self.groups.iter().map(|(place, group)| (Reverse(group.first.level), place.clone())).collect();
        places.sort();
        for (_, place) in places.drain(RESULTS..) {
            self.groups.remove(&place);
        }
        self.left_out += beyond;
    }
}

/// The category as code scanning reads it: what stands in front of the last slash.
pub(super) fn automation(category: &str) -> Value {
    json!({ "id": format!("{category}/") })
}

/// Findings of one rule on one line: code scanning tells alerts apart by rule and line.
struct Group {
    first: Finding,
    /// How many others there are.
    others: usize,
    /// Where they are, as far as a result tells it.
    related: Vec<Location>,
}

impl Group {
    fn of(finding: Finding) -> Self {
        Self { first: finding, others: 0, related: Vec::new() }
    }

    /// Adds a finding, which comes first if it is worse than the others.
    fn add(&mut self, finding: Finding) {
        let is_worse = finding.level > self.first.level;
        let other = if is_worse { std::mem::replace(&mut self.first, finding) } else { finding };
        self.others += 1;
        if self.related.len() < RELATED {
            self.related.extend(other.locations.into_iter().next());
        }
    }

    fn order(&self, root: &Root) -> impl Ord + use<> {
        let primary = self.first.primary();
        let start = (primary.start.line, primary.start.column);
        (address(&primary.path, root), start, self.first.rule, self.first.fingerprint.clone())
    }
}

/// A finding without what no result tells.
fn told(finding: &Finding) -> Finding {
    let Finding {
        rule,
        level,
        message,
        help,
        tenant,
        policy,
        fingerprint,
        locations,
        fix,
        identity: _,
        extent: _,
        named: _,
    } = finding;
    Finding {
        rule,
        level: *level,
        message: message.clone(),
        help: help.clone(),
        tenant: tenant.clone(),
        policy: policy.clone(),
        fingerprint: fingerprint.clone(),
        identity: String::new(),
        extent: Extent::default(),
        named: None,
        locations: locations.iter().take(1 + RELATED).cloned().collect(),
        fix: fix.clone(),
    }
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

fn invocation(exit_code: u8, left_out: usize) -> Value {
    let description = match exit_code {
        0 => "nothing at or above --fail-on",
        1 => "findings at or above --fail-on",
        _ => "the run itself failed",
    };
    let mut notifications = Vec::new();
    if left_out > 0 {
        notifications.push(json!({
            "descriptor": { "id": "results-omitted" },
            "level": "warning",
            "message": { "text": format!("The first {RESULTS} results by level are included, and {left_out} are left \
                out.") },
        }));
    }
    if exit_code == 2 {
        notifications.push(json!({
            "descriptor": { "id": "run-failed" },
            "level": "error",
            "message": { "text": NOTHING },
        }));
    }
    json!({
        // Code scanning must not close alerts because there was nothing to look at.
        "executionSuccessful": exit_code != 2,
        "exitCode": exit_code,
        "exitCodeDescription": description,
        "toolExecutionNotifications": notifications,
    })
}

/// A result for one finding.
pub(super) fn single(finding: &Finding, root: &Root) -> Value {
    result(&Group::of(told(finding)), &[], root)
}

fn result(group: &Group, metas: &[Meta], root: &Root) -> Value {
    let finding = &group.first;
    let primary = finding.primary();
    let mut related: Vec<&Location> = finding.locations.iter().skip(1).collect();
    related.extend(&group.related);
    related.truncate(RELATED);
    let mut text = escaped(&finding.message);
    if let Some(help) = &finding.help {
        text.push(' ');
        text.push_str(&escaped(help));
    }
    if group.others > 0 {
        text.push_str(&format!(" {} more of this rule are on the same line.", group.others));
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

    const RULES: [&str; 3] = ["invalid-value", "letter-case", "unknown-property"];

    /// A finding of one of a few rules, in one of a few files.
    fn finding(number: usize) -> Finding {
        let level = [Level::Info, Level::Warning, Level::Error][number % 7 % 3];
        let draft = crate::finding::Draft::new(RULES[number % 3], level, number.to_string());
        let start = crate::source::Position { line: number / 3 % 997 + 1, column: 1, column_utf16: 1 };
        let path = format!("{}.json", number % 11);
        draft.at("tenant", Location { start, end: start, ..Location::beginning(path) })
    }

    /// What is reported of these findings, told by all of them at once.
    fn expected(findings: &[Finding]) -> (Vec<(String, usize)>, usize) {
        let mut groups: BTreeMap<Place, Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            let primary = finding.primary();
            groups.entry((finding.rule, primary.path.clone(), primary.start.line)).or_default().push(finding);
        }
        let mut groups: Vec<(Place, Vec<&Finding>)> = groups.into_iter().collect();
        groups.sort_by_key(|(place, findings)| (Reverse(findings.iter().map(|one| one.level).max()), place.clone()));
        let left_out = groups.len().saturating_sub(RESULTS);
        groups.truncate(RESULTS);
        groups.sort_by(|(one, _), (other, _)| one.cmp(other));
        let told = groups.into_iter().map(|(_, findings)| {
            let worst = findings.iter().map(|finding| finding.level).max();
            let first = findings.iter().find(|finding| Some(finding.level) == worst);
            (first.map(|first| first.message.clone()).unwrap_or_default(), findings.len() - 1)
        });
        (told.collect(), left_out)
    }

    fn report(run: &Run) -> Report<'_> {
        Report { run, groups: BTreeMap::new(), left_out: 0 }
    }

    fn told_by(report: Report<'_>) -> (Vec<(String, usize)>, usize) {
        let told = report.groups.into_values().map(|group| (group.first.message, group.others));
        (told.collect(), report.left_out)
    }

    #[test]
    fn a_tenant_keeps_the_gravest_results_whatever_the_order() {
        let run = Run::default();
        for step in [1, 7, 29_989] {
            let findings: Vec<Finding> = (0..40_000).map(|number| finding(number * step % 40_000)).collect();
            let (told, left_out) = expected(&findings);
            assert!(told.len() == RESULTS && left_out > 5_000, "{left_out}");
            let mut report = report(&run);
            report.add(findings, &mut io::sink()).unwrap();
            report.leave_out();
            assert_eq!(told_by(report), (told, left_out));
        }
    }

    #[test]
    fn many_tenants_keep_no_more_than_the_results_of_a_report() {
        let run = Run::default();
        let mut report = report(&run);
        // No two of them have a line in common.
        let mut findings: Vec<Finding> = (0..RESULTS * 3).map(finding).collect();
        for (number, finding) in findings.iter_mut().enumerate() {
            finding.locations[0].path = format!("{}/{}", number % 100, finding.primary().path);
            finding.locations[0].start.line = number;
        }
        let (told, left_out) = expected(&findings);
        for tenant in findings.chunks(100) {
            report.add(tenant.to_vec(), &mut io::sink()).unwrap();
            assert!(report.groups.len() <= RESULTS + SPARE + 100, "{}", report.groups.len());
        }
        report.leave_out();
        assert_eq!(told_by(report), (told, left_out));
    }
}
