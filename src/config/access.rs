//! `[[access]]`: who must be able to sign in.

use crate::access::{Access, Account};
use crate::catalog::Cloud;
use crate::controls::{self, Problem};
use crate::diff::{Atom, DeviceFact, Dimension, Region, Scope};
use crate::finding::quoted;
use crate::policy::{ClientAppType, Id, InsiderRiskLevel, Platform, RiskLevel, TransferMethod, UserType, Words};
use serde::Deserialize;
use toml::Spanned;

/// `[[access]]`. What it asks may stand in it, or in a table `can-sign-in` as in a file of its own.
#[derive(Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(super) struct AccessFile {
    id: Option<Spanned<String>>,
    can_sign_in: Option<Box<Self>>,
    users: Vec<AccountFile>,
    resources: Vec<Spanned<String>>,
    with: Option<Vec<Spanned<String>>>,
    clients: Vec<Spanned<String>>,
    platforms: Vec<Spanned<String>>,
    locations: Vec<String>,
    device: Option<Spanned<String>>,
    sign_in_risk: Vec<Spanned<String>>,
    user_risk: Vec<Spanned<String>>,
    insider_risk: Vec<Spanned<String>>,
    flows: Vec<Spanned<String>>,
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
    let resources = asked.resources.iter().map(|name| controls::resource(name, Cloud::Public));
    let with = asked.with.as_ref().map(|with| with.iter().map(atom).collect::<Result<Vec<_>, _>>());
    Ok(Access {
        resources: resources.collect::<Result<_, _>>()?,
        accounts: asked.users.iter().map(account).collect::<Result<_, _>>()?,
        has: with.transpose()?,
        region: region(&asked)?,
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
fn atom(written: &Spanned<String>) -> Result<Atom, Problem> {
    Atom::read(written.get_ref()).ok_or_else(|| Problem {
        span: written.span(),
        message: format!("{} is nothing that an account can have", quoted(written.get_ref())),
        help: "Write methods in Graph's words, such as \"fido2\", \"password\" or \"microsoftAuthenticatorPush\". \
               The state of a device is `device`."
            .to_owned(),
    })
}

/// Modern clients, unless it says otherwise.
fn region(asked: &AccessFile) -> Result<Region, Problem> {
    fn listed<W: Words>(all: &[Spanned<String>], what: &str) -> Result<Vec<&'static str>, Problem> {
        all.iter().map(|word| Ok(controls::word::<W>(word, what)?.word())).collect()
    }
    let mut clients = listed::<ClientAppType>(&asked.clients, "a client app type")?;
    if clients.is_empty() {
        clients = ClientAppType::MODERN.map(ClientAppType::word).to_vec();
    }
    let dimensions = [
        (Dimension::ClientAppTypes, clients),
        (Dimension::DevicePlatforms, listed::<Platform>(&asked.platforms, "a platform")?),
        (Dimension::SignInRiskLevels, listed::<RiskLevel>(&asked.sign_in_risk, "a risk level")?),
        (Dimension::UserRiskLevels, listed::<RiskLevel>(&asked.user_risk, "a risk level")?),
        (Dimension::InsiderRiskLevels, listed::<InsiderRiskLevel>(&asked.insider_risk, "a risk level")?),
        (Dimension::AuthenticationFlows, listed::<TransferMethod>(&asked.flows, "an authentication flow")?),
    ];
    let device = match &asked.device {
        None => Vec::new(),
        Some(device) => match device.get_ref().as_str() {
            "compliant" => vec![DeviceFact::Compliant(true)],
            "hybrid-joined" => vec![DeviceFact::HybridJoined(true)],
            "unmanaged" => vec![DeviceFact::Compliant(false), DeviceFact::HybridJoined(false)],
            _ => {
                return Err(Problem {
                    span: device.span(),
                    message: "this is no state of a device".to_owned(),
                    help: "Write \"compliant\", \"hybrid-joined\" or \"unmanaged\", or leave it out for any device."
                        .to_owned(),
                });
            }
        },
    };
    let places: Vec<Id> = asked.locations.iter().map(|id| Id::new(id)).collect();
    let all_of = if places.is_empty() { Vec::new() } else { vec![places] };
    Ok(Region {
        locations: Scope { all_of, none_of: Vec::new() },
        values: dimensions.into_iter().filter(|(_, words)| !words.is_empty()).collect(),
        device,
        ..Region::default()
    })
}
