//! The map of a tenant as reports show it.

use super::Options;
use super::doubts::doubts;
use crate::access::{LockedOut, Necessity};
use crate::catalog::Cloud;
use crate::coverage::{self, Verdict, Ways};
use crate::discover::Candidate;
use crate::finding::PolicyRef;
use crate::map::{self, Asked, Cell, Persona, Target};
use crate::outcome::{CellLockOut, FileReport, MapCell, MapRow, Reach};
use crate::policy::{FileIndex, UserType};
use crate::requirement::{Principal, Requirement};
use crate::rules::{self, TenantFacts};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What the tenant asks of whom.
pub(super) fn rows(facts: &TenantFacts<'_>, options: &Options) -> Vec<MapRow> {
    let assumptions = options.config.assumptions_on(options.today);
    let how = coverage::Options { assumptions, ways: Ways::Mentioned, ..coverage::Options::default() };
    let rows = map::draw(facts.tenant, options.cloud, how);
    let cell = |cell: Cell, locked_out: Option<CellLockOut>| MapCell {
        asked: cell.asked,
        perhaps_more: cell.perhaps_more,
        by: cell.by.iter().map(|index| PolicyRef::to(&facts.tenant[*index])).collect(),
        by_defaults: cell.by_defaults,
        exceptions: cell.exceptions.iter().map(|(kind, id)| rules::control::principal(facts, *kind, id)).collect(),
        rests_on: cell.held.map(|held| rests_on(facts, &held, how)).unwrap_or_default(),
        example: cell.witness.map(|witness| rules::control::sign_in(facts, &witness.requirement, &witness.hole)),
        locked_out: locked_out.filter(|_| cell.asked != Asked::Blocked),
    };
    let row = |row: map::Row| {
        let locked_out = locked_out(facts, row.who, row.target, options.cloud);
        let cells = row.cells.into_iter();
        let cells = cells.map(|(client, known)| (client, known.map(|known| cell(known, locked_out.clone()))));
        MapRow { target: row.target, who: row.who, cells: cells.collect() }
    };
    rows.into_iter().map(row).collect()
}

