//! The answer: what changed, for whom, and because of which edits.

use super::atom::Atom;
use crate::coverage::prover::OF_A_CONTROL;
use crate::coverage::{Coordinate, Facet, Side};
use crate::finding::Level;
use crate::policy::{GrantControl, Id, SessionControl, UserType, Words};
use crate::requirement::{Assumptions, Resource};
use crate::signin::SignIn;
use crate::syntax::Pointer;
use std::fmt;

/// How tenants are compared.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What Microsoft leaves undocumented.
    pub assumptions: Assumptions,
    /// Conflicts that the solver may meet before it gives up.
    pub effort: u64,
    /// Steps that all questions may take together, in the units of [`coverage::Options`](crate::coverage::Options).
    pub work: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { assumptions: Assumptions::default(), effort: 1_000_000, work: 4 * OF_A_CONTROL }
    }
}

/// What of a tenant refuses sign-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// A policy, by its index in [`Tenant::policies`](crate::tenant::Tenant::policies).
    Policy(usize),
    /// Security defaults, as far as they block.
    DefaultsBlock,
    /// Security defaults, as far as they ask for MFA.
    DefaultsAsk,
}

impl Which {
    /// The index of the policy, if it is one.
    #[must_use]
    pub fn policy(self) -> Option<usize> {
        match self {
            Self::Policy(index) => Some(index),
            Self::DefaultsBlock | Self::DefaultsAsk => None,
        }
    }
}

/// Whether the tenants differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No sign-in changes.
    Equal,
    /// A sign-in changes, however what is unknown turns out.
    Changed,
    /// A sign-in changes if what is unknown turns out in some way.
    PossiblyChanged,
    /// The policies encode a puzzle that takes too long to solve.
    Undecided,
}

impl Verdict {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Changed => "changed",
            Self::PossiblyChanged => "possibly-changed",
            Self::Undecided => "undecided",
        }
    }
}

/// Whether sign-ins change in one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Class {
    /// No sign-in does.
    #[default]
    No,
    /// Some does if what is unknown turns out in some way.
    Possibly,
    /// Some does.
    Yes,
    /// It took too long to tell.
    Undecided,
}

impl Class {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Possibly => "possibly",
            Self::Yes => "yes",
            Self::Undecided => "undecided",
        }
    }

    pub(super) fn raise(&mut self, certainty: Certainty) {
        *self = match (*self, certainty) {
            (Self::Yes, _) | (_, Certainty::Certain) => Self::Yes,
            (Self::No | Self::Possibly | Self::Undecided, Certainty::Possible) => Self::Possibly,
        };
    }
}

/// The ways in which sign-ins can change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Classes {
    /// Something is enough after that was not enough before.
    pub loosened: Class,
    /// Something was enough before that is not enough after.
    pub tightened: Class,
    /// Blocked after and not before.
    pub newly_blocked: Class,
    /// Blocked before and not after.
    pub newly_unblocked: Class,
    /// Other session controls, where neither side blocks.
    pub session_changed: Class,
}

impl Classes {
    /// All of them.
    #[must_use]
    pub fn all(self) -> [Class; 5] {
        let Self { loosened, tightened, newly_blocked, newly_unblocked, session_changed } = self;
        [loosened, tightened, newly_blocked, newly_unblocked, session_changed]
    }

    /// Says something else wherever it says that no sign-in changes.
    pub(super) fn replace_no(&mut self, by: Class) {
        let Self { loosened, tightened, newly_blocked, newly_unblocked, session_changed } = self;
        for class in [loosened, tightened, newly_blocked, newly_unblocked, session_changed] {
            if *class == Class::No {
                *class = by;
            }
        }
    }
}

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Something is enough after that was not.
    Loosened,
    /// Blocked before and not after.
    NewlyUnblocked,
    /// Blocked after and not before.
    NewlyBlocked,
    /// Something is not enough after that was.
    Tightened,
    /// Other session controls.
    SessionChanged,
}

impl Kind {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Loosened => "loosened",
            Self::NewlyUnblocked => "newly-unblocked",
            Self::NewlyBlocked => "newly-blocked",
            Self::Tightened => "tightened",
            Self::SessionChanged => "session-changed",
        }
    }

    /// The tenant whose policy refuses, or asks for the session control, on the sign-ins that change.
    #[must_use]
    pub fn is_loosening(self) -> bool {
        match self {
            Self::Loosened | Self::NewlyUnblocked => true,
            Self::NewlyBlocked | Self::Tightened | Self::SessionChanged => false,
        }
    }
}

/// How sure a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// However what is unknown turns out.
    Certain,
    /// If what is unknown turns out in some way.
    Possible,
}

impl Certainty {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Possible => "possible",
        }
    }
}

/// The part of a policy that lets a sign-in go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// The policy is there on one side only.
    Policy,
    /// A condition or the state.
    Facet(Facet),
    /// `grantControls`
    GrantControls,
    /// `sessionControls`
    SessionControls,
}

