//! `[[access]]`: who must be able to sign in.

use crate::access::{Access, Account};
use crate::catalog::Cloud;
use crate::controls::{self, Problem};
use crate::diff::{Atom, DeviceFact, Dimension, Region, Scope};
use crate::policy::{
    ClientAppType, Combination, GrantControl, Id, InsiderRiskLevel, Platform, RiskLevel, TransferMethod, UserType,
    Words,
};
use serde::Deserialize;
use toml::Spanned;

/// `[[access]]`. What it asks may stand in it or in a table `can-sign-in`, as in a file of its own.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct AccessFile {
    id: Spanned<String>,
    can_sign_in: Option<CanSignIn>,
    users: Option<Vec<AccountFile>>,
    resources: Option<Vec<Spanned<String>>>,
    with: Option<Vec<Spanned<String>>>,
    clients: Option<Vec<Spanned<String>>>,
    platforms: Option<Vec<Spanned<String>>>,
    locations: Option<Vec<String>>,
    device: Option<Spanned<String>>,
    sign_in_risk: Option<Vec<Spanned<String>>>,
    user_risk: Option<Vec<Spanned<String>>>,
    insider_risk: Option<Vec<Spanned<String>>>,
    flows: Option<Vec<Spanned<String>>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CanSignIn {
    #[serde(default)]
    users: Vec<AccountFile>,
    #[serde(default)]
    resources: Vec<Spanned<String>>,
    with: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    clients: Vec<Spanned<String>>,
    #[serde(default)]
    platforms: Vec<Spanned<String>>,
    #[serde(default)]
    locations: Vec<String>,
    device: Option<Spanned<String>>,
    #[serde(default)]
    sign_in_risk: Vec<Spanned<String>>,
    #[serde(default)]
    user_risk: Vec<Spanned<String>>,
    #[serde(default)]
    insider_risk: Vec<Spanned<String>>,
    #[serde(default)]
    flows: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
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
pub(super) fn access(file: AccessFile, others: &[Access]) -> Result<Access, Problem> {
    let AccessFile { id, can_sign_in, .. } = file;
    let problem =
        |message: &str, help: &str| Problem { span: id.span(), message: message.to_owned(), help: help.to_owned() };
    if id.get_ref().trim().is_empty() || others.iter().any(|other| other.id == *id.get_ref()) {
        return Err(problem(
            "an id is needed that no other access requirement has",
            "Write a few words, joined by hyphens.",
        ));
    }
    let outside = file.users.is_some() || file.resources.is_some() || file.with.is_some();
    let asked = match can_sign_in {
        Some(_) if outside => {
            return Err(problem(
                "the requirement stands in two places",
                "Write everything below `can-sign-in`, or nothing.",
            ));
        }
        Some(asked) => asked,
        None => CanSignIn {
            users: file.users.unwrap_or_default(),
            resources: file.resources.unwrap_or_default(),
            with: file.with,
            clients: file.clients.unwrap_or_default(),
            platforms: file.platforms.unwrap_or_default(),
            locations: file.locations.unwrap_or_default(),
            device: file.device,
            sign_in_risk: file.sign_in_risk.unwrap_or_default(),
            user_risk: file.user_risk.unwrap_or_default(),
            insider_risk: file.insider_risk.unwrap_or_default(),
            flows: file.flows.unwrap_or_default(),
        },
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
        span: id.span(),
        id: id.into_inner(),
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
    let text = written.get_ref();
    let control = GrantControl::WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, one)| *one);
    let is_own = |control: &GrantControl| match control {
        GrantControl::ApprovedApplication
        | GrantControl::CompliantApplication
        | GrantControl::PasswordChange
        | GrantControl::RiskRemediation
        | GrantControl::VerifiedId => true,
        GrantControl::Block | GrantControl::Mfa | GrantControl::CompliantDevice | GrantControl::DomainJoinedDevice => {
            false
        }
    };
    let method = Combination::read(text).map(|method| method.bits().collect::<Vec<u8>>());
    match (method.as_deref(), control.filter(is_own), text.split_once(':')) {
        (Some([bit]), ..) => Ok(Atom::Method(*bit)),
        (_, Some(control), _) => Ok(Atom::Control(control)),
        (_, _, Some(("tou", id))) => Ok(Atom::TermsOfUse(Id::new(id))),
        (_, _, Some(("custom", id))) => Ok(Atom::Custom(Id::new(id))),
        (_, _, Some(("strength", id))) => Ok(Atom::Strength(Id::new(id))),
        _ => Err(Problem {
            span: written.span(),
            message: format!("{} is nothing that an account can have", crate::finding::quoted(text)),
            help: "Write methods in Graph's words, such as \"fido2\", \"password\" or \"microsoftAuthenticatorPush\". \
                   The state of a device is `device`."
                .to_owned(),
        }),
    }
}

/// Modern clients, unless it says otherwise.
fn region(asked: &CanSignIn) -> Result<Region, Problem> {
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
