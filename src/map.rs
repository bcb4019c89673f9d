//! What a tenant asks of whom, for what and with which client: a table for people who want to see it at a glance.
//!
//! Each cell is about many sign-ins, and says what the easiest of them has to bring. It is decided like a control, over all
//! policies: caplint asks for one grant after the other until one does not hold.

use crate::catalog::{self, Cloud, Suite};
use crate::coverage::{self, Decision, Hole, Options, PrincipalKind, Verdict, Ways};
use crate::policy::{ClientAppType, Id, REGISTER_DEVICE, REGISTER_SECURITY_INFO, TransferMethod, UserType};
use crate::requirement::{Grant, Principal, Requirement, Resource};
use crate::tenant::{PolicyIndex, Tenant};

/// Who signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persona {
    /// Members of the tenant.
    Members,
    /// External users and guests, of any kind.
    Guests,
    /// Holders of the roles that Microsoft's template for administrators names.
    Administrators,
    /// Global Administrators.
    GlobalAdministrators,
}

impl Persona {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Members, Self::Guests, Self::Administrators, Self::GlobalAdministrators];

    /// The principals whom a requirement names for them.
    #[must_use]
    pub fn users(self) -> Vec<Principal> {
        match self {
            Self::Members => vec![Principal::Members],
            Self::Guests => [
                UserType::B2bCollaborationGuest,
                UserType::B2bCollaborationMember,
                UserType::B2bDirectConnectUser,
                UserType::InternalGuest,
                UserType::ServiceProvider,
                UserType::OtherExternalUser,
            ]
            .map(Principal::Guests)
            .to_vec(),
            Self::Administrators => {
                catalog::role_set("microsoft-admins").map(|role| Principal::Role(role.id.clone())).collect()
            }
            Self::GlobalAdministrators => {
                let roles = catalog::roles().iter().filter(|role| catalog::is_global_administrator(&role.id));
                roles.map(|role| Principal::Role(role.id.clone())).collect()
            }
        }
    }
}

/// What they ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Whatever is the easiest to get.
    AnyResource,
    /// Azure Resource Manager.
    AzureManagement,
    /// The admin portals that policies name in one word.
    AdminPortals,
    /// The apps of Office 365.
    Office365,
    /// The registration of methods.
    SecurityInfo,
    /// The registration of a device.
    DeviceRegistration,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::AnyResource,
        Self::AzureManagement,
        Self::AdminPortals,
        Self::Office365,
        Self::SecurityInfo,
        Self::DeviceRegistration,
    ];

    /// The resource, with the ids of a cloud.
    #[must_use]
    pub fn resource(self, cloud: Cloud) -> Resource {
        let management = || {
            let id = catalog::management_api();
            catalog::app_elsewhere(&id, cloud).cloned().unwrap_or(id)
        };
        match self {
            Self::AnyResource => Resource::Every,
            Self::AzureManagement => Resource::App(management()),
            Self::AdminPortals => Resource::OfSuite(Suite::AdminPortals),
            Self::Office365 => Resource::OfSuite(Suite::Office365),
            Self::SecurityInfo => Resource::UserAction(Id::new(REGISTER_SECURITY_INFO)),
            Self::DeviceRegistration => Resource::UserAction(Id::new(REGISTER_DEVICE)),
        }
    }

    /// Whether an app is asked for, rather than an action in a browser.
    #[must_use]
    pub fn is_app(self) -> bool {
        match self {
            Self::AnyResource | Self::AzureManagement | Self::AdminPortals | Self::Office365 => true,
            Self::SecurityInfo | Self::DeviceRegistration => false,
        }
    }
}

/// With what they ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// A browser.
    Browser,
    /// Mobile apps and desktop clients.
    Apps,
    /// Clients that cannot answer a request for MFA.
    Legacy,
    /// A code that is typed in on another device.
    DeviceCode,
}

impl Client {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Browser, Self::Apps, Self::Legacy, Self::DeviceCode];

    fn narrow(self, requirement: Requirement) -> Requirement {
        let flows = vec![TransferMethod::None];
        match self {
            Self::Browser => Requirement { clients: vec![ClientAppType::Browser], flows, ..requirement },
            Self::Apps => {
                Requirement { clients: vec![ClientAppType::MobileAppsAndDesktopClients], flows, ..requirement }
            }
            Self::Legacy => Requirement {
                clients: vec![ClientAppType::ExchangeActiveSync, ClientAppType::Other],
                flows,
                ..requirement
            },
            Self::DeviceCode => Requirement { flows: vec![TransferMethod::DeviceCodeFlow], ..requirement },
        }
    }
}

