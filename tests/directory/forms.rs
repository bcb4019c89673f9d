//! One directory in the forms in which tools export it: the same verdicts, exceptions and people.

use caplint::controls::Selection;
use caplint::coverage::Verdict;
use caplint::discover::Input;
use caplint::lint::{Options, tenants};
use caplint::outcome::TenantReport;
use std::path::Path;
use std::sync::atomic::AtomicUsize;

/// Folders below `exports`.
const FORMS: [&str; 5] = ["expanded", "member-lists", "transitive-members", "entra-exporter", "azurehound"];

fn check(form: &str) -> TenantReport {
    let here = Path::new("tests/directory");
    let inputs = [here.join("policies.json"), here.join("exports").join(form)].map(Input::Path);
    let options = Options {
        parallel: false,
        selection: Selection { everything: true, ..Selection::default() },
        ..Options::default()
    };
    tenants(form, &inputs, &options, &AtomicUsize::new(0)).remove(0)
}

/// (control, verdict, people who get through, exceptions with their people)
type Said = Vec<(&'static str, Verdict, Vec<String>, Vec<(String, Vec<String>, usize)>)>;

fn said(report: &TenantReport) -> Said {
    let names = |people: &Option<caplint::outcome::PeopleReport>| -> Vec<String> {
        people.iter().flat_map(|people| &people.users).map(|user| user.name.clone().unwrap()).collect()
    };
    let controls = report.controls.iter().map(|control| {
        let exceptions = control.exceptions.iter().map(|exception| {
            let others = exception.people.as_ref().map_or(0, |people| people.others);
            (exception.name.clone().unwrap(), names(&exception.people), others)
        });
        (control.id, control.verdict, names(&control.people), exceptions.collect())
    });
    controls.collect()
}

#[test]
fn the_same_directory_says_the_same_in_every_form() {
    let first = said(&check(FORMS[0]));
    for form in FORMS {
        assert_eq!(said(&check(form)), first, "{form}");
    }
    let all_users = first.iter().find(|(id, ..)| *id == "mfa-all-users").unwrap();
    // Grace is an administrator, so the policy for administrators has her; the emergency account is out of both.
    let break_glass = vec!["Break glass 1".to_owned()];
    let expected =
        vec![("Break glass 1".to_owned(), break_glass.clone(), 0), ("Emergency access".to_owned(), break_glass, 1)];
    assert_eq!((all_users.1, &all_users.3), (Verdict::EnforcedExcept, &expected));
}
