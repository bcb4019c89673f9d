//! One directory in the forms in which tools export it: the same verdicts, exceptions and people.

use caplint::controls::Selection;
use caplint::coverage::Verdict;
use caplint::discover::Input;
use caplint::lint::{Options, files, tenants};
use caplint::outcome::TenantReport;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

/// Folders below `exports`.
const FORMS: [&str; 5] = ["expanded", "member-lists", "transitive-members", "entra-exporter", "azurehound"];

/// A policy for all users, except for the emergency group.
const EVERYBODY: &str = r#"{
    "id": "c0000000-0000-4000-8000-000000000003", "displayName": "CA012 - MFA for everybody", "state": "enabled",
    "conditions": {
        "clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]},
        "users": {"includeUsers": ["All"], "excludeGroups": ["b0000000-0000-4000-8000-000000000003"]}
    },
    "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}
}"#;

fn check(form: &str) -> TenantReport {
    let here = Path::new("tests/directory");
    check_paths(form, &[here.join("policies.json"), here.join("exports").join(form)])
}

fn check_paths(form: &str, paths: &[PathBuf]) -> TenantReport {
    let inputs: Vec<Input> = paths.iter().cloned().map(Input::Path).collect();
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

/// Configurations of Microsoft365DSC have names in place of ids, and say neither that there are no other users nor who holds
/// a role. What Graph says without these is the same.
#[test]
fn a_configuration_with_names_says_what_ids_say() {
    let here = Path::new("tests/directory");
    let export = here.join("exports/microsoft365dsc");
    let by_name = check_paths("names", &[export]);
    let folder = tempfile::tempdir().unwrap();
    let users = fs::read_to_string(here.join("exports/expanded/users.json")).unwrap();
    let goes_on =
        users.replacen('{', r#"{"@odata.nextLink": "https://graph.microsoft.com/v1.0/users?$skiptoken=x","#, 1);
    fs::write(folder.path().join("users.json"), goes_on).unwrap();
    fs::write(folder.path().join("everybody.json"), EVERYBODY).unwrap();
    let paths = [here.join("policies.json"), here.join("exports/expanded/groups.json"), folder.path().to_owned()];
    let sorted = |mut said: Said| {
        for (_, _, people, exceptions) in &mut said {
            people.sort();
            for (_, people, _) in exceptions {
                people.sort();
            }
        }
        said
    };
    assert_eq!(sorted(said(&by_name)), sorted(said(&check_paths("ids", &paths))));
    let all_users = by_name.controls.iter().find(|control| control.id == "mfa-all-users").unwrap();
    let people = all_users.exceptions[0].people.as_ref().unwrap();
    let mut ids: Vec<&str> = people.users.iter().map(|user| user.id.as_str()).collect();
    ids.sort_unstable();
    // No id is made up.
    assert_eq!(ids, ["break.glass.1@$OrganizationName", "grace.hopper@$OrganizationName"]);
    assert_eq!((all_users.verdict, people.others), (Verdict::EnforcedExcept, 1));
}

/// What IntuneManagement exports beside policies has names, and nobody's membership.
#[test]
fn groups_without_members_have_names_and_decide_nothing() {
    let here = Path::new("tests/directory");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("everybody.json"), EVERYBODY).unwrap();
    let policies = [here.join("policies.json"), folder.path().to_owned()];
    let alone = check_paths("alone", &policies);
    let [one, other] = policies;
    let named = check_paths("named", &[one, other, here.join("exports/intune-management")]);
    let verdicts = |report: &TenantReport| -> Vec<_> {
        report.controls.iter().map(|control| (control.id, control.verdict, control.exceptions.len())).collect()
    };
    assert_eq!(verdicts(&named), verdicts(&alone));
    let exceptions = named.controls.iter().flat_map(|control| &control.exceptions);
    let (shown, people): (BTreeSet<_>, Vec<_>) =
        exceptions.map(|exception| (exception.name.as_deref().unwrap(), &exception.people)).unzip();
    assert_eq!(shown, BTreeSet::from(["Emergency access"]));
    assert!(people.iter().all(|people| people.as_ref().is_none_or(|people| !people.is_everybody)));
    let kinds: BTreeSet<String> = files(&[Input::Path(here.join("exports/intune-management"))])
        .into_iter()
        .map(|file| file.kind.to_string())
        .collect();
    assert_eq!(kinds, BTreeSet::from(["a group".to_owned(), "a migration table".to_owned()]));
}

/// The database that ROADrecon makes, in a folder that holds other databases, too.
#[cfg(feature = "roadrecon")]
#[test]
fn a_database_of_roadrecon_says_the_same() {
    let here = Path::new("tests/directory");
    let folder = tempfile::tempdir().unwrap();
    let sql = fs::read_to_string(here.join("roadrecon.sql")).unwrap();
    rusqlite::Connection::open(folder.path().join("roadrecon.db")).unwrap().execute_batch(&sql).unwrap();
    fs::write(folder.path().join("Thumbs.db"), "no database").unwrap();
    let other = rusqlite::Connection::open(folder.path().join("places.sqlite")).unwrap();
    other.execute_batch("CREATE TABLE places (id)").unwrap();
    let report = check_paths("roadrecon", &[here.join("policies.json"), folder.path().to_owned()]);
    assert_eq!(said(&report), said(&check(FORMS[0])));
    assert_eq!((report.files, report.findings.iter().any(|finding| finding.rule == "unreadable-file")), (2, false));
    let kinds: Vec<String> =
        files(&[Input::Path(folder.path().to_owned())]).iter().map(|file| file.kind.to_string()).collect();
    assert_eq!(kinds, ["a ROADrecon database"]);
}

/// A database that is damaged, or that this build does not read, is one finding, and the run goes on.
#[test]
fn a_database_that_is_not_read_is_one_finding() {
    let here = Path::new("tests/directory");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roadrecon.db");
    fs::write(&path, b"SQLite format 3\0 CREATE TABLE lnk_group_member_user").unwrap();
    let report = check_paths("roadrecon", &[here.join("policies.json"), folder.path().to_owned()]);
    let rules: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.primary().path.ends_with("roadrecon.db"))
        .map(|finding| finding.rule)
        // A control points to it as well: policies may be in it.
        .filter(|rule| report.controls.iter().all(|control| control.id != *rule))
        .collect();
    let expected = if cfg!(feature = "roadrecon") { "unreadable-file" } else { "unread-format" };
    assert_eq!((rules, report.policies), (vec![expected], 2));
}