/// What the easiest of the sign-ins has to bring, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// A password alone.
    Nothing,
    /// The files do not say.
    Unknown,
    /// MFA or a managed device.
    MfaOrDevice,
    /// A managed device.
    Device,
    /// MFA.
    Mfa,
    /// MFA and a managed device.
    MfaAndDevice,
    /// A method that resists phishing.
    PhishingResistant,
    /// A method that resists phishing, and a managed device.
    PhishingResistantAndDevice,
    /// Nothing lets it in.
    Blocked,
}

/// A cell of the table.
#[derive(Debug)]
pub struct Cell {
    /// What is asked.
    pub asked: Asked,
    /// More may be asked: the files do not say.
    pub perhaps_more: bool,
    /// The policies that ask for it.
    pub by: Vec<PolicyIndex>,
    /// Security defaults do, too.
    pub by_defaults: bool,
    /// Users, groups and roles that are excluded one by one.
    pub exceptions: Vec<(PrincipalKind, Id)>,
    /// The requirement that this is, if it is one that holds.
    pub held: Option<Requirement>,
    /// A sign-in that brings no more than this and gets in; none if it is blocked.
    pub witness: Option<Witness>,
}

/// A sign-in that does not meet a requirement.
#[derive(Debug)]
pub struct Witness {
    /// The requirement.
    pub requirement: Requirement,
    /// The sign-in.
    pub hole: Hole,
}

/// What was tried, and what came of it.
struct Tried {
    requirement: Requirement,
    decision: Decision,
}

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    /// To what.
    pub target: Target,
    /// Who.
    pub who: Persona,
    /// A cell for each client; none where there is no such sign-in.
    pub cells: Vec<(Client, Option<Cell>)>,
}

/// Draws the table.
#[must_use]
pub fn draw(tenant: &Tenant, cloud: Cloud, options: Options) -> Vec<Row> {
    let options = Options { ways: Ways::Mentioned, ..options };
    let mut rows = Vec::new();
    for target in Target::ALL {
        for who in Persona::ALL {
            let cells = Client::ALL.map(|client| {
                let exists = target.is_app() || client == Client::Browser || client == Client::Apps;
                let decide = |grant: Vec<Grant>| {
                    let everybody = Requirement::everywhere(Grant::Mfa);
                    let resources = vec![target.resource(cloud)];
                    let requirement = client.narrow(Requirement { users: who.users(), resources, grant, ..everybody });
                    let decision = coverage::decide(&requirement, tenant, options);
                    Tried { requirement, decision }
                };
                let cell = || if client == Client::Legacy { cell(decide).without_mfa() } else { cell(decide) };
                (client, exists.then(cell))
            });
            rows.push(Row { target, who, cells: cells.into() });
        }
    }
    rows
}

/// Asks for one grant after the other.
fn cell(decide: impl Fn(Vec<Grant>) -> Tried) -> Cell {
    let device = || vec![Grant::CompliantDevice, Grant::HybridJoinedDevice];
    let least = decide([device(), vec![Grant::Mfa]].concat());
    if !holds(&least) {
        let asked = if least.decision.verdict == Verdict::Undecided { Asked::Unknown } else { Asked::Nothing };
        return Cell::new(asked, None, Some(least));
    }
    let blocked = decide(vec![Grant::Block]);
    if holds(&blocked) {
        return Cell::new(Asked::Blocked, Some(blocked), None);
    }
    let (strong, managed) = (decide(phishing_resistant()), decide(device()));
    match (holds(&strong), holds(&managed)) {
        (true, true) => {
            return Cell::new(Asked::PhishingResistantAndDevice, Some(strong), Some(blocked)).and_by(&managed);
        }
        (true, false) => return Cell::new(Asked::PhishingResistant, Some(strong), Some(blocked)),
        (false, _) => {}
    }
    let mfa = decide(vec![Grant::Mfa]);
    match (holds(&mfa), holds(&managed)) {
        (true, true) => Cell::new(Asked::MfaAndDevice, Some(mfa), Some(strong)).and_by(&managed),
        (true, false) => Cell::new(Asked::Mfa, Some(mfa), Some(strong)),
        (false, true) => Cell::new(Asked::Device, Some(managed), Some(mfa)),
        (false, false) => Cell::new(Asked::MfaOrDevice, Some(least), Some(mfa)),
    }
}

fn holds(tried: &Tried) -> bool {
    match tried.decision.verdict {
        Verdict::Enforced | Verdict::EnforcedExcept => true,
        Verdict::NotEnforced | Verdict::Undecided => false,
    }
}

fn phishing_resistant() -> Vec<Grant> {
    let strengths = catalog::strengths().iter().filter(|strength| strength.name == "phishing-resistant");
    strengths
        .map(|strength| Grant::Strength {
            name: strength.name.to_owned(),
            id: Some(strength.id.clone()),
            combinations: strength.combinations.clone(),
        })
        .collect()
}

