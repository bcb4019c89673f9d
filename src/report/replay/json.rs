//! The report as JSON, version 1. `schemas/replay.schema.json` describes it.

use super::{Report, VERIFIED, words};
use crate::diff::Which;
use crate::finding::escape_invisible;
use crate::replay::{Agreement, ByName, Checked, Class, Counts, Example, Judged, Tally};
use crate::report::json::policy;
use crate::sign_in_log::Damage;
use crate::signin::Coordinate;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(&value(report)).unwrap_or_default();
    writeln!(out, "{}", escape_invisible(&text))
}

fn value(report: &Report<'_>) -> Value {
    let tally = &report.replayed.tally;
    let files = report.files.iter().map(
        |file| json!({ "path": file.name, "isLog": !file.is_other, "isCut": file.is_cut, "goesOn": file.goes_on }),
    );
    let tenants = report.tenants.iter().map(|asked| {
        let tenant = asked.tenant;
        json!({ "name": asked.name, "policies": tenant.policies.len(), "mayMissPolicies": !tenant.missing.is_empty() })
    });
    json!({
        "version": 1,
        "tool": { "name": "caplint", "version": env!("CARGO_PKG_VERSION") },
        "note": words::SAMPLE,
        "files": files.collect::<Vec<_>>(),
        "tenants": tenants.collect::<Vec<_>>(),
        "rows": {
            "all": tally.rows,
            "replayed": tally.counts.total(),
            "workloads": tally.workloads,
            "beforeConditionalAccess": tally.stopped,
            "noSignIns": tally.not_sign_ins,
            "malformed": tally.malformed,
            "first": tally.days.as_ref().map(|(first, _)| first),
            "last": tally.days.as_ref().map(|(_, last)| last),
            "damaged": damaged(report, tally),
        },
        "counts": counts(&tally.counts),
        "examples": examples(report, tally),
        "policies": tally.policies.iter().enumerate().map(|(index, counts)| {
            let mut value = party(report, report.last(), Some(Which::Policy(index)));
            value["asks"] = json!(counts.asks);
            value["blocks"] = json!(counts.blocks);
            value["may"] = json!(counts.may);
            value
        }).collect::<Vec<_>>(),
        "users": by_name(&tally.users, report.top),
        "applications": by_name(&tally.apps, report.top),
        "platforms": by_name(&tally.platforms, report.top),
        "unknown": tally.unknown.iter().map(|((which, coordinate), count)| json!({
            "policy": party(report, report.last(), *which),
            "field": coordinate.map(field),
            "reason": words::unknown(*coordinate),
            "signIns": count,
        })).collect::<Vec<_>>(),
        "verified": report.replayed.checked.as_ref().map(|checked| verified(report, checked)),
    })
}

fn damaged(report: &Report<'_>, tally: &Tally) -> Vec<Value> {
    let of = |(file, place, damage): &crate::replay::Damaged| {
        let why = match damage {
            Damage::Malformed => "malformed",
            Damage::NotASignIn => "noSignIn",
        };
        let path = report.files.get(*file).map(|file| file.name.as_str());
        json!({ "path": path, "row": place.row, "line": place.line, "why": why })
    };
    tally.damaged.all().iter().map(of).collect()
}

fn counts(counts: &Counts) -> Value {
    let members = Class::ALL.iter().map(|class| (class.word().to_owned(), json!(counts.of(*class))));
    Value::Object(members.collect::<Map<_, _>>())
}

fn by_name(names: &ByName, top: usize) -> Value {
    let first = names.first(top);
    let listed = first.iter().map(|(name, of)| json!({ "name": name, "counts": counts(of) }));
    json!({
        "all": names.len(),
        "first": listed.collect::<Vec<_>>(),
        "unnamed": counts(&names.unnamed),
        "others": counts(&names.others),
    })
}

fn party(report: &Report<'_>, side: usize, which: Option<Which>) -> Value {
    match which {
        Some(Which::Policy(index)) => report.policy(side, index).as_ref().map_or(Value::Null, policy),
        Some(Which::DefaultsBlock | Which::DefaultsAsk) => {
            json!({ "id": "securityDefaults", "displayName": "security defaults", "address": null })
        }
        None => Value::Null,
    }
}

