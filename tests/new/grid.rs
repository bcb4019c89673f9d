//! New policies for many tenants, held against sign-ins one by one: with code that knows nothing of the solver.

use super::{Files, TODAY, find};
use caplint::catalog::Cloud;
use caplint::coverage::{self, view};
use caplint::diff::Access;
use caplint::new_policy::{Answer, Format, New};
use caplint::policy::{ClientAppType, Fact, Id, Platform, RiskLevel, State, TransferMethod, UserType};
use caplint::replay::replay;
use caplint::requirement::{Principal, Requirement, Resource};
use caplint::signin::{Outcome, SignIn};
use serde_json::Value;

const CONTROLS: [&str; 6] = [
    "mfa-all-users",
    "mfa-guests",
    "managed-devices",
    "legacy-authentication-blocked",
    "high-risk-users-blocked",
    "sign-in-frequency-all-users",
];

/// External users have devices and methods, so that fewer policies are refused.
const CONFIG: &str =
    "[assumptions]\nguests-have-no-managed-device = false\nguests-use-methods-of-this-tenant = false\n";

/// Every combination of a few values of each coordinate.
fn sign_ins() -> Vec<SignIn> {
    let app = Resource::App(Id::new("797f4846-ba00-4fd7-ba43-dac1f8f63013"));
    let mut all = vec![SignIn::attacker(app), SignIn::attacker(Resource::Other)];
    let mut vary = |changes: &[&dyn Fn(&mut SignIn)]| {
        let changed = |one: &SignIn| {
            changes
                .iter()
                .map(|change| {
                    let mut other = one.clone();
                    change(&mut other);
                    other
                })
                .collect::<Vec<_>>()
        };
        all = all.iter().flat_map(changed).collect();
    };
    let clients = [
        ClientAppType::Browser,
        ClientAppType::MobileAppsAndDesktopClients,
        ClientAppType::ExchangeActiveSync,
        ClientAppType::Other,
    ];
    let of_client = clients.map(|client| move |one: &mut SignIn| one.client_app = client);
    vary(&of_client.each_ref().map(|change| change as &dyn Fn(&mut SignIn)));
    vary(&[&|_| {}, &|one| {
        one.user_type = UserType::B2bCollaborationGuest;
        one.external_tenant = Some(Id::new("d0000000-0000-4000-8000-000000000001"));
    }]);
    vary(&[&|_| {}, &|one| one.platform = Platform::Windows]);
    vary(&[&|_| {}, &|one| _ = one.locations.insert(Id::new("AllTrusted"))]);
    vary(&[&|_| {}, &|one| one.sign_in_risk = RiskLevel::High]);
    vary(&[&|_| {}, &|one| one.user_risk = RiskLevel::High]);
    vary(&[&|_| {}, &|one| one.flow = TransferMethod::DeviceCodeFlow]);
    vary(&[&|_| {}, &|one| one.device.set("isCompliant", "True")]);
    vary(&[&|_| {}, &|one| _ = one.groups.insert(Id::new("b6000000-0000-4000-8000-000000000001"))]);
    all
}

fn concerns(requirement: &Requirement, sign_in: &SignIn) -> bool {
    let is_of_kind = |user: &Principal| *user == Principal::Guests(sign_in.user_type);
    requirement.clients.contains(&sign_in.client_app)
        && (requirement.user_risk.is_empty() || requirement.user_risk.contains(&sign_in.user_risk))
        && (requirement.users.is_empty() || requirement.users.iter().any(is_of_kind))
}

/// Whether whatever lets somebody in after would have done so before.
fn is_as_strict(before: &Access, after: &Access) -> bool {
    match (before, after) {
        (_, Access::Blocked) => true,
        (Access::Blocked, Access::Granted | Access::Needs(_)) => false,
        (Access::Granted | Access::Needs(_), Access::Granted | Access::Needs(_)) => {
            before.requires().iter().all(|clause| after.requires().contains(clause))
        }
    }
}

#[test]
fn a_new_policy_stops_every_sign_in_that_it_is_for_and_loosens_none() {
    let variants: Vec<Value> = serde_json::from_str(include_str!("../../testdata/variants.json")).unwrap();
    let sign_ins = sign_ins();
    assert_eq!(sign_ins.len(), 2_048);
    let (mut made, mut closed) = (0, 0);
    // All of them take minutes, and find no more.
    for variant in variants.iter().step_by(5) {
        let files = Files::of(variant["policies"].as_array().unwrap(), CONFIG);
        let config = files.config();
        let options = coverage::Options { assumptions: config.assumptions_on(TODAY), ..coverage::Options::default() };
        let before = files.tenant();
        for control in CONTROLS {
            let Ok(Answer::New(New { text, .. })) = files.make(control, Format::Graph) else { continue };
            made += 1;
            let mut after = files.with("new.json", &text).tenant();
            let new = after.policies.iter_mut().filter(|policy| policy.state == Fact::Known(State::ReportOnly));
            let new = new.filter(|policy| !before.policies.iter().any(|old| old.says_the_same(policy)));
            new.for_each(|policy| policy.state = Fact::Known(State::Enabled));
            let requirement = find(control, &config).requirement(Cloud::Public).unwrap();
            for sign_in in sign_ins.iter().step_by(3) {
                let outcome = |tenant| view(&requirement, tenant, options).evaluate(sign_in).outcome;
                let stopped = |outcome| matches!(outcome, Outcome::Forced(_));
                if concerns(&requirement, sign_in) {
                    assert!(stopped(outcome(&after)), "{} {control}: {sign_in:?}\n{text}", variant["id"]);
                    closed += usize::from(!stopped(outcome(&before)));
                }
                let [one, two] = [&before, &after].map(|tenant| replay(tenant, sign_in, options).access);
                assert!(is_as_strict(&one, &two), "{} {control}: {one:?} {two:?} {sign_in:?}", variant["id"]);
            }
        }
    }
    assert!(made > 50 && closed > 5_000, "{made} policies, {closed} sign-ins");
}
