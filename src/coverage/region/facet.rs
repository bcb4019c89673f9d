//! The sign-ins to which a policy applies, taken apart: what each of its properties says.

use super::{Leniency, Reader};
use crate::coverage::doubt::{Doubts, Side};
use crate::coverage::formula::Formula;
use crate::coverage::space::Space;
use crate::policy::Policy;

/// A part of a policy that alone can keep it from applying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// `state`, and whether the policy counts at all.
    State,
    /// `applications`
    Applications,
    /// Whom `users` includes.
    IncludeUsers,
    /// Whom `users` excludes.
    ExcludeUsers,
    /// `clientAppTypes`
    ClientAppTypes,
    /// `includePlatforms`
    IncludePlatforms,
    /// `excludePlatforms`
    ExcludePlatforms,
    /// `includeLocations`
    IncludeLocations,
    /// `excludeLocations`
    ExcludeLocations,
    /// `deviceFilter`
    Devices,
    /// `signInRiskLevels`
    SignInRisk,
    /// `userRiskLevels`
    UserRisk,
    /// `insiderRiskLevels`
    InsiderRisk,
    /// `transferMethods`
    Flows,
    /// Workload identities, and conditions without a model.
    Others,
}

/// Each facet of a policy with the sign-ins on which it lets the policy apply. The policy applies where all of them do. What
/// is unknown is a term.
pub(crate) fn facets(space: &mut Space<'_>, policy: &Policy, side: Side, index: usize) -> Vec<(Facet, Formula)> {
    let doubts = Doubts::Terms(side, index);
    let mut reader = Reader::new(space, policy, Leniency::AsWritten, doubts);
    let (include_platforms, exclude_platforms) = reader.platform_lists();
    let (include_locations, exclude_locations) = reader.location_lists();
    vec![
        (Facet::State, reader.in_force()),
        (Facet::Applications, reader.applications()),
        (Facet::IncludeUsers, reader.users_included()),
        (Facet::ExcludeUsers, reader.users_not_excluded()),
        (Facet::ClientAppTypes, reader.client_app_types()),
        (Facet::IncludePlatforms, include_platforms),
        (Facet::ExcludePlatforms, exclude_platforms),
        (Facet::IncludeLocations, include_locations),
        (Facet::ExcludeLocations, exclude_locations),
        (Facet::Devices, reader.device_filter()),
        (Facet::SignInRisk, reader.sign_in_risk()),
        (Facet::UserRisk, reader.user_risk()),
        (Facet::InsiderRisk, reader.insider_risk()),
        (Facet::Flows, reader.flows()),
        (Facet::Others, reader.others()),
    ]
}
