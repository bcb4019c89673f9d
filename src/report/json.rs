//! The JSON report, version 1: `schemas/report.schema.json`.

use super::format::Formatter;
use super::stream::{Growing, InPieces, Joints, List};
use super::{Ending, Later, Run, Style};
use crate::coverage::Ways;
use crate::coverage::{Coordinate, Verdict};
use crate::finding::{Edit, Finding, Fix, PolicyRef, escape_invisible};
use crate::outcome::{
    AccessReport, BenchmarkReport, ControlReport, DirectoryReport, ExceptionReport, ItemOutcome, ItemReport,
    PeopleReport, PersonReport, Settled, TenantReport,
};
use crate::policy::{RiskLevel, Words};
use crate::requirement::{Identities, Resource};
use crate::signin::SignIn;
use crate::tenant::States;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// The format.
pub(super) struct Json;

impl Formatter for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "For programs"
    }

    fn is_for_programs(&self) -> bool {
        true
    }

    fn ways(&self) -> Ways {
        Ways::Listed
    }

    fn begin<'r>(&self, _run: &'r Run, _style: Style) -> Box<dyn Growing + 'r> {
        let list = || List::new(Joints { first: "\n", between: ",\n", last: "\n  " });
        Box::new(Report { findings: list(), tenants: list(), later: Later::default() })
    }
}

/// The report: findings as they come, and verdicts behind all of them.
struct Report {
    findings: List,
    tenants: List,
    later: Later,
}

impl InPieces for Report {
    /// Findings, and the tenant.
    type Piece = (String, String);

    fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\n  \"findings\": [")
    }

    fn piece(&self, tenant: &TenantReport, _index: usize) -> Self::Piece {
        let findings = tenant.findings.iter().map(|finding| element(&self::finding(finding)));
        let text: Vec<String> = findings.collect();
        (text.join(",\n"), element(&self::tenant(tenant)))
    }

    fn add(&mut self, (findings, tenant): Self::Piece, out: &mut dyn Write) -> io::Result<()> {
        self.findings.add(&findings, out)?;
        self.tenants.add(&tenant, &mut self.later)
    }

    fn end(mut self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        let member = |name: &str, value: &Value| format!("  \"{name}\": {}", indented(value, "\n  "));
        self.findings.end(out)?;
        write!(out, "],\n{},\n  \"tenants\": [", member("summary", &summary(ending)))?;
        self.tenants.end(&mut self.later)?;
        self.later.write_to(out)?;
        writeln!(out, "],\n{},\n{}\n}}", member("tool", &tool()), member("version", &json!(1)))
    }
}

/// The program.
pub(super) fn tool() -> Value {
    json!({ "name": "caplint", "version": env!("CARGO_PKG_VERSION") })
}

/// Numbers of the run, and what is not reported.
pub(super) fn summary(ending: &Ending<'_>) -> Value {
    let summary = ending.summary;
    let mut counts = json!({
        "errors": summary.errors,
        "warnings": summary.warnings,
        "infos": summary.infos,
        "files": summary.files,
        "policies": summary.policies,
        "states": states(summary.states),
        "skipped": summary.skipped,
    });
    if let (Some(counts), Value::Object(settled)) = (counts.as_object_mut(), settled(ending.settled)) {
        counts.extend(settled);
    }
    counts
}

/// An element of a list at the top of the report.
fn element(value: &Value) -> String {
    format!("    {}", indented(value, "\n    "))
}

/// A value whose lines begin like this.
pub(super) fn indented(value: &Value, line: &str) -> String {
    // Strings and numbers can always be written, and no string of JSON has a line break.
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    escape_invisible(&text).replace('\n', line)
}

/// What is not reported, counted, as every report in JSON has it.
pub(super) fn settled(settled: &Settled) -> Value {
    json!({
        "ignored": settled.ignored,
        "inBaseline": settled.known,
        "switchedOff": settled.off,
        "lowered": settled.lowered,
        "hiddenErrors": settled.errors,
        "hiddenBy": settled.by,
        "excludedFiles": settled.excluded,
        "ignoreCommentsUnheard": settled.unheard,
    })
}

fn tenant(tenant: &TenantReport) -> Value {
    json!({
        "name": tenant.name,
        "files": tenant.files,
        "policies": tenant.policies,
        "states": states(tenant.assumed.states),
        "directory": tenant.directory.as_ref().map(directory),
        "controls": tenant.controls.iter().map(control).collect::<Vec<_>>(),
        "benchmarks": tenant.benchmarks.iter().map(benchmark).collect::<Vec<_>>(),
        "access": tenant.access.iter().map(access).collect::<Vec<_>>(),
    })
}

/// Policies by their states, in Graph's words where Graph has one.
fn states(states: States) -> Value {
    let States { on, report_only, off, deleted, unknown } = states;
    json!({
        "enabled": on,
        "enabledForReportingButNotEnforced": report_only,
        "disabled": off,
        "deleted": deleted,
        "unknown": unknown,
    })
}

