//! A way in as a baseline knows it: by ids and Microsoft's words, so that a renamed group is the group that it was, and two
//! groups of one name are two.

use crate::coverage::{Coordinate, Exception, Hole};
use crate::policy::{Id, Words};
use crate::requirement::Resource;
use crate::signin::SignIn;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What a sign-in departs in, with the values.
pub(super) fn mark(hole: &Hole) -> String {
    let coordinates: BTreeSet<Coordinate> = hole.departs.iter().copied().collect();
    let mut mark = String::new();
    for coordinate in coordinates {
        // Writing to a string cannot fail.
        let _ = writeln!(mark, "{}", value(&hole.sign_in, coordinate));
    }
    mark
}

/// Whether an exception alone is enough to get through.
pub(in crate::rules) fn is_always_outside(exception: &Exception) -> bool {
    exception.holes.iter().any(|hole| hole.departs.len() <= 1)
}

fn value(sign_in: &SignIn, coordinate: Coordinate) -> String {
    match coordinate {
        Coordinate::User => format!("user {}", sign_in.user.iter().map(Id::to_string).collect::<String>()),
        Coordinate::UserType => format!("user type {}", sign_in.user_type.word()),
        Coordinate::ExternalTenant => {
            format!("external tenant {}", sign_in.external_tenant.iter().map(Id::to_string).collect::<String>())
        }
        Coordinate::Groups => ids("groups", &sign_in.groups),
        Coordinate::Roles => ids("roles", &sign_in.roles),
        Coordinate::Resource => match &sign_in.resource {
            Resource::App(id) => format!("app {id}"),
            Resource::UserAction(action) => format!("user action {action}"),
            Resource::AuthenticationContext(context) => format!("authentication context {context}"),
            Resource::OfSuite(suite) => format!("app of {}", suite.word()),
            Resource::Other | Resource::Every => "another app".to_owned(),
        },
        Coordinate::ClientApp => format!("client app {}", sign_in.client_app.word()),
        Coordinate::Platform => format!("platform {}", sign_in.platform.word()),
        Coordinate::Locations => ids("locations", &sign_in.locations),
        Coordinate::Device => {
            let attributes = sign_in.device.attributes.iter().map(|(attribute, value)| format!("{attribute}={value}"));
            let collections = sign_in.device.collections.iter();
            let strings = collections
                .flat_map(|(attribute, strings)| strings.iter().map(move |string| format!("{attribute} has {string}")));
            let opaque =
                sign_in.device.opaque.iter().map(|(expression, is_true)| format!("({expression}) is {is_true}"));
            let all: Vec<String> = attributes.chain(strings).chain(opaque).collect();
            format!("device {}", all.join(", "))
        }
        Coordinate::SignInRisk => format!("sign-in risk {}", sign_in.sign_in_risk.word()),
        Coordinate::UserRisk => format!("user risk {}", sign_in.user_risk.word()),
        Coordinate::InsiderRisk => format!("insider risk {}", sign_in.insider_risk.word()),
        Coordinate::Flow => format!("flow {}", sign_in.flow.word()),
    }
}

fn ids(what: &str, ids: &BTreeSet<Id>) -> String {
    let ids: Vec<String> = ids.iter().map(Id::to_string).collect();
    format!("{what} {}", ids.join(" "))
}
