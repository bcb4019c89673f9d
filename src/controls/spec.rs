//! A requirement as people write it, and what it means in a cloud.

use super::problem::{Problem, problem};
use super::session;
use crate::catalog::{self, Cloud, Suite};
use crate::policy::{
    ClientAppType, Id, InsiderRiskLevel, REGISTER_DEVICE, REGISTER_SECURITY_INFO, UserType, Words,
    is_authentication_context,
};
use crate::requirement::{Grant, Identities, Principal, Requirement, Resource, Session};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// The part of a requirement that is decided. What is left out restricts nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// Of which class: `users`, `agent-users`, `service-principals` or `agent-identities`.
    pub identities: Option<Spanned<String>>,
    /// At which risk of the service principal or agent.
    #[serde(default)]
    pub identity_risk: Vec<Spanned<String>>,
    /// Whose sign-ins.
    #[serde(default)]
    pub users: Users,
    /// To what: apps by name or id, `All`, a suite, a user action.
    pub resources: Vec<Spanned<String>>,
    /// With which clients; browsers, mobile apps and desktop clients unless it says otherwise. Of session controls that are
    /// for some clients only, those.
    #[serde(default)]
    pub clients: Vec<Spanned<String>>,
    /// On which platforms, as the user agent claims them.
    #[serde(default)]
    pub platforms: Vec<Spanned<String>>,
    /// By which authentication flows.
    #[serde(default)]
    pub flows: Vec<Spanned<String>>,
    /// At which risk of the sign-in.
    #[serde(default)]
    pub sign_in_risk: Vec<Spanned<String>>,
    /// At which risk of the user.
    #[serde(default)]
    pub user_risk: Vec<Spanned<String>>,
    /// At which insider risk of the user.
    #[serde(default)]
    pub insider_risk: Vec<Spanned<String>>,
    /// Only from addresses that are not trusted.
    #[serde(default)]
    pub outside_trusted_locations: bool,
    /// Only from outside the compliant network of Global Secure Access.
    #[serde(default)]
    pub outside_compliant_network: bool,
    /// What must be required: a word, `{ strength = "…" }`, or a list of alternatives.
    pub grant: Option<Spanned<toml::Value>>,
    /// What must limit the session instead: a word, `{ sign-in-frequency = "…" }`, or a list of alternatives.
    pub session: Option<Spanned<toml::Value>>,
    /// Roles whose exclusion is tracked like that of a single account.
    #[serde(default = "synchronization")]
    pub tracked_roles: Vec<Spanned<String>>,
    /// What security defaults demand counts where they are on.
    #[serde(default = "yes")]
    pub security_defaults: bool,
}

/// Users who are at least one of these; everybody if it is empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Users {
    /// Holders of directory roles, by name or id of the template.
    #[serde(default)]
    pub roles: Vec<Spanned<String>>,
    /// Sets of directory roles, as `data/roles.tsv` has them.
    #[serde(default)]
    pub role_sets: Vec<Spanned<String>>,
    /// Members of groups, by id.
    #[serde(default)]
    pub groups: Vec<Spanned<String>>,
    /// Users, by id.
    #[serde(default)]
    pub users: Vec<Spanned<String>>,
    /// Guests of these kinds, in Graph's words.
    #[serde(default)]
    pub guests: Vec<Spanned<String>>,
    /// Users who are no guests.
    #[serde(default)]
    pub members: bool,
}

/// The role of the account that Entra Connect signs in with: it cannot do MFA and nobody else has it.
fn yes() -> bool {
    true
}

pub(crate) fn synchronization() -> Vec<Spanned<String>> {
    vec![Spanned::new(0..0, "Directory Synchronization Accounts".to_owned())]
}

/// The word for it in a requirement, for each grant but strengths.
const GRANTS: [(&str, Grant); 5] = [
    ("mfa", Grant::Mfa),
    ("block", Grant::Block),
    ("compliant-device", Grant::CompliantDevice),
    ("hybrid-joined-device", Grant::HybridJoinedDevice),
    ("password-change", Grant::PasswordChange),
];