fn directory(directory: &DirectoryReport) -> Value {
    json!({
        "users": directory.users,
        "groups": directory.groups,
        "complete": directory.is_complete,
        "exportedSince": directory.last_day.map(|day| day.to_string()),
    })
}

fn control(control: &ControlReport) -> Value {
    let holes: Vec<Value> = control.holes.iter().map(|(sign_in, relevant)| witness(sign_in, relevant)).collect();
    let open = matches!(control.verdict, Verdict::NotEnforced | Verdict::Undecided);
    json!({
        "id": control.id,
        "benchmarks": control.benchmarks,
        "verdict": control.verdict.word(),
        "storedQuery": control.stored_query_passes.map(|passes| if passes { "pass" } else { "fail" }),
        "reason": control.reason,
        "witness": holes.first().filter(|_| open),
        "holes": holes,
        "moreHoles": control.more_holes,
        "exceptions": control.exceptions.iter().map(exception).collect::<Vec<_>>(),
        "people": control.people.as_ref().map(people),
        "assumedEnabled": control.assumed_enabled.iter().map(policy).collect::<Vec<_>>(),
        "assumptions": control.assumptions,
    })
}

fn benchmark(benchmark: &BenchmarkReport) -> Value {
    let count = |outcome: &ItemOutcome| (outcome.word().to_owned(), json!(benchmark.count(*outcome)));
    let item = |item: &ItemReport| {
        json!({
            "number": item.number,
            "title": item.title,
            "level": item.level,
            "outcome": item.outcome.word(),
            "controls": item.controls,
            "why": item.why,
        })
    };
    json!({
        "id": benchmark.id,
        "title": benchmark.title,
        "score": benchmark.score(),
        "counts": ItemOutcome::ALL.iter().map(count).collect::<Map<_, _>>(),
        // With `--benchmark all`, every item of every benchmark would be most of the report.
        "items": benchmark.is_listed.then(|| benchmark.items.iter().map(item).collect::<Vec<_>>()),
    })
}

fn access(access: &AccessReport) -> Value {
    let [now, later] = access.judged;
    let mut refused_by: Vec<Value> = access.refused_by.iter().map(policy).collect();
    if access.by_security_defaults {
        refused_by.push(json!({ "id": "securityDefaults", "displayName": "security defaults", "address": null }));
    }
    let depends_on = access.depends_on.iter();
    let depends_on =
        depends_on.map(|(on, pointer, reason)| json!({ "policy": policy(on), "pointer": pointer, "reason": reason }));
    json!({
        "id": access.id,
        "verdict": now.word(),
        "judged": { "now": now.word(), "report-only": later.word() },
        "reason": access.reason,
        "witness": access.witness.as_ref().map(|(sign_in, relevant)| witness(sign_in, relevant)),
        "refusedBy": refused_by,
        "dependsOn": depends_on.collect::<Vec<_>>(),
        "assumptions": access.assumptions,
    })
}

fn exception(exception: &ExceptionReport) -> Value {
    json!({
        "kind": exception.kind,
        "id": exception.id,
        "name": exception.name,
        "when": exception.when,
        "approved": exception.approved,
        "owner": exception.owner,
        "reason": exception.reason,
        "reviewBy": exception.review_by,
        "policies": exception.policies.iter().map(policy).collect::<Vec<_>>(),
        "people": exception.people.as_ref().map(people),
    })
}

/// A user of the directory.
pub(super) fn person(person: &PersonReport) -> Value {
    json!({ "id": person.id, "displayName": person.name, "userPrincipalName": person.sign_in_name })
}

/// People of the directory.
fn people(people: &PeopleReport) -> Value {
    json!({
        "users": people.users.iter().map(person).collect::<Vec<_>>(),
        "others": people.others,
        "complete": people.is_everybody,
    })
}

/// A policy, by its id, name and address.
#[must_use]
pub fn policy(policy: &PolicyRef) -> Value {
    json!({ "id": policy.id, "displayName": policy.name(), "address": policy.address })
}

/// A sign-in as another program can replay it.
#[must_use]
pub fn witness(sign_in: &SignIn, relevant: &[Coordinate]) -> Value {
    let mut value = sign_in_parts(sign_in, relevant);
    value["signInContext"] = json!({ "resource": resource(&sign_in.resource) });
    value
}

