//! Who is outside of controls, once for each principal, in lines of text.

use crate::finding::{joined, visible};
use crate::outcome::{ExceptionReport, TenantReport};
use std::collections::BTreeMap;

/// Controls that a line names.
const NAMED: usize = 3;

/// Exceptions to different controls are one if the same person answers for the same principal.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Outside<'r> {
    approved: bool,
    kind: &'static str,
    id: &'r str,
    name: Option<&'r str>,
    owner: Option<&'r str>,
    review_by: Option<&'r str>,
    reason: Option<&'r str>,
}

/// A line for each principal that is outside of a control: who, of which controls, who answers for it, until when and why. Those
/// that nobody has approved come first.
pub(super) fn lines(tenant: &TenantReport) -> Vec<String> {
    lines_of(tenant, |_| true)
}

/// The same of some exceptions.
pub(super) fn lines_of(tenant: &TenantReport, wanted: impl Fn(&ExceptionReport) -> bool) -> Vec<String> {
    let mut all: BTreeMap<Outside<'_>, Vec<&str>> = BTreeMap::new();
    for control in &tenant.controls {
        for exception in control.exceptions.iter().filter(|exception| wanted(exception)) {
            let ExceptionReport { approved, kind, id, name, owner, review_by, reason, .. } = exception;
            let outside = Outside {
                approved: *approved,
                kind,
                id,
                name: name.as_deref(),
                owner: owner.as_deref(),
                review_by: review_by.as_deref(),
                reason: reason.as_deref(),
            };
            all.entry(outside).or_default().push(control.id);
        }
    }
    all.iter().map(|(outside, controls)| line(outside, controls)).collect()
}

fn line(outside: &Outside<'_>, controls: &[&str]) -> String {
    let Outside { approved, kind, id, name, owner, review_by, reason } = outside;
    let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
    let answer = match owner {
        Some(owner) if *approved => {
            let until = review_by.map(|day| format!(" until {day}")).unwrap_or_default();
            let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("approved by {owner}{until}{why}")
        }
        Some(_) | None => "not approved".to_owned(),
    };
    visible(&format!("{kind} {id}{name}, from {}; {answer}", joined(controls, NAMED)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::Verdict;
    use crate::outcome::ControlReport;

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