/// The value of a row that is not known, in Graph's words.
fn field(coordinate: Coordinate) -> &'static str {
    match coordinate {
        Coordinate::Resource => "resourceId",
        Coordinate::AuthenticationContext => "authenticationContextClassReferences",
        Coordinate::User => "userId",
        Coordinate::UserType => "userType",
        Coordinate::ExternalTenant => "homeTenantId",
        Coordinate::Memberships => "memberships",
        Coordinate::ClientApp => "clientAppUsed",
        Coordinate::Platform => "deviceDetail.operatingSystem",
        Coordinate::Location => "location",
        Coordinate::Device => "deviceDetail",
        Coordinate::SignInRisk => "riskLevelDuringSignIn",
        Coordinate::UserRisk => "userRisk",
        Coordinate::InsiderRisk => "insiderRisk",
        Coordinate::Flow => "originalTransferMethod",
    }
}

fn example(example: &Example) -> Value {
    json!({
        "createdDateTime": example.created,
        "id": example.id,
        "user": example.user,
        "application": example.app,
        "resource": example.resource,
        "platform": example.platform,
        "ipAddress": example.address,
        "then": words::past(example.past),
    })
}

fn examples(report: &Report<'_>, tally: &Tally) -> Value {
    let of = |(class, first): (&Class, &crate::replay::First<crate::replay::Instance>)| {
        let all = first.all().iter().map(|instance| {
            let mut value = example(&instance.example);
            let judged = instance.judged.iter().enumerate();
            value["outcomes"] = judged.map(|(side, judged)| outcome(report, side, judged)).collect();
            value
        });
        (class.word().to_owned(), all.collect())
    };
    Value::Object(tally.examples.iter().map(of).collect())
}

fn outcome(report: &Report<'_>, side: usize, judged: &Judged) -> Value {
    let parties = |all: &[Which]| all.iter().map(|which| party(report, side, Some(*which))).collect::<Vec<_>>();
    let requires = judged.access.requires().iter();
    let requires = requires.map(|clause| clause.iter().map(ToString::to_string).collect::<Vec<_>>());
    json!({
        "outcome": Class::of_outcome(judged.outcome()).word(),
        "requires": requires.collect::<Vec<_>>(),
        "askedBy": parties(&judged.asked_by),
        "blockedBy": parties(&judged.blocked_by),
        "reason": words::judged(report, side, judged),
    })
}

fn agreement(agreement: Agreement) -> Value {
    let Agreement { agree, disagree, unknown } = agreement;
    json!({ "agree": agree, "disagree": disagree, "unknown": unknown })
}

fn verified(report: &Report<'_>, checked: &Checked) -> Value {
    let policies = checked.policies.iter().enumerate().map(|(index, of)| {
        let mut value = party(report, VERIFIED, Some(Which::Policy(index)));
        value["applies"] = agreement(of.applies);
        value["otherState"] = json!(of.other_state);
        value["notEnabled"] = json!(of.not_enabled);
        value["isInLog"] = json!(!checked.never_named[index]);
        value
    });
    let conditions = checked.conditions.iter().map(|(one, of)| (words::condition(*one).to_owned(), agreement(*of)));
    let disagreements = checked.disagreements.iter().map(|(one, (count, examples))| {
        json!({
            "condition": one.condition.map(words::condition),
            "policy": party(report, VERIFIED, Some(Which::Policy(one.policy))),
            "microsoft": one.logged,
            "caplint": !one.logged,
            "signIns": count,
            "examples": examples.all().iter().map(example).collect::<Vec<_>>(),
        })
    });
    let strangers =
        checked.strangers.iter().map(|(id, (name, count))| json!({ "id": id, "displayName": name, "signIns": count }));
    json!({
        "signIns": checked.sign_ins,
        "withoutPolicies": checked.silent,
        "applies": agreement(checked.total()),
        "policies": policies.collect::<Vec<_>>(),
        "conditions": conditions.collect::<Map<_, _>>(),
        "disagreements": disagreements.collect::<Vec<_>>(),
        "notInFiles": strangers.collect::<Vec<_>>(),
    })
}