/// The words for what a requirement can demand, strengths among them.
pub fn grant_words() -> impl Iterator<Item = &'static str> {
    GRANTS.iter().map(|(word, _)| *word).chain(catalog::strengths().iter().map(|strength| strength.name))
}

impl Spec {
    /// What it means.
    ///
    /// # Errors
    /// The first thing that cannot be looked up.
    pub fn resolve(&self, cloud: Cloud) -> Result<Requirement, Problem> {
        let identities = self.class()?;
        let mut users = Vec::new();
        for name in &self.users.roles {
            users.push(Principal::Role(role(name)?));
        }
        for set in &self.users.role_sets {
            let roles: Vec<_> = catalog::role_set(set.get_ref()).map(|role| Principal::Role(role.id.clone())).collect();
            if roles.is_empty() {
                return Err(problem(set.span(), "a set of roles", set.get_ref(), &catalog::ROLE_SETS));
            }
            users.extend(roles);
        }
        for id in &self.users.groups {
            users.push(Principal::Group(guid(id)?));
        }
        for id in &self.users.users {
            users.push(Principal::User(guid(id)?));
        }
        for kind in &self.users.guests {
            users.push(Principal::Guests(word::<UserType>(kind, "a type of guest")?));
        }
        users.extend(self.users.members.then_some(Principal::Members));
        if let (Some(class), false) = (&self.identities, identities == Identities::Users) {
            self.check_class(class, identities, &users)?;
        }
        let clients = words::<ClientAppType>(&self.clients, "a client app type")?;
        let grant = self.demanded()?;
        let tracked_roles: Vec<Id> = self.tracked_roles.iter().map(role).collect::<Result<_, _>>()?;
        if identities != Identities::Users {
            return Ok(Requirement {
                identities,
                resources: self.resources.iter().map(|name| resource(name, cloud)).collect::<Result<_, _>>()?,
                // No policy for them tells clients apart.
                clients: vec![ClientAppType::MobileAppsAndDesktopClients],
                user_risk: words(&self.identity_risk, "a risk level")?,
                outside_trusted_locations: self.outside_trusted_locations,
                tracked_roles: Vec::new(),
                security_defaults: false,
                ..Requirement::everywhere(Grant::Block)
            });
        }
        Ok(Requirement {
            identities,
            users,
            resources: self.resources.iter().map(|name| resource(name, cloud)).collect::<Result<_, _>>()?,
            clients: if clients.is_empty() { usual_clients(&grant) } else { clients },
            platforms: words(&self.platforms, "a platform")?,
            flows: words(&self.flows, "an authentication flow")?,
            sign_in_risk: words(&self.sign_in_risk, "a risk level")?,
            user_risk: words(&self.user_risk, "a risk level")?,
            insider_risk: words::<InsiderRiskLevel>(&self.insider_risk, "a level of insider risk")?,
            outside_trusted_locations: self.outside_trusted_locations,
            outside_compliant_network: self.outside_compliant_network,
            grant,
            tracked_roles,
            security_defaults: self.security_defaults,
            tracks_the_unblocked: false,
        })
    }

    /// The class of identities that it is about.
    fn class(&self) -> Result<Identities, Problem> {
        let written = self.identities.as_ref().map(|written| word::<Identities>(written, "a class of identities"));
        let class = written.transpose()?.unwrap_or_default();
        match self.identity_risk.first().filter(|_| class == Identities::Users) {
            None => Ok(class),
            Some(risk) => Err(Problem {
                span: risk.span(),
                message: "`identity-risk` is not for users".to_owned(),
                help: "Write `user-risk`, or say with `identities` whose risk it is.".to_owned(),
            }),
        }
    }

