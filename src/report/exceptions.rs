//! Who is outside of controls, once for each principal of whom the same is said, and the same in lines of text.

use crate::finding::{PolicyRef, joined, visible};
use crate::outcome::{ExceptionReport, TenantReport};
use std::collections::BTreeMap;

/// Controls that a line names.
const NAMED: usize = 3;

/// A principal, with all controls of which the same is said.
pub(super) struct Outside<'r> {
    /// What is said of it to the first of the controls.
    pub(super) exception: &'r ExceptionReport,
    /// Ids of the controls, in the order of the report.
    pub(super) controls: Vec<&'static str>,
    /// The policies that exclude it from one of them.
    pub(super) policies: Vec<&'r PolicyRef>,
}

/// What makes two exceptions two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Apart {
    /// Who answers for it, until when and why.
    Answers,
    /// That, and when the principal is outside.
    AnswersAndTimes,
}

/// Everybody who is outside of a control: first whom nobody approves, then by the date of the review, and last what has none.
pub(super) fn grouped<'r>(
    tenant: &'r TenantReport,
    apart: Apart,
    wanted: impl Fn(&ExceptionReport) -> bool,
) -> Vec<Outside<'r>> {
    let mut all: BTreeMap<_, Outside<'r>> = BTreeMap::new();
    for control in &tenant.controls {
        for exception in control.exceptions.iter().filter(|exception| wanted(exception)) {
            let outside = all.entry(key(exception, apart));
            let outside = outside.or_insert_with(|| Outside { exception, controls: Vec::new(), policies: Vec::new() });
            outside.controls.push(control.id);
            for policy in &exception.policies {
                if !outside.policies.contains(&policy) {
                    outside.policies.push(policy);
                }
            }
        }
    }
    all.into_values().collect()
}

/// What two exceptions have in common that are one, in the order of a list.
fn key(exception: &ExceptionReport, apart: Apart) -> impl Ord + use<'_> {
    let ExceptionReport { kind, id, name, when, approved: _, owner, review_by: _, reason, policies: _, people: _ } =
        exception;
    let when = match apart {
        Apart::Answers => None,
        Apart::AnswersAndTimes => when.as_ref(),
    };
    (urgency(exception), *kind, id, name, when, owner, reason)
}

/// Whom nobody approves, then by date, and last what has none.
pub(super) fn urgency(exception: &ExceptionReport) -> Urgency<'_> {
    let ExceptionReport { approved, review_by, .. } = exception;
    (*approved, review_by.is_none(), review_by.as_deref())
}

/// Whether it is approved, whether that has no last day, and that day.
pub(super) type Urgency<'e> = (bool, bool, Option<&'e str>);

/// A line for each principal that is outside of a control: who, of which controls, who answers for it, until when and why.
pub(super) fn lines(tenant: &TenantReport) -> Vec<String> {
    lines_of(tenant, |_| true)
}

/// The same of some exceptions.
pub(super) fn lines_of(tenant: &TenantReport, wanted: impl Fn(&ExceptionReport) -> bool) -> Vec<String> {
    grouped(tenant, Apart::Answers, wanted).iter().map(line).collect()
}

fn line(outside: &Outside<'_>) -> String {
    let ExceptionReport { approved, kind, id, name, owner, review_by, reason, .. } = outside.exception;
    let name = name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let answer = match owner {
        Some(owner) if *approved => {
            let until = review_by.as_ref().map(|day| format!(" until {day}")).unwrap_or_default();
            let why = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("approved by {owner}{until}{why}")
        }
        Some(_) | None => "not approved".to_owned(),
    };
    visible(&format!("{kind} {id}{name}, from {}; {answer}", joined(&outside.controls, NAMED)))
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
            needs: Vec::new(),
            approvals: Vec::new(),
            assumed_enabled: Vec::new(),
            assumptions: Vec::new(),
            doubts: Vec::new(),
        }
    }

    #[test]
    fn what_is_outside_at_different_times_is_one_line_and_two_rows() {
        let at = |when: &str| ExceptionReport { when: Some(when.to_owned()), ..exception("a", None) };
        let controls = vec![control("c1", vec![at("from Linux")]), control("c2", vec![at("from Windows")])];
        let tenant = TenantReport { controls, ..TenantReport::default() };
        assert_eq!(lines(&tenant), ["group a, from c1 and c2; not approved"]);
        let rows = grouped(&tenant, Apart::AnswersAndTimes, |_| true);
        assert_eq!(rows.iter().map(|row| row.controls.clone()).collect::<Vec<_>>(), [["c1"], ["c2"]]);
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
