//! Sign-ins that no policy stops: whether there are any, and the easiest of them.

use super::options::{Options, Ways};
use super::region::Leniency;
use super::regions::{Regions, carried};
use super::search::Search;
use super::solver::TooIntricate;
use super::space::Space;
use super::verdict::{Decision, Hole, Reason, Verdict};
use super::work::Share;
use super::{carriers, exceptions, hardest};
use crate::catalog::Suite;
use crate::policy::{Id, Policy, Property};
use crate::requirement::Resource;
use crate::signin::{At, Cause, Lens, Match, SignIn, Undefined, View, Why};
use crate::tenant::{PolicyIndex, SecurityDefaults};

/// Policies that make a tenant hard to decide, the hardest first.
pub(super) type Hardest = Vec<PolicyIndex>;

/// The decision if something is open whatever is unknown, which is so where most is open. Nothing else is read of the policies
/// for that: whom they exclude makes no difference.
pub(super) fn surely_open(
    space: &mut Space<'_>,
    regions: &mut Regions,
    options: Options,
) -> Result<Option<Decision>, Hardest> {
    space.work.allow(Share::Open);
    asking(space, regions, (&[Leniency::UnknownsHelp], options.effort), |search| {
        let is_covered = search.is_covered(Leniency::UnknownsHelp)?;
        if is_covered { Ok(None) } else { open(search, Leniency::UnknownsHelp, options.ways).map(Some) }
    })
}

/// Decides by the worst that is left open, which is nothing if everything unknown helps; or it is not known whether that is so.
pub(super) fn decide(
    space: &mut Space<'_>,
    regions: &mut Regions,
    options: Options,
    is_covered_at_best: Result<(), Hardest>,
) -> Result<Decision, Hardest> {
    space.work.allow(Share::Held);
    asking(space, regions, (&Leniency::ALL, options.effort), |search| {
        if let Some(decision) = held(search)? {
            return Ok(Ok(decision));
        }
        if let Err(hardest) = is_covered_at_best {
            return Ok(Err(hardest));
        }
        search.solver.allow(options.effort);
        if !search.is_covered(Leniency::InEveryGroup)? {
            return open(search, Leniency::InEveryGroup, options.ways).map(Ok);
        }
        search.solver.allow(options.effort);
        open(search, Leniency::WithoutExceptions, options.ways).map(Ok)
    })?
}

/// Asks; if it takes too long, tells the policies that make it hard.
fn asking<'t, T>(
    space: &mut Space<'t>,
    regions: &mut Regions,
    (readings, effort): (&[Leniency], u64),
    ask: impl FnOnce(&mut Search<'_, 't>) -> Result<T, TooIntricate>,
) -> Result<T, Hardest> {
    match search(space, regions, readings, effort) {
        Ok(mut search) => ask(&mut search).map_err(|TooIntricate| hardest::met(&search)),
        Err(TooIntricate) => Err(hardest::telling_most_apart(regions)),
    }
}

/// The decision if the requirement holds, for everybody or all but exceptions; none if there is a gap or may be one.
pub(super) fn proof(
    space: &mut Space<'_>,
    regions: &mut Regions,
    effort: u64,
) -> Result<Option<Decision>, TooIntricate> {
    space.work.allow(Share::Held);
    held(&mut search(space, regions, &[Leniency::AsWritten, Leniency::WithoutExceptions], effort)?)
}

fn search<'s, 't>(
    space: &'s mut Space<'t>,
    regions: &'s mut Regions,
    readings: &[Leniency],
    effort: u64,
) -> Result<Search<'s, 't>, TooIntricate> {
    let mut search = Search::new(space, regions, readings)?;
    search.solver.allow(effort);
    Ok(search)
}

fn held(search: &mut Search<'_, '_>) -> Result<Option<Decision>, TooIntricate> {
    if !search.is_covered(Leniency::WithoutExceptions)? {
        return Ok(None);
    }
    if search.is_covered(Leniency::AsWritten)? {
        let carriers = carriers::of_everybody(search, Leniency::AsWritten);
        return Ok(Some(Decision::without_examples(Verdict::Enforced, carried(&carriers))));
    }
    let carriers = carriers::of_everybody(search, Leniency::WithoutExceptions);
    let (exceptions, more_holes) = exceptions::of_everybody(search);
    let decision = Decision::without_examples(Verdict::EnforcedExcept, carried(&carriers));
    Ok(Some(Decision { more_holes, exceptions, ..decision }))
}

