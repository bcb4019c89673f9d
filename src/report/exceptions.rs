//! Who is outside of controls, once for each principal, in lines of text.

use crate::finding::{joined, visible};
use crate::outcome::{ExceptionReport, TenantReport};

/// Controls that a line names.
const NAMED: usize = 3;

/// Somebody who is outside of controls.
struct Outside<'r> {
    exception: &'r ExceptionReport,
    controls: Vec<&'static str>,
}

/// A line for each principal that is outside of a control: who, of which controls, who answers for it, until when and why. Those
/// that nobody has approved come first.
pub(super) fn lines(tenant: &TenantReport) -> Vec<String> {
    lines_of(tenant, |_| true)
}

/// The same of some exceptions.
pub(super) fn lines_of(tenant: &TenantReport, wanted: impl Fn(&ExceptionReport) -> bool) -> Vec<String> {
    let mut all: Vec<Outside<'_>> = Vec::new();
    for control in &tenant.controls {
        for exception in control.exceptions.iter().filter(|exception| wanted(exception)) {
            match all.iter_mut().find(|known| is_same(known.exception, exception)) {
                Some(known) => known.controls.push(control.id),
                None => all.push(Outside { exception, controls: vec![control.id] }),
            }
        }
    }
    all.sort_by_key(|outside| {
        let ExceptionReport { approved, kind, id, .. } = outside.exception;
        (*approved, *kind, id.as_str(), outside.controls.first().copied())
    });
    all.iter().map(line).collect()
}

/// Whether two exceptions, to different controls, are one: the same principal, for which the same person answers.
fn is_same(one: &ExceptionReport, other: &ExceptionReport) -> bool {
    let key = |exception: &ExceptionReport| {
        let ExceptionReport { kind, id, approved, owner, reason, review_by, .. } = exception;
        (*kind, id.clone(), *approved, owner.clone(), reason.clone(), review_by.clone())
    };
    key(one) == key(other)
}

fn line(outside: &Outside<'_>) -> String {
    let exception = outside.exception;
    let who = match &exception.name {
        Some(name) => format!("{} {} ({name})", exception.kind, exception.id),
        None => format!("{} {}", exception.kind, exception.id),
    };
    let answer = match &exception.owner {
        Some(owner) if exception.approved => {
            let until = exception.review_by.as_ref().map(|day| format!(" until {day}")).unwrap_or_default();
            let why = exception.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("approved by {owner}{until}{why}")
        }
        Some(_) | None => "not approved".to_owned(),
    };
    visible(&format!("{who}, from {}; {answer}", joined(&outside.controls, NAMED)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::Verdict;
    use crate::outcome::ControlReport;
    use std::collections::BTreeMap;

    fn exception(id: &str, owner: Option<&str>) -> ExceptionReport {
        ExceptionReport {
            kind: "group",
            id: id.to_owned(),
            name: owner.map(|_| "Break\u{1b}glass".to_owned()),
            when: None,
            approved: owner.is_some(),
            owner: owner.map(str::to_owned),
            reason: owner.map(|_| "Emergency access".to_owned()),
            review_by: owner.map(|_| "2027-01-31".to_owned()),
            policies: Vec::new(),
            people: None,
        }
    }

    fn control(id: &'static str, exceptions: Vec<ExceptionReport>) -> ControlReport {
        static NONE: BTreeMap<String, Vec<String>> = BTreeMap::new();
        ControlReport {
            id,
            benchmarks: &NONE,
            verdict: Verdict::EnforcedExcept,
            stored_query_passes: None,
            reason: String::new(),
            holes: Vec::new(),
            ways: Vec::new(),
            more_holes: false,
            exceptions,
            people: None,
            carried_by: Vec::new(),
            assumed_enabled: Vec::new(),
            assumptions: Vec::new(),
        }
    }

    #[test]
    fn a_principal_has_a_line_for_each_answer_and_the_open_ones_come_first() {
        let one = |owner| vec![exception("a", owner)];
        let controls = vec![
            control("c1", one(Some("Ada"))),
            control("c2", vec![exception("a", Some("Ada")), exception("b", None)]),
            control("c3", one(Some("Ada"))),
            control("c4", one(Some("Ada"))),
            control("c5", one(Some("Grace"))),
        ];
        let tenant = TenantReport { controls, ..TenantReport::default() };
        assert_eq!(
            lines(&tenant),
            [
                "group b, from c2; not approved",
                "group a (Break\u{fffd}glass), from c1, c2, c3 and 1 more; approved by Ada until 2027-01-31: Emergency access",
                "group a (Break\u{fffd}glass), from c5; approved by Grace until 2027-01-31: Emergency access",
            ]
        );
    }
}