    /// Policies for service principals and agents [can only block](https://learn.microsoft.com/entra/identity/conditional-access/workload-identity),
    /// and know neither users nor devices.
    fn check_class(&self, written: &Spanned<String>, class: Identities, users: &[Principal]) -> Result<(), Problem> {
        let of_users = !users.is_empty()
            || !self.clients.is_empty()
            || !self.platforms.is_empty()
            || !self.flows.is_empty()
            || !self.sign_in_risk.is_empty()
            || !self.user_risk.is_empty()
            || !self.insider_risk.is_empty()
            || self.outside_compliant_network;
        let only_blocks = self.demanded()? == [Grant::Block];
        if !of_users && only_blocks {
            return Ok(());
        }
        Err(Problem {
            span: written.span(),
            message: format!("this cannot be required of {}", class.word()),
            help: "A requirement for them has `grant = \"block\"`, `resources`, and perhaps `identity-risk` and \
                   `outside-trusted-locations`."
                .to_owned(),
        })
    }

    /// What must be demanded: a grant or a limit of the session. Both are two requirements, each with its own exceptions.
    fn demanded(&self) -> Result<Vec<Grant>, Problem> {
        let (span, message, help) = match (&self.grant, &self.session) {
            (Some(grant), None) => return not_empty(grants(grant.get_ref(), &grant.span())?, &grant.span()),
            (None, Some(session)) => {
                return not_empty(session::sessions(session.get_ref(), &session.span())?, &session.span());
            }
            (Some(_), Some(session)) => {
                (session.span(), "this requirement has both `grant` and `session`", "Write two requirements.")
            }
            (None, None) => {
                let span = self.resources.first().map(Spanned::span).unwrap_or_default();
                (span, "this requirement demands nothing", "Write `grant` or `session`.")
            }
        };
        Err(Problem { span, message: message.to_owned(), help: help.to_owned() })
    }
}

/// The clients that a requirement is about if it does not say. A browser alone has sessions that persist, and
/// [token protection](https://learn.microsoft.com/entra/identity/conditional-access/concept-token-protection) is for apps.
fn usual_clients(demanded: &[Grant]) -> Vec<ClientAppType> {
    let only = |session| demanded.iter().all(|grant| *grant == Grant::Session(session));
    if only(Session::NeverPersistent) {
        vec![ClientAppType::Browser]
    } else if only(Session::TokenProtection) {
        vec![ClientAppType::MobileAppsAndDesktopClients]
    } else {
        ClientAppType::MODERN.to_vec()
    }
}

fn not_empty(demanded: Vec<Grant>, span: &Range<usize>) -> Result<Vec<Grant>, Problem> {
    if demanded.is_empty() {
        let help = "Write what is required, or a list of alternatives.".to_owned();
        return Err(Problem { span: span.clone(), message: "nothing is required".to_owned(), help });
    }
    Ok(demanded)
}

/// What a user who is not covered can do, as the rest of a sentence.
pub(crate) fn gap(spec: &Spec) -> String {
    let resources: Vec<&str> = spec.resources.iter().map(|name| name.get_ref().as_str()).collect();
    let to = match resources.as_slice() {
        [one] if one.eq_ignore_ascii_case("All") => "some resource".to_owned(),
        [one] if is_authentication_context(one) => format!("authentication context {one}"),
        [one] => (*one).to_owned(),
        several => format!("one of {}", several.join(", ")),
    };
    let without = match spec.demanded().unwrap_or_default().as_slice() {
        [one] => match one {
            Grant::Mfa => "without MFA",
            Grant::Block => "without being blocked",
            Grant::Strength { name, .. } => return format!("gets a token for {to} without {name} authentication"),
            Grant::CompliantDevice => "from a device that is not compliant",
            Grant::PasswordChange => "without a new password",
            Grant::HybridJoinedDevice => "from a device that is not hybrid joined",
            Grant::Session(session) => return session::gap(*session, &to),
        },
        [] | [_, _, ..] => "without any of what is required",
    };
    format!("gets a token for {to} {without}")
}

