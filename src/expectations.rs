//! Expectations as data: the files of `caplint test`.

mod init;

pub use init::init;

use crate::access::{Account, Expectation, Expected, Who};
use crate::catalog::{self, Cloud};
use crate::config::axes::with_axes;
use crate::config::{atom, unreadable};
use crate::controls::{self, Problem};
use crate::diff::{Atom, Control};
use crate::finding::quoted;
use crate::policy::{ClientAppType, GrantControl, Id, UserType};
use crate::requirement::Resource;
use crate::tenant::{Found, ObjectKind, Tenant};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// The file that `caplint test` reads if none is given.
pub const FILE_NAME: &str = "caplint-test.toml";

/// A file of expectations, in which names are not looked up yet.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct File {
    #[serde(default)]
    policies: Vec<String>,
    #[serde(default)]
    expect: Vec<Spanned<ExpectFile>>,
}

with_axes! {
    struct ExpectFile {
        name: Option<Spanned<String>>,
        who: Option<UserFile>,
        anyone: Option<UserFile>,
        has: Option<Vec<Spanned<String>>>,
        to: Option<Vec<Spanned<String>>>,
        outcome: Option<Spanned<String>>,
    }
}

#[derive(Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
struct UserFile {
    user: Option<Spanned<String>>,
    groups: Vec<Spanned<String>>,
    roles: Vec<Spanned<String>>,
    #[serde(rename = "type")]
    kind: Option<Spanned<String>>,
}

/// An expectation, and the bytes that it stands in.
#[derive(Debug, Clone)]
pub struct Located {
    /// It.
    pub expectation: Expectation,
    /// From its name on.
    pub span: Range<usize>,
}

impl File {
    /// Reads a file.
    ///
    /// # Errors
    /// It is no TOML, or has a key that means nothing.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let help = "docs/testing.md describes every key.";
        let file: Self = toml::from_str(text).map_err(|error| unreadable(&error, text, help))?;
        if file.expect.is_empty() {
            // A test that tests nothing must not pass.
            let help = "Add `[[expect]]`, or run `caplint test --init` to write what holds today.".to_owned();
            return Err(Problem { span: 0..0, message: "the file expects nothing".to_owned(), help });
        }
        Ok(file)
    }

    /// Where the policies are, from the folder of the file. Empty if the file does not say.
    #[must_use]
    pub fn policies(&self) -> &[String] {
        &self.policies
    }

    /// Looks up every name in a tenant.
    ///
    /// # Errors
    /// A value means nothing, or the tenant knows no object of this name.
    pub fn resolve(&self, tenant: &Tenant, cloud: Cloud) -> Result<Vec<Located>, Problem> {
        let names = Names { tenant, cloud };
        let mut all: Vec<Located> = Vec::new();
        for written in &self.expect {
            let located = names.expectation(written)?;
            if all.iter().any(|known| known.expectation.name == located.expectation.name) {
                let help = "Reports tell expectations apart by their names.".to_owned();
                let message = "another expectation has this name".to_owned();
                return Err(Problem { span: located.span, message, help });
            }
            all.push(located);
        }
        Ok(all)
    }
}

/// Looks up names.
struct Names<'t> {
    tenant: &'t Tenant,
    cloud: Cloud,
}