/// Assumptions without which a requirement that holds would not.
fn rests_on(facts: &TenantFacts<'_>, held: &Requirement, how: coverage::Options) -> Vec<Vec<&'static str>> {
    let decide = |assumptions| {
        let verdict = coverage::decide(held, facts.tenant, coverage::Options { assumptions, ..how }).verdict;
        // Whether there are exceptions, the cell says by itself.
        if verdict == Verdict::EnforcedExcept { Verdict::Enforced } else { verdict }
    };
    doubts(held, how.assumptions, Verdict::Enforced, decide).into_iter().map(|doubt| doubt.without).collect()
}

/// Whether a lock-out is one of those of whom a row is: the one that reaches the most of them, and that is the most certain.
fn locked_out(facts: &TenantFacts<'_>, who: Persona, target: Target, cloud: Cloud) -> Option<CellLockOut> {
    let trust = &facts.tenant.companions.trust;
    let is_of_target = |found: &&LockedOut| match &found.resource {
        None => target.is_app(),
        Some(resource) => *resource == target.resource(cloud),
    };
    let lock_out = |found: &LockedOut| {
        let is_told = |need: &&Necessity| !need.claims().is_empty() && !need.is_an_unknown_setting(trust);
        Some(CellLockOut {
            reach: reach(facts, found, who)?,
            is_perhaps: found.needs.iter().any(|need| need.is_an_unknown_setting(trust)),
            rests_on: found.needs.iter().filter(|need| !is_told(need)).copied().collect(),
        })
    };
    let all = facts.locked_out.iter().filter(is_of_target).filter_map(lock_out);
    all.max_by_key(|lock_out| (lock_out.reach, !lock_out.is_perhaps))
}

/// How many of these a lock-out is of; none if it is not surely of any.
fn reach(facts: &TenantFacts<'_>, found: &LockedOut, who: Persona) -> Option<Reach> {
    let sign_in = &found.who;
    let is_named = sign_in.user.is_some() || !sign_in.groups.is_empty();
    match who {
        Persona::Members => found.is_of_ordinary_users().then_some(Reach::Everybody),
        Persona::Guests if is_named || !sign_in.roles.is_empty() || sign_in.user_type == UserType::Member => None,
        Persona::Guests => {
            let of_all = Persona::Guests.users().len();
            Some(if found.also.len() + 1 == of_all { Reach::Everybody } else { Reach::Some })
        }
        Persona::Administrators | Persona::GlobalAdministrators => {
            let holds = |principal: &Principal| match principal {
                Principal::Role(id) => sign_in.roles.contains(id),
                Principal::Members | Principal::Guests(_) | Principal::User(_) | Principal::Group(_) => false,
            };
            // Whoever is in no group and holds no role is refused by policies for all users.
            let excludes_no_role = |index: &usize| {
                facts.tenant.policies.get(*index).is_some_and(|policy| policy.conditions.users.exclude_roles.is_empty())
            };
            if found.is_of_ordinary_users() && found.policies.iter().all(excludes_no_role) {
                return Some(Reach::Everybody);
            }
            let is_of_holders = sign_in.user_type == UserType::Member && !is_named;
            (is_of_holders && who.users().iter().any(holds)).then_some(Reach::Some)
        }
    }
}

/// Adds the hash of each file, which is read once more.
pub(super) fn add_hashes(files: &mut [(FileIndex, FileReport)], paths: &BTreeMap<FileIndex, Candidate>) {
    for (file, report) in files {
        let bytes = paths.get(file).and_then(|candidate| candidate.bytes().ok());
        report.sha256 = bytes.map(|bytes| HEXLOWER.encode(&Sha256::digest(&bytes)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::Selection;
    use crate::discover::Input;
    use crate::lint::tenants;
    use crate::map::Client;
    use crate::outcome::TenantReport;
    use crate::policy::TransferMethod;
    use std::path::Path;
    use std::sync::atomic::AtomicUsize;

    /// A control, and the cells that are about the same sign-ins.
    struct Same {
        control: &'static str,
        target: Target,
        who: &'static [Persona],
        clients: &'static [Client],
        /// What a cell can say if the control holds.
        holds: &'static [Asked],
        /// The control holds if every cell says one of these; none if the control is about others, too.
        proves: &'static [Asked],
    }

    const MFA: &[Asked] =
        &[Asked::Mfa, Asked::MfaAndDevice, Asked::PhishingResistant, Asked::PhishingResistantAndDevice, Asked::Blocked];
    const STRONG: &[Asked] = &[Asked::PhishingResistant, Asked::PhishingResistantAndDevice, Asked::Blocked];
    const DEVICE: &[Asked] = &[Asked::Device, Asked::MfaAndDevice, Asked::PhishingResistantAndDevice, Asked::Blocked];
    const ANY: &[Asked] = &[
        Asked::MfaOrDevice,
        Asked::Device,
        Asked::Mfa,
        Asked::MfaAndDevice,
        Asked::PhishingResistant,
        Asked::PhishingResistantAndDevice,
        Asked::Blocked,
    ];
    const USERS: &[Persona] = &[Persona::Members, Persona::Guests];
    const MODERN: &[Client] = &[Client::Browser, Client::Apps, Client::DeviceCode];

    fn same(control: &'static str, target: Target, holds: &'static [Asked]) -> Same {
        let clients = if target.is_app() { MODERN } else { &[Client::Browser, Client::Apps] };
        Same { control, target, who: USERS, clients, holds, proves: holds }
    }

    fn all() -> Vec<Same> {
        let legacy = same("legacy-authentication-blocked", Target::AnyResource, MFA);
        let flow = same("device-code-flow-blocked", Target::AnyResource, &[Asked::Blocked]);
        let admins = same("mfa-admins", Target::AnyResource, MFA);
        let strong_admins = same("phishing-resistant-admins", Target::AnyResource, STRONG);
        vec![
            same("mfa-all-users", Target::AnyResource, MFA),
            same("mfa-azure-management", Target::AzureManagement, MFA),
            same("mfa-admin-portals", Target::AdminPortals, MFA),
            same("device-registration", Target::DeviceRegistration, MFA),
            same("phishing-resistant-all-users", Target::AnyResource, STRONG),
            same("managed-device-or-mfa", Target::AnyResource, ANY),
            Same { proves: DEVICE, ..same("managed-devices", Target::AnyResource, DEVICE) },
            Same { who: &[Persona::Guests], ..same("mfa-guests", Target::AnyResource, MFA) },
            Same { clients: &[Client::Legacy], ..legacy },
            Same { clients: &[Client::DeviceCode], ..flow },
            Same { who: &[Persona::GlobalAdministrators], proves: &[], ..admins },
            Same { who: &[Persona::GlobalAdministrators], proves: &[], ..strong_admins },
        ]
    }

    fn judged(folder: &Path) -> Vec<TenantReport> {
        let selection = Selection { everything: true, ..Selection::default() };
        let options = Options { map: true, selection, ..Options::default() };
        tenants("tenant", &[Input::Path(folder.to_owned())], &options, &AtomicUsize::new(0))
    }

    /// The proof of a control and that of a cell are about the same sign-ins, and each is made without the other.
    #[test]
    fn the_map_and_the_verdicts_of_a_tenant_agree() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata");
        let (mut held, mut open, mut locked) = (0, 0, 0);
        for folder in std::fs::read_dir(root).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_dir())
        {
            for tenant in judged(&folder) {
                let cells = |same: &Same| -> Vec<&MapCell> {
                    let rows = tenant.map.iter().filter(|row| row.target == same.target && same.who.contains(&row.who));
                    let cells = rows.flat_map(|row| &row.cells).filter(|(client, _)| same.clients.contains(client));
                    cells.filter_map(|(_, cell)| cell.as_ref()).collect()
                };
                for same in all() {
                    let Some(control) = tenant.controls.iter().find(|control| control.id == same.control) else {
                        continue;
                    };
                    let cells = cells(&same);
                    let at = || format!("{}, {}: {cells:#?}", folder.display(), same.control);
                    assert_eq!(cells.len(), same.who.len() * same.clients.len(), "{}", at());
                    let is_transfer = |(sign_in, _): &(crate::signin::SignIn, _)| {
                        sign_in.flow == TransferMethod::AuthenticationTransfer
                    };
                    match control.verdict {
                        Verdict::Enforced | Verdict::EnforcedExcept => {
                            assert!(cells.iter().all(|cell| same.holds.contains(&cell.asked)), "{}", at());
                            held += 1;
                        }
                        // The table has no column for that flow.
                        Verdict::NotEnforced if control.holes.iter().all(is_transfer) => {}
                        Verdict::NotEnforced | Verdict::Undecided => {
                            assert!(!cells.iter().all(|cell| same.proves.contains(&cell.asked)), "{}", at());
                            open += 1;
                        }
                    }
                }
                // Whoever gets in with a password alone is not locked out.
                let all = tenant.map.iter().flat_map(|row| &row.cells).filter_map(|(_, cell)| cell.as_ref());
                for cell in all.filter(|cell| cell.locked_out.is_some()) {
                    assert!(!matches!(cell.asked, Asked::Nothing | Asked::Blocked), "{}: {cell:?}", folder.display());
                    locked += 1;
                }
            }
        }
        assert!(held > 20 && open > 100 && locked > 5, "{held} {open} {locked}");
    }
}