impl Property {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::GrantControls => "grantControls",
            Self::SessionControls => "sessionControls",
            Self::Facet(facet) => match facet {
                Facet::State => "state",
                Facet::Applications => "applications",
                Facet::IncludeUsers | Facet::ExcludeUsers => "users",
                Facet::ClientAppTypes => "clientAppTypes",
                Facet::IncludePlatforms | Facet::ExcludePlatforms => "platforms",
                Facet::IncludeLocations | Facet::ExcludeLocations => "locations",
                Facet::Devices => "devices",
                Facet::SignInRisk => "signInRiskLevels",
                Facet::UserRisk => "userRiskLevels",
                Facet::InsiderRisk => "insiderRiskLevels",
                Facet::Flows => "authenticationFlows",
                Facet::Others => "conditions",
            },
        }
    }
}

/// Users by what they have in common, as policies name them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// Everybody.
    All,
    /// One user.
    User(Id),
    /// Members of a group.
    Group(Id),
    /// Holders of a directory role.
    Role(Id),
    /// Guests of these types, of these home tenants or of any.
    Guests(Vec<UserType>, Option<Vec<Id>>),
}

/// Which of a list of ids must hold, and which must not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope<T> {
    /// One of each of these.
    pub all_of: Vec<Vec<T>>,
    /// None of these.
    pub none_of: Vec<T>,
}

impl<T> Default for Scope<T> {
    fn default() -> Self {
        Self { all_of: Vec::new(), none_of: Vec::new() }
    }
}

/// Resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resources {
    /// These.
    These(Vec<Resource>),
    /// All but these.
    AllBut(Vec<Resource>),
}

/// Something about the device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceFact {
    /// The rule of a filter matches, or does not.
    Rule(Box<str>, bool),
    /// It is marked as compliant, or is not.
    Compliant(bool),
    /// It is hybrid joined, or is not.
    HybridJoined(bool),
}

/// A property of sign-ins that has one of a few values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// The client app.
    ClientAppTypes,
    /// The platform.
    DevicePlatforms,
    /// The risk of the sign-in.
    SignInRiskLevels,
    /// The risk of the user.
    UserRiskLevels,
    /// The insider risk of the user.
    InsiderRiskLevels,
    /// The authentication flow.
    AuthenticationFlows,
}

impl Dimension {
    /// The key in the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ClientAppTypes => "clientAppTypes",
            Self::DevicePlatforms => "devicePlatforms",
            Self::SignInRiskLevels => "signInRiskLevels",
            Self::UserRiskLevels => "userRiskLevels",
            Self::InsiderRiskLevels => "insiderRiskLevels",
            Self::AuthenticationFlows => "authenticationFlows",
        }
    }
}

/// Sign-ins, described by what they have in common. What is empty restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Region {
    /// Whose.
    pub users: Scope<Principal>,
    /// From where.
    pub locations: Scope<Id>,
    /// To what; none for any resource.
    pub resources: Option<Resources>,
    /// Lists of values.
    pub values: Vec<(Dimension, Vec<&'static str>)>,
    /// With what devices.
    pub device: Vec<DeviceFact>,
}

/// Policies that still ask in parts of a region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Except {
    /// Those of the tenant before.
    pub before: Vec<Which>,
    /// Those of the tenant after.
    pub after: Vec<Which>,
}

/// A grant control that a sign-in needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// One of `builtInControls`.
    BuiltIn(GrantControl),
    /// A custom control.
    Custom(Id),
    /// Terms of use.
    TermsOfUse(Id),
    /// An authentication strength; none if its id is not known.
    Strength(Option<Id>),
}

impl Control {
    /// Whether it is this built-in control.
    #[must_use]
    pub fn is(&self, control: GrantControl) -> bool {
        *self == Self::BuiltIn(control)
    }

    /// Reads what a report writes.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("custom", id)) => Some(Self::Custom(Id::new(id))),
            Some(("tou", id)) => Some(Self::TermsOfUse(Id::new(id))),
            Some(("strength", "unknown")) => Some(Self::Strength(None)),
            Some(("strength", id)) => Some(Self::Strength(Some(Id::new(id)))),
            Some(_) => None,
            None => GrantControl::of(text).map(Self::BuiltIn),
        }
    }
}

/// As the JSON report has it.
impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(control) => f.write_str(control.word()),
            Self::Custom(id) => write!(f, "custom:{id}"),
            Self::TermsOfUse(id) => write!(f, "tou:{id}"),
            Self::Strength(Some(id)) => write!(f, "strength:{id}"),
            Self::Strength(None) => f.write_str("strength:unknown"),
        }
    }
}

/// Whether a sign-in is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// It is not, whatever is brought.
    Blocked,
    /// It is, and nothing is asked for.
    Granted,
    /// It is if all of these lists are met; of each, one control is enough.
    Needs(Vec<Vec<Control>>),
}

impl Access {
    /// What lets somebody in who meets one control.
    #[must_use]
    pub fn of(control: GrantControl) -> Self {
        Self::Needs(vec![vec![Control::BuiltIn(control)]])
    }