impl Names<'_> {
    fn expectation(&self, written: &Spanned<ExpectFile>) -> Result<Located, Problem> {
        let file = written.get_ref();
        let problem = |message: &str, help: &str| Problem {
            span: written.span(),
            message: message.to_owned(),
            help: help.to_owned(),
        };
        let Some(name) = file.name.as_ref().filter(|name| !name.get_ref().trim().is_empty()) else {
            return Err(problem("the expectation has no name", "Say in `name` what is expected, in a sentence."));
        };
        let Some(outcome) = &file.outcome else {
            return Err(problem("the expectation has no outcome", OUTCOMES));
        };
        let outcome = self.outcome(outcome)?;
        let who = match (&file.who, &file.anyone) {
            (None, None) => Who::Anybody,
            (Some(who), None) => Who::Exactly(self.account(who)?),
            (None, Some(anyone)) => Who::Anyone(self.account(anyone)?),
            (Some(_), Some(_)) => {
                let help = "Write `who` for a user with exactly these groups and roles, or `anyone` for everybody who has them.";
                return Err(problem("the expectation has both `who` and `anyone`", help));
            }
        };
        let has = file.has.as_ref().map(|has| has.iter().map(atom).collect::<Result<Vec<Atom>, Problem>>());
        let has = has.transpose()?;
        if has.is_some() && matches!(outcome, Expected::Needs(_)) {
            let help = "`needs:` is about everything that can be brought. Remove `has`, or expect `cannot`.";
            return Err(problem("the expectation has both `has` and `needs:`", help));
        }
        let resources = match &file.to {
            None => vec![Resource::Every],
            Some(to) if to.is_empty() => return Err(problem("`to` is empty", "Remove it to mean every app.")),
            Some(to) => to.iter().map(|name| self.resource(name)).collect::<Result<_, _>>()?,
        };
        // Nobody gets in with a client that cannot do what is asked for.
        let otherwise: &[ClientAppType] = if outcome == Expected::Can { &ClientAppType::MODERN } else { &[] };
        let region = file.axes().region(otherwise, |name| self.location(name))?;
        let expectation = Expectation { name: name.get_ref().clone(), who, has, resources, region, outcome };
        Ok(Located { expectation, span: name.span() })
    }

    fn outcome(&self, written: &Spanned<String>) -> Result<Expected, Problem> {
        let problem = |message: String| Problem { span: written.span(), message, help: OUTCOMES.to_owned() };
        match written.get_ref().as_str() {
            "can" => Ok(Expected::Can),
            "may" => Ok(Expected::May),
            "cannot" => Ok(Expected::Cannot),
            other => {
                let unknown = || problem(format!("{} is no outcome", quoted(other)));
                let controls = other.strip_prefix("needs:").ok_or_else(unknown)?;
                let control = |text: &str| {
                    let control = self.control(text.trim());
                    control.ok_or_else(|| problem(format!("{} is no grant control", quoted(text.trim()))))
                };
                controls.split('|').map(control).collect::<Result<_, _>>().map(Expected::Needs)
            }
        }
    }

    /// A control, where a strength may be called by its name.
    fn control(&self, text: &str) -> Option<Control> {
        if let Some(("strength", name)) = text.split_once(':') {
            let known = catalog::strengths().iter().find(|strength| {
                strength.name == name
                    || strength.display_name.eq_ignore_ascii_case(name)
                    || strength.id == Id::new(name)
            });
            let own = self.tenant.companions.strengths.keys().find(|id| {
                **id == Id::new(name) || self.tenant.name(id).is_some_and(|own| own.eq_ignore_ascii_case(name))
            });
            return known.map(|strength| &strength.id).or(own).map(|id| Control::Strength(Some(id.clone())));
        }
        // That something is blocked is `cannot`.
        Control::read(text).filter(|control| !control.is(GrantControl::Block))
    }

    fn account(&self, file: &UserFile) -> Result<Account, Problem> {
        let kind = file.kind.as_ref().map(|kind| controls::word::<UserType>(kind, "a type of user"));
        Ok(Account {
            id: file.user.as_ref().map(|name| self.object(ObjectKind::User, name)).transpose()?,
            groups: file.groups.iter().map(|name| self.object(ObjectKind::Group, name)).collect::<Result<_, _>>()?,
            roles: file.roles.iter().map(|name| self.role(name)).collect::<Result<_, _>>()?,
            kind: kind.transpose()?,
        })
    }

    /// A role, where one of the tenant's own must be in use.
    fn role(&self, name: &Spanned<String>) -> Result<Id, Problem> {
        let id = controls::role(name)?;
        if catalog::name(&id).is_some() { Ok(id) } else { self.object(ObjectKind::Role, name) }
    }

    fn resource(&self, name: &Spanned<String>) -> Result<Resource, Problem> {
        let known = controls::resource(name, self.cloud);
        match known {
            Ok(Resource::App(id)) if catalog::name(&id).is_some() => Ok(Resource::App(id)),
            Ok(Resource::App(_)) => self.object(ObjectKind::App, name).map(Resource::App),
            Ok(Resource::AuthenticationContext(id)) => {
                let contexts = self.tenant.policies.iter().map(|policy| &policy.conditions.applications);
                let is_named =
                    contexts.flat_map(|apps| apps.authentication_contexts.known()).any(|(_, own)| *own == id);
                if is_named {
                    return Ok(Resource::AuthenticationContext(id));
                }
                Err(Problem {
                    span: name.span(),
                    message: format!("no policy targets the authentication context {}", quoted(name.get_ref())),
                    help: "Write one that a policy targets.".to_owned(),
                })
            }
            Ok(other) => Ok(other),
            Err(unknown) => match self.object(ObjectKind::App, name) {
                Ok(app) => Ok(Resource::App(app)),
                Err(_) => Err(unknown),
            },
        }
    }

    fn location(&self, name: &Spanned<String>) -> Result<Id, Problem> {
        if name.get_ref().eq_ignore_ascii_case("AllTrusted") {
            return Ok(Id::new("AllTrusted"));
        }
        self.object(ObjectKind::Location, name)
    }

    /// An object that the tenant knows: a misspelt name must not make a test pass.
    fn object(&self, kind: ObjectKind, name: &Spanned<String>) -> Result<Id, Problem> {
        let (what, help) = match kind {
            ObjectKind::User => ("user", "Remove it: no policy tells this user from others."),
            ObjectKind::Group => ("group", "Remove it: no policy tells its members from others."),
            ObjectKind::Role => ("role", "Write the name of a built-in role, or its id."),
            ObjectKind::Location => ("named location", "Remove it: no policy tells it from other places."),
            ObjectKind::App => ("app", "Write `All`: no policy tells this app from others."),
        };
        let written = quoted(name.get_ref());
        match self.tenant.find(kind, name.get_ref()) {
            Found::One(id) => Ok(id),
            Found::Nothing => Err(Problem {
                span: name.span(),
                message: format!("nothing in the tenant knows the {what} {written}"),
                help: format!("Check the name or the id. If it is right: {help}"),
            }),
            Found::Several(ids) => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                Err(Problem {
                    span: name.span(),
                    message: format!("several objects are called {written}"),
                    help: format!("Use the id: {}.", ids.join(", ")),
                })
            }
        }
    }
}

const OUTCOMES: &str = "Write `can` (every sign-in), `may` (some), `cannot` (none), or `needs:` with a control such as \
                        `needs:mfa`, `needs:compliantDevice|domainJoinedDevice` or `needs:strength:phishing-resistant`.";