impl Cell {
    /// What holds, and what does not hold beyond it.
    fn new(asked: Asked, held: Option<Tried>, beyond: Option<Tried>) -> Self {
        let (requirement, held) = held.map(|Tried { requirement, decision }| (requirement, decision)).unzip();
        let exceptions = held.iter().flat_map(|held| &held.exceptions);
        let exceptions = exceptions.map(|exception| (exception.kind, exception.id.clone())).collect();
        let (by, by_defaults) = held.as_ref().map_or((&[][..], false), |held| held.reason.carriers());
        let by = by.to_vec();
        let perhaps_more = beyond.as_ref().is_some_and(|beyond| beyond.decision.verdict == Verdict::Undecided);
        let witness = beyond.and_then(|Tried { requirement, decision }| {
            Some(Witness { requirement, hole: decision.holes.into_iter().next()? })
        });
        Self { asked, perhaps_more, by, by_defaults, exceptions, held: requirement, witness }
    }

    /// With the policies that ask for something else besides.
    fn and_by(mut self, other: &Tried) -> Self {
        let (by, by_defaults) = other.decision.reason.carriers();
        self.by.extend(by.iter().copied().filter(|one| !self.by.contains(one)).collect::<Vec<_>>());
        self.by_defaults |= by_defaults;
        self
    }

    /// With clients that cannot answer a request for MFA, which keeps them out.
    fn without_mfa(self) -> Self {
        match self.asked {
            Asked::Mfa | Asked::MfaAndDevice | Asked::PhishingResistant | Asked::PhishingResistantAndDevice => {
                Self { asked: Asked::Blocked, perhaps_more: false, witness: None, ..self }
            }
            Asked::Nothing | Asked::Unknown | Asked::MfaOrDevice | Asked::Device | Asked::Blocked => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{FileIndex, Origin, lower};
    use crate::syntax::parse;

    /// What a policy for everybody and everything comes to, for members with a browser who ask for any resource.
    fn asked(grant: &str, users: &str) -> Asked {
        asked_with(Client::Browser, grant, users)
    }

    fn asked_with(client: Client, grant: &str, users: &str) -> Asked {
        let text = format!(
            r#"{{"displayName": "P", "state": "enabled", "grantControls": {grant},
                "conditions": {{"users": {users}, "applications": {{"includeApplications": ["All"]}},
                "clientAppTypes": ["all"]}}}}"#
        );
        let policy = lower(&parse(&text).unwrap(), Origin::document(FileIndex(0))).policy;
        let tenant = Tenant { policies: vec![policy], ..Tenant::default() };
        let rows = draw(&tenant, Cloud::Public, Options::default());
        let (_, cell) = rows[0].cells.iter().find(|(one, _)| *one == client).unwrap();
        cell.as_ref().map(|cell| cell.asked).unwrap()
    }

    #[test]
    fn a_cell_says_what_the_easiest_sign_in_has_to_bring() {
        let all = r#"{"includeUsers": ["All"]}"#;
        let or = |controls: &str| format!(r#"{{"operator": "OR", "builtInControls": [{controls}]}}"#);
        let and = r#"{"operator": "AND", "builtInControls": ["mfa", "compliantDevice"]}"#;
        assert_eq!(asked(&or(r#""mfa""#), all), Asked::Mfa);
        assert_eq!(asked(&or(r#""block""#), all), Asked::Blocked);
        assert_eq!(asked(&or(r#""compliantDevice""#), all), Asked::Device);
        assert_eq!(asked(&or(r#""mfa", "compliantDevice""#), all), Asked::MfaOrDevice);
        assert_eq!(asked(and, all), Asked::MfaAndDevice);
        let strong = r#"{"operator": "AND", "builtInControls": ["compliantDevice"],
                         "authenticationStrength": {"id": "00000000-0000-0000-0000-000000000004"}}"#;
        assert_eq!(asked(strong, all), Asked::PhishingResistantAndDevice);
        let guests = r#"{"includeUsers": ["GuestsOrExternalUsers"]}"#;
        assert_eq!(asked(&or(r#""mfa""#), guests), Asked::Nothing);
        let group = r#"{"includeGroups": ["0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a"]}"#;
        assert_eq!(asked(&or(r#""mfa""#), group), Asked::Unknown);
    }

    #[test]
    fn a_client_that_cannot_do_mfa_is_kept_out_by_it() {
        let all = r#"{"includeUsers": ["All"]}"#;
        let mfa = r#"{"operator": "OR", "builtInControls": ["mfa"]}"#;
        let device = r#"{"operator": "OR", "builtInControls": ["compliantDevice"]}"#;
        assert_eq!(asked_with(Client::Legacy, mfa, all), Asked::Blocked);
        assert_eq!(asked_with(Client::Legacy, device, all), Asked::Device);
    }
}