/// The id of a role that is given by name or id.
pub(crate) fn role(name: &Spanned<String>) -> Result<Id, Problem> {
    let written = name.get_ref();
    if let id @ (Id::Guid(_) | Id::Spelt(_)) = Id::new(written) {
        return Ok(id);
    }
    catalog::role(written).map(|role| role.id.clone()).ok_or_else(|| {
        let names: Vec<&str> = catalog::roles().iter().map(|role| role.name).collect();
        problem(name.span(), "a built-in directory role", written, &names)
    })
}

fn guid(id: &Spanned<String>) -> Result<Id, Problem> {
    let parsed = Id::new(id.get_ref());
    if parsed.guid().is_some() {
        return Ok(parsed);
    }
    let help = "Names of users and groups are not looked up; write the id, as in the policies.".to_owned();
    Err(Problem { help, ..problem(id.span(), "an object id", id.get_ref(), &[]) })
}

pub(crate) fn resource(name: &Spanned<String>, cloud: Cloud) -> Result<Resource, Problem> {
    look_up(name.get_ref(), cloud).map_err(|problem| Problem { span: name.span(), ..problem })
}

/// A resource by name, id, suite or user action.
pub(crate) fn look_up(written: &str, cloud: Cloud) -> Result<Resource, Problem> {
    if written.eq_ignore_ascii_case("All") {
        return Ok(Resource::Every);
    }
    if let Some(suite) = Suite::ALL.into_iter().find(|suite| suite.word().eq_ignore_ascii_case(written)) {
        return Ok(Resource::OfSuite(suite));
    }
    let actions = [REGISTER_SECURITY_INFO, REGISTER_DEVICE];
    if let Some(action) = actions.into_iter().find(|action| action.eq_ignore_ascii_case(written)) {
        return Ok(Resource::UserAction(Id::new(action)));
    }
    let id = Id::new(written);
    if id.guid().is_some() {
        return Ok(Resource::App(id));
    }
    if is_authentication_context(written) {
        return Ok(Resource::AuthenticationContext(id));
    }
    let found = catalog::apps().iter().find(|app| app.name.eq_ignore_ascii_case(written));
    let Some(app) = found else {
        let words = ["All"].into_iter().chain(Suite::ALL.map(Suite::word)).chain(actions);
        let names: Vec<&str> = words.chain(catalog::apps().iter().map(|app| app.name)).collect();
        return Err(problem(0..0, "an app that caplint knows", written, &names));
    };
    let elsewhere = app.id_in_us_government.clone().filter(|_| cloud == Cloud::UsGovernment);
    Ok(Resource::App(elsewhere.unwrap_or_else(|| app.id.clone())))
}

pub(crate) fn word<W: Words>(written: &Spanned<String>, what: &str) -> Result<W, Problem> {
    W::of_any_case(written.get_ref()).ok_or_else(|| {
        let known: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
        problem(written.span(), what, written.get_ref(), &known)
    })
}

fn words<W: Words>(written: &[Spanned<String>], what: &str) -> Result<Vec<W>, Problem> {
    written.iter().map(|written| word(written, what)).collect()
}

fn grants(value: &toml::Value, span: &Range<usize>) -> Result<Vec<Grant>, Problem> {
    match value {
        toml::Value::Array(values) => values.iter().map(|value| grant(value, span)).collect(),
        value => Ok(vec![grant(value, span)?]),
    }
}