    /// What lets somebody in who meets all of these lists, in an order of their own.
    #[must_use]
    pub fn needing(mut requires: Vec<Vec<Control>>) -> Self {
        requires.sort_by_cached_key(|clause| clause.iter().map(ToString::to_string).collect::<Vec<_>>());
        requires.dedup();
        if requires.is_empty() { Self::Granted } else { Self::Needs(requires) }
    }

    /// The word of the JSON report.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Granted => "granted",
            Self::Needs(_) => "needs",
        }
    }

    /// What is needed.
    #[must_use]
    pub fn requires(&self) -> &[Vec<Control>] {
        match self {
            Self::Blocked | Self::Granted => &[],
            Self::Needs(all) => all,
        }
    }
}

/// What becomes of a sign-in in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it is let in.
    pub access: Access,
    /// What applies.
    pub policies: Vec<Which>,
}

/// A policy on one side.
pub type Party = Option<Which>;

/// A place that explains a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// In which tenant.
    pub side: Side,
    /// In which policy, by its index.
    pub policy: usize,
    /// Where in it, in Graph's words.
    pub pointer: Pointer,
    /// What is to be seen there.
    pub message: &'static str,
}

/// A policy whose edit brings a change about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The policy before.
    pub before: Party,
    /// The policy after.
    pub after: Party,
    /// What lets the sign-in go.
    pub property: Property,
    /// The places.
    pub places: Vec<Place>,
}

/// Sign-ins that change for one reason.
#[derive(Debug, Clone)]
pub struct Change {
    /// How they change.
    pub kind: Kind,
    /// How sure it is.
    pub certainty: Certainty,
    /// Index of the group.
    pub group: usize,
    /// How much it matters.
    pub level: Level,
    /// What lets them go.
    pub property: Property,
    /// The largest ways that are lost or gained, each as what is withheld.
    pub ways: Vec<Vec<Atom>>,
    /// Session controls that are lost (false) or gained (true).
    pub session: Option<(bool, Vec<SessionControl>)>,
    /// The sign-ins.
    pub region: Region,
    /// But for those of which these policies still ask.
    pub except: Except,
    /// What it depends on: tenant, policy, place and why that is not known.
    pub depends_on: Vec<(Side, usize, Pointer, &'static str)>,
    /// One of the sign-ins, as each tenant sees it.
    pub witness: [SignIn; 2],
    /// The coordinates in which it differs from what an attacker tries first.
    pub relevant: Vec<Coordinate>,
    /// What becomes of the witness before and after.
    pub outcomes: [Outcome; 2],
    /// The edits. A loosening takes all of them, a tightening any.
    pub causes: Vec<Cause>,
}

/// Changes by the same edit, in however many policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The kind of its changes.
    pub kind: Kind,
    /// The property that was edited.
    pub property: Property,
    /// Values that were removed.
    pub removed: Vec<String>,
    /// Values that were added.
    pub added: Vec<String>,
    /// Indices of its changes.
    pub changes: Vec<usize>,
}

impl Group {
    /// Whether its changes are told one by one: policies that are turned off have nothing else in common.
    #[must_use]
    pub fn is_told_apart(&self) -> bool {
        self.property == Property::Facet(Facet::State) && self.kind.is_loosening()
    }
}

/// What an edit of a policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing.
    None,
    /// Only session controls change.
    Session,
    /// Something is enough that was not.
    Loosens,
    /// Something is not enough that was.
    Tightens,
    /// Both.
    Both,
}

impl Effect {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Session => "session",
            Self::Loosens => "loosens",
            Self::Tightens => "tightens",
            Self::Both => "both",
        }
    }
}

/// What keeps an edit without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Masked {
    /// A policy of the tenant before or after asks for it anyway.
    By(Side, Which),
    /// The policy is not in force.
    NotInForce,
}

/// A policy that means something else after than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The policy before.
    pub before: Party,
    /// The policy after.
    pub after: Party,
    /// What differs.
    pub properties: Vec<Property>,
    /// What the edit does.
    pub effect: Effect,
    /// Why it does nothing.
    pub masked_by: Vec<Masked>,
}

/// Two tenants compared.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Whether they differ.
    pub verdict: Verdict,
    /// How they differ.
    pub classes: Classes,
    /// Every sign-in that changes is told.
    pub complete: bool,
    /// The changes, the worst first.
    pub changes: Vec<Change>,
    /// The changes by what was edited.
    pub groups: Vec<Group>,
    /// Every policy that means something else, in the order of their files.
    pub edits: Vec<Edit>,
    /// What the answer assumes.
    pub assumptions: Vec<&'static str>,
    /// For each change that is expected, whether it happens. Changes and classes are about the others.
    pub expected: Vec<Class>,
}

/// Two tenants without a difference.
impl Default for Difference {
    fn default() -> Self {
        Self {
            verdict: Verdict::Equal,
            classes: Classes::default(),
            complete: true,
            changes: Vec::new(),
            groups: Vec::new(),
            edits: Vec::new(),
            assumptions: Vec::new(),
            expected: Vec::new(),
        }
    }
}