/// What gets through with the policies read like this.
fn open(search: &mut Search<'_, '_>, leniency: Leniency, ways: Ways) -> Result<Decision, TooIntricate> {
    search.space.work.allow(Share::Lists);
    let people = search.people(leniency)?;
    // Where the files do not say, one example is worth more than fifty.
    let (found, more_holes) = if leniency == Leniency::UnknownsHelp {
        search.holes(leniency, ways.most())
    } else {
        (search.first_example(leniency)?, true)
    };
    let holes: Vec<Hole> = found.iter().map(|way| search.hole(way)).collect();
    let Some(witness) = holes.first().map(|hole| &hole.sign_in) else { return Err(TooIntricate) };
    let view = &search.space.view;
    let (verdict, reason) = match leniency {
        Leniency::UnknownsHelp => (Verdict::NotEnforced, Reason::Witness),
        Leniency::InEveryGroup => (Verdict::Undecided, hinge(view, witness).ok_or(TooIntricate)?),
        Leniency::AsWritten | Leniency::WithoutExceptions => {
            (Verdict::Undecided, Reason::Membership(by_membership(view, witness)))
        }
    };
    Ok(Decision { holes, more_holes, people, ..Decision::without_examples(verdict, reason) })
}

/// The first policy of which it cannot be told whether it stops the sign-in, or whether it needs to.
fn hinge(view: &View<'_>, sign_in: &SignIn) -> Option<Reason> {
    let undefined = |id: &&Id| !id.is("AllTrusted") && view.tenant.is_trusted_location(id).is_none();
    let perhaps_network = |id: &&Id| !id.is("AllTrusted") && view.tenant.is_compliant_network(id).is_none();
    let is_in = |which: &dyn Fn(&&Id) -> bool| sign_in.locations.iter().any(|id| which(&id));
    let why = if view.requirement.outside_trusted_locations && is_in(&undefined) {
        Some(Why::LocationUndefined)
    } else if view.requirement.outside_compliant_network && is_in(&perhaps_network) {
        Some(Why::CompliantNetworkPerhaps)
    } else {
        None
    };
    if let Some(why) = why {
        for (index, policy) in view.tenant.indexed() {
            let mut causes = view.causes(policy, sign_in);
            if let Some(cause) = causes.find(|cause| cause.at.property.is_within(Property::Locations)) {
                return Some(Reason::Unknown(index, Cause { at: cause.at, why }));
            }
        }
    }
    if view.tenant.security_defaults() == SecurityDefaults::Contradicted && view.defaults_stop(sign_in) {
        return Some(Reason::ContradictedDefaults);
    }
    if let Some((suite, excluded)) = perhaps_of_suite(view, sign_in) {
        return Some(Reason::Unknown(excluded.0, Cause { at: excluded.1, why: Why::SuitePerhaps(suite) }));
    }
    for lens in [Lens::Plain, Lens::WithoutTrackedExclusions, Lens::InIncludedGroups] {
        for (index, policy) in view.tenant.indexed() {
            let outcome: Match = view.forces(policy, sign_in, lens);
            if let Match::Unknown(cause) = outcome {
                let cause: Cause = cause;
                return Some(Reason::Unknown(index, cause));
            }
        }
    }
    None
}

/// The suite that the app may or may not belong to, where the requirement is about its apps, and the policy that excludes
/// the app, with the place.
fn perhaps_of_suite(view: &View<'_>, sign_in: &SignIn) -> Option<(Suite, (PolicyIndex, At))> {
    let Resource::App(app) = &sign_in.resource else { return None };
    let asked = &view.requirement.resources;
    let suite = Suite::ALL.into_iter().find(|suite| asked.contains(&Resource::OfSuite(*suite)))?;
    if asked.contains(&sign_in.resource) || suite.holds(app).is_some() {
        return None;
    }
    let mut excluding = view.tenant.indexed().filter_map(|(index, policy)| {
        let element = policy.conditions.applications.exclude.position(|id| id == app)?;
        Some((index, At::element(Property::ExcludeApplications, element)))
    });
    Some((suite, excluding.next()?))
}

/// The policies that would stop the sign-in if the user were in one of their groups.
fn by_membership(view: &View<'_>, sign_in: &SignIn) -> Vec<PolicyIndex> {
    let view = View { undefined: Undefined::AsTheSignInSays, ..*view };
    let would = |policy: &Policy| view.forces(policy, sign_in, Lens::InIncludedGroups) == Match::Yes;
    view.tenant.indexed().filter(|(_, policy)| would(policy)).map(|(index, _)| index).collect()
}