fn grant(value: &toml::Value, span: &Range<usize>) -> Result<Grant, Problem> {
    let names: Vec<&str> = GRANTS.iter().map(|(name, _)| *name).collect();
    let strength = match value {
        toml::Value::String(name) => {
            let found = GRANTS.iter().find(|(known, _)| known == name);
            return found.map(|(_, grant)| grant.clone()).ok_or_else(|| problem(span.clone(), "a grant", name, &names));
        }
        toml::Value::Table(table) if table.len() == 1 => table.get("strength").and_then(toml::Value::as_str),
        _ => None,
    };
    let Some(name) = strength else {
        let help = format!("Write one of {}, or {{ strength = \"phishing-resistant\" }}.", names.join(", "));
        return Err(Problem { span: span.clone(), message: "this is not a grant".to_owned(), help });
    };
    let found = catalog::strengths().iter().find(|known| known.name == name || known.id == Id::new(name));
    found
        .map(|known| Grant::Strength {
            name: known.name.to_owned(),
            id: Some(known.id.clone()),
            combinations: known.combinations.clone(),
        })
        .ok_or_else(|| {
            let names: Vec<&str> = catalog::strengths().iter().map(|known| known.name).collect();
            problem(span.clone(), "a built-in authentication strength", name, &names)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<Requirement, Problem> {
        toml::from_str::<Spec>(text).unwrap().resolve(Cloud::Public)
    }

    #[test]
    fn names_are_looked_up() {
        let requirement = resolve(
            "users = { roles = [\"global administrator\"] }\nresources = [\"All\", \"Azure DevOps\"]\n\
             grant = { strength = \"phishing-resistant\" }",
        )
        .unwrap();
        assert_eq!(requirement.users, [Principal::Role(Id::new("62e90394-69f5-4237-9190-012177145e10"))]);
        assert_eq!(requirement.resources[1], Resource::App(Id::new("499b84ac-1321-427f-aa17-267ca6975798")));
        assert!(matches!(&requirement.grant[..], [Grant::Strength { combinations, .. }] if combinations.len() == 3));
        assert_eq!(requirement.tracked_roles, [Id::new("d29b2b05-8046-44ba-8758-1e26182fcf32")]);
    }

    #[test]
    fn what_cannot_be_looked_up_is_pointed_at() {
        let text = "users = { roles = [\"Global Admin\"] }\nresources = [\"All\"]\ngrant = \"mfa\"";
        let problem = resolve(text).unwrap_err();
        assert_eq!(&text[problem.span], "\"Global Admin\"");
        assert_eq!(problem.help, "Did you mean \"Global Administrator\"?");
        for (text, message) in [
            ("resources = [\"All\"]\ngrant = \"mfaa\"", "\"mfaa\" is not a grant"),
            ("resources = [\"All\"]\ngrant = []", "nothing is required"),
            (
                "resources = [\"All\"]\ngrant = { strength = \"strong\" }",
                "\"strong\" is not a built-in authentication strength",
            ),
            ("resources = [\"Nowhere\"]\ngrant = \"mfa\"", "\"Nowhere\" is not an app that caplint knows"),
            (
                "resources = [\"All\"]\nusers = { groups = [\"Admins\"] }\ngrant = \"mfa\"",
                "\"Admins\" is not an object id",
            ),
            ("resources = [\"All\"]\nclients = [\"telnet\"]\ngrant = \"mfa\"", "\"telnet\" is not a client app type"),
        ] {
            assert_eq!(resolve(text).unwrap_err().message, message);
        }
    }

    /// A key that means nothing for a class of identities is refused, because a requirement without it is another one.
    #[test]
    fn no_key_is_dropped_for_a_class_of_identities() {
        let of = |class: &str, further: &str| {
            resolve(&format!("identities = \"{class}\"\nresources = [\"All\"]\ngrant = \"block\"\n{further}"))
        };
        for class in ["agent-users", "service-principals", "agent-identities"] {
            assert!(of(class, "identity-risk = [\"high\"]\noutside-trusted-locations = true").is_ok());
            for further in [
                "users = { members = true }",
                "clients = [\"browser\"]",
                "platforms = [\"windows\"]",
                "flows = [\"deviceCodeFlow\"]",
                "sign-in-risk = [\"high\"]",
                "user-risk = [\"high\"]",
                "insider-risk = [\"elevated\"]",
                "outside-compliant-network = true",
            ] {
                let message = of(class, further).unwrap_err().message;
                assert_eq!(message, format!("this cannot be required of {class}"), "{further}");
            }
        }
        for class in ["identities = \"users\"\n", ""] {
            let text = format!("{class}resources = [\"All\"]\ngrant = \"block\"\nidentity-risk = [\"high\"]");
            assert_eq!(resolve(&text).unwrap_err().message, "`identity-risk` is not for users");
        }
    }
}
