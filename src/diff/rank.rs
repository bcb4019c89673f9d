//! How much a change matters.

use super::difference::{Certainty, Change, Kind};
use crate::catalog;
use crate::finding::Level;
use crate::policy::{REGISTER_SECURITY_INFO, UserType};
use crate::requirement::Resource;
use crate::signin::SignIn;

/// What is lost by a loosening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Loss {
    /// Terms of use, an app, a custom control.
    Other,
    /// A managed device.
    Device,
    /// Methods that resist phishing.
    PhishingResistance,
    /// It was blocked, and something is still asked for.
    Block,
    /// A password alone is enough.
    Everything,
}

/// What decides the order of changes, the worst first.
pub(super) fn order(change: &Change, loss: Loss, departures: (usize, u32)) -> impl Ord + use<> {
    let sign_in = &change.witness[1];
    (
        change.certainty,
        kind(change.kind),
        std::cmp::Reverse(loss),
        std::cmp::Reverse(breadth(sign_in)),
        std::cmp::Reverse(resource(&sign_in.resource)),
        departures,
    )
}

fn kind(kind: Kind) -> u8 {
    match kind {
        Kind::Loosened | Kind::NewlyUnblocked => 0,
        Kind::NewlyBlocked => 1,
        Kind::Tightened => 2,
        Kind::SessionChanged => 3,
    }
}

/// Of how many people the sign-in may be one.
fn breadth(sign_in: &SignIn) -> u8 {
    if sign_in.user.is_some() {
        0
    } else if !sign_in.groups.is_empty() {
        1
    } else if sign_in.user_type != UserType::Member || !sign_in.roles.is_empty() {
        2
    } else {
        3
    }
}

fn resource(resource: &Resource) -> u8 {
    match resource {
        Resource::Other | Resource::Every => 3,
        Resource::App(id) if catalog::is_management_api(id) => 3,
        Resource::UserAction(action) if action.is(REGISTER_SECURITY_INFO) => 3,
        Resource::OfSuite(_) => 2,
        Resource::App(_) | Resource::UserAction(_) => 1,
        Resource::AuthenticationContext(_) => 0,
    }
}

/// The level of a change.
pub(super) fn level(kind: Kind, certainty: Certainty, loss: Loss) -> Level {
    let certain = match kind {
        Kind::Loosened | Kind::NewlyUnblocked if loss >= Loss::PhishingResistance => Level::Error,
        Kind::Loosened | Kind::NewlyUnblocked | Kind::NewlyBlocked => Level::Warning,
        Kind::Tightened | Kind::SessionChanged => Level::Info,
    };
    match (certainty, certain) {
        (Certainty::Certain, level) => level,
        (Certainty::Possible, Level::Error) => Level::Warning,
        (Certainty::Possible, Level::Warning) if kind.is_loosening() => Level::Warning,
        (Certainty::Possible, Level::Warning | Level::Info) => Level::Info,
    }
}
