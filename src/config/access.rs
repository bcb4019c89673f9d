//! `[[access]]`: who must be able to sign in.

use super::axes::with_axes;
use crate::access::{Access, Account};
use crate::catalog::Cloud;
use crate::controls::{self, Problem};
use crate::diff::Atom;
use crate::finding::quoted;
use crate::policy::{ClientAppType, Id, UserType};
use crate::requirement::Resource;
use serde::Deserialize;
use toml::Spanned;

with_axes! {
    /// `[[access]]`. What it asks may stand in it, or in a table `can-sign-in` as in a file of its own.
    pub(super) struct AccessFile {
        id: Option<Spanned<String>>,
        can_sign_in: Option<Box<Self>>,
        users: Vec<AccountFile>,
        resources: Vec<Spanned<String>>,
        with: Option<Vec<Spanned<String>>>,
    }
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AccountFile {
    id: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    roles: Vec<Spanned<String>>,
    #[serde(rename = "type")]
    kind: Option<Spanned<String>>,
}

/// Reads one of them.
pub(super) fn access(written: Spanned<AccessFile>, others: &[Access]) -> Result<Access, Problem> {
    let whole = written.span();
    let mut file = written.into_inner();
    let id = file.id.take();
    let span = id.as_ref().map_or(whole, Spanned::span);
    let problem =
        |message: &str, help: &str| Problem { span: span.clone(), message: message.to_owned(), help: help.to_owned() };
    let id = id.map(Spanned::into_inner).filter(|id| !id.trim().is_empty());
    let Some(id) = id.filter(|id| others.iter().all(|other| other.id != *id)) else {
        return Err(problem(
            "an id is needed that no other access requirement has",
            "Write a few words, joined by hyphens.",
        ));
    };
    let asked = match file.can_sign_in.take() {
        Some(asked) if file == AccessFile::default() && asked.id.is_none() && asked.can_sign_in.is_none() => *asked,
        Some(_) => {
            return Err(problem(
                "the requirement stands in two places",
                "Write everything but the id below `can-sign-in`, or do without it.",
            ));
        }
        None => file,
    };
    if asked.users.is_empty() || asked.resources.is_empty() {
        let help = "Write `users = [{ id = \"…\", groups = [\"…\"], roles = [\"Global Administrator\"] }]` and `resources = [\"All\"]`.";
        return Err(problem("this requirement names no user or no resource", help));
    }
    let resources = |cloud| -> Result<Vec<Resource>, Problem> {
        asked.resources.iter().map(|name| controls::resource(name, cloud)).collect()
    };
    let with = asked.with.as_ref().map(|with| with.iter().map(atom).collect::<Result<Vec<_>, _>>());
    Ok(Access {
        resources: resources(Cloud::Public)?,
        resources_in_us_government: resources(Cloud::UsGovernment)?,
        accounts: asked.users.iter().map(account).collect::<Result<_, _>>()?,
        has: with.transpose()?,
        region: asked.axes().region(&ClientAppType::MODERN, |id| Ok(Id::new(id.get_ref())))?,
        span,
        id,
    })
}

fn account(file: &AccountFile) -> Result<Account, Problem> {
    Ok(Account {
        id: file.id.as_deref().map(Id::new),
        groups: file.groups.iter().map(|id| Id::new(id)).collect(),
        roles: file.roles.iter().map(controls::role).collect::<Result<_, _>>()?,
        kind: file.kind.as_ref().map(|kind| controls::word::<UserType>(kind, "a type of user")).transpose()?,
    })
}

/// What an account has: a method, or a control that is satisfied by itself.
pub(crate) fn atom(written: &Spanned<String>) -> Result<Atom, Problem> {
    Atom::read(written.get_ref()).ok_or_else(|| Problem {
        span: written.span(),
        message: format!("{} is nothing that an account can have", quoted(written.get_ref())),
        help: "Write methods in Graph's words, such as \"fido2\", \"password\" or \"microsoftAuthenticatorPush\". \
               The state of a device is `device`."
            .to_owned(),
    })
}