/// The same without what a token is asked for.
pub(super) fn sign_in_parts(sign_in: &SignIn, relevant: &[Coordinate]) -> Value {
    let strings = |ids: &mut dyn Iterator<Item = String>| ids.collect::<Vec<_>>();
    let mut device = Map::new();
    for (attribute, value) in &sign_in.device.attributes {
        let value = match *attribute {
            "isCompliant" => Value::Bool(value.eq_ignore_ascii_case("true")),
            _ => Value::String(value.to_string()),
        };
        device.insert((*attribute).to_owned(), value);
    }
    for (attribute, strings) in &sign_in.device.collections {
        device.insert((*attribute).to_owned(), json!(strings));
    }
    let mut parts = json!({
        "signInIdentity": {
            "userId": sign_in.user.as_ref().map(ToString::to_string),
            "userType": sign_in.user_type.word(),
            "externalTenantId": sign_in.external_tenant.as_ref().map(ToString::to_string),
            "groups": strings(&mut sign_in.groups.iter().map(ToString::to_string)),
            "roles": strings(&mut sign_in.roles.iter().map(ToString::to_string)),
        },
        "signInContext": {},
        "signInConditions": {
            "clientAppType": sign_in.client_app.word(),
            "devicePlatform": sign_in.platform.word(),
            "locations": strings(&mut sign_in.locations.iter().map(ToString::to_string)),
            "deviceInfo": device,
            "signInRiskLevel": sign_in.sign_in_risk.word(),
            "userRiskLevel": sign_in.user_risk.word(),
            "insiderRiskLevel": sign_in.insider_risk.word(),
            "authenticationFlow": sign_in.flow.word(),
        },
        "relevant": relevant.iter().map(|coordinate| path(sign_in.identities, *coordinate)).collect::<Vec<_>>(),
    });
    let (identity, risk) = match sign_in.identities {
        Identities::Users => return parts,
        Identities::AgentUsers => (None, "agentIdRiskLevel"),
        Identities::ServicePrincipals => (Some("servicePrincipalId"), "servicePrincipalRiskLevel"),
        Identities::AgentIdentities => (Some("agentServicePrincipalIds"), "agentIdRiskLevel"),
    };
    parts["signInIdentity"]["identities"] = json!(sign_in.identities.word());
    if let Some(identity) = identity {
        let moved = if sign_in.identities == Identities::AgentIdentities { "groups" } else { "userId" };
        let none = if sign_in.identities == Identities::AgentIdentities { json!([]) } else { Value::Null };
        parts["signInIdentity"][identity] = std::mem::replace(&mut parts["signInIdentity"][moved], none);
    }
    parts["signInConditions"][risk] = json!(sign_in.user_risk.word());
    parts["signInConditions"]["userRiskLevel"] = json!(RiskLevel::None.word());
    parts
}

/// An app id, a suite, a user action, or `any` for an app that no policy names.
fn resource(resource: &Resource) -> String {
    match resource {
        Resource::App(id) | Resource::UserAction(id) | Resource::AuthenticationContext(id) => id.to_string(),
        Resource::OfSuite(suite) => suite.word().to_owned(),
        Resource::Other | Resource::Every => "any".to_owned(),
    }
}

fn path(class: Identities, coordinate: Coordinate) -> &'static str {
    match coordinate {
        Coordinate::User if class == Identities::ServicePrincipals => "signInIdentity.servicePrincipalId",
        Coordinate::Groups if class == Identities::AgentIdentities => "signInIdentity.agentServicePrincipalIds",
        Coordinate::UserRisk if class == Identities::ServicePrincipals => "signInConditions.servicePrincipalRiskLevel",
        Coordinate::UserRisk if class != Identities::Users => "signInConditions.agentIdRiskLevel",
        Coordinate::User => "signInIdentity.userId",
        Coordinate::UserType => "signInIdentity.userType",
        Coordinate::ExternalTenant => "signInIdentity.externalTenantId",
        Coordinate::Groups => "signInIdentity.groups",
        Coordinate::Roles => "signInIdentity.roles",
        Coordinate::Resource => "signInContext.resource",
        Coordinate::ClientApp => "signInConditions.clientAppType",
        Coordinate::Platform => "signInConditions.devicePlatform",
        Coordinate::Locations => "signInConditions.locations",
        Coordinate::Device => "signInConditions.deviceInfo",
        Coordinate::SignInRisk => "signInConditions.signInRiskLevel",
        Coordinate::UserRisk => "signInConditions.userRiskLevel",
        Coordinate::InsiderRisk => "signInConditions.insiderRiskLevel",
        Coordinate::Flow => "signInConditions.authenticationFlow",
    }
}

pub(super) fn finding(finding: &Finding) -> Value {
    let locations: Vec<Value> = finding
        .locations
        .iter()
        .map(|location| {
            json!({
                "path": location.path,
                "pointer": location.pointer.as_str(),
                "primary": location.primary,
                "message": location.message,
                "start": { "line": location.start.line, "column": location.start.column },
                "end": { "line": location.end.line, "column": location.end.column },
            })
        })
        .collect();
    json!({
        "rule": finding.rule,
        "level": finding.level.word(),
        "message": finding.message,
        "help": finding.help,
        "tenant": finding.tenant,
        "policy": finding.policy.as_ref().map(policy),
        "fingerprint": finding.fingerprint,
        "locations": locations,
        "fix": finding.fix.as_ref().map(fix),
    })
}

/// What a program can write instead.
fn fix(fix: &Fix) -> Value {
    let edit = |edit: &Edit| {
        json!({
            "path": edit.path,
            "start": { "line": edit.start.line, "column": edit.start.column },
            "end": { "line": edit.end.line, "column": edit.end.column },
            "bytes": { "start": edit.bytes.start, "end": edit.bytes.end },
            "replacement": edit.replacement,
        })
    };
    json!({
        "title": fix.title,
        "safety": fix.safety.word(),
        "edits": fix.edits.iter().map(edit).collect::<Vec<_>>(),
    })
}
