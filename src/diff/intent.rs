//! Changes that somebody expects, read from a file in the words of the JSON report.

use super::difference::{Control, DeviceFact, Dimension, Kind, Principal, Region, Resources, Scope};
use crate::catalog::{self, Suite};
use crate::policy::{ClientAppType, Id, InsiderRiskLevel, Platform, RiskLevel, TransferMethod, UserType, Words};
use crate::requirement::Resource;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Changes that are expected.
#[derive(Debug, Clone, Default)]
pub struct Intent {
    /// Each of them.
    pub expected: Vec<Expected>,
}

/// A change that is expected.
#[derive(Debug, Clone)]
pub struct Expected {
    /// How sign-ins change. A sign-in that is let in although it was blocked is not one that merely needs less.
    pub kinds: Vec<Kind>,
    /// The sign-ins.
    pub region: Region,
    /// What a loosening leaves needed at least, or a tightening needs at most; of each list one control is enough.
    pub requires: Option<Vec<Vec<Control>>>,
    /// Session controls that are lost and gained, as name and value; none if it does not matter which.
    pub session: Option<[Vec<String>; 2]>,
    /// Why, in somebody's words.
    pub why: Option<String>,
}

impl Expected {
    /// Sign-ins that are asked about, of which no change is expected.
    pub(crate) fn about(region: Region) -> Self {
        Self { kinds: Vec::new(), region, requires: None, session: None, why: None }
    }
}

impl Intent {
    /// Reads TOML, or JSON if the text begins with `{`. A report of `caplint diff` is an intent, too: it expects what it
    /// reports.
    ///
    /// # Errors
    /// The text is neither, has a key that no report has, or a value that is not understood. The message says where, as far
    /// as that is known.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            toml::from_str(text).map_err(|error: toml::de::Error| {
                let start = error.span().map_or(0, |span| span.start.min(text.len()));
                let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..start]).count() + 1;
                format!("line {line}: {}", error.message().trim())
            })?
        };
        let numbered = file.changes.into_iter().enumerate();
        let read =
            numbered.map(|(index, change)| change.read().map_err(|error| format!("change {}: {error}", index + 1)));
        Ok(Self { expected: read.collect::<Result<_, String>>()? })
    }
}

/// What a report says beside its changes plays no part.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct File {
    changes: Vec<Change>,
    #[serde(rename = "version")]
    _version: Option<IgnoredAny>,
    #[serde(rename = "before")]
    _before: Option<IgnoredAny>,
    #[serde(rename = "after")]
    _after: Option<IgnoredAny>,
    #[serde(rename = "verdict")]
    _verdict: Option<IgnoredAny>,
    #[serde(rename = "classes")]
    _classes: Option<IgnoredAny>,
    #[serde(rename = "complete")]
    _complete: Option<IgnoredAny>,
    #[serde(rename = "groups")]
    _groups: Option<IgnoredAny>,
    #[serde(rename = "edits")]
    _edits: Option<IgnoredAny>,
    #[serde(rename = "assumptions")]
    _assumptions: Option<IgnoredAny>,
    #[serde(rename = "findings")]
    _findings: Option<IgnoredAny>,
    #[serde(rename = "expected")]
    _expected: Option<IgnoredAny>,
    #[serde(rename = "summary")]
    _summary: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Change {
    kind: Kinds,
    region: RegionText,
    requires: Option<Vec<Vec<String>>>,
    session: Option<Session>,
    why: Option<String>,
    #[serde(rename = "ways")]
    _ways: Option<IgnoredAny>,
    #[serde(rename = "certainty")]
    _certainty: Option<IgnoredAny>,
    #[serde(rename = "group")]
    _group: Option<IgnoredAny>,
    #[serde(rename = "rank")]
    _rank: Option<IgnoredAny>,
    #[serde(rename = "level")]
    _level: Option<IgnoredAny>,
    #[serde(rename = "except")]
    _except: Option<IgnoredAny>,
    #[serde(rename = "dependsOn")]
    _depends_on: Option<IgnoredAny>,
    #[serde(rename = "witness")]
    _witness: Option<IgnoredAny>,
    #[serde(rename = "before")]
    _before: Option<IgnoredAny>,
    #[serde(rename = "after")]
    _after: Option<IgnoredAny>,
    #[serde(rename = "causes")]
    _causes: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Kinds {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    #[serde(default)]
    lost: Vec<String>,
    #[serde(default)]
    gained: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RegionText {
    #[serde(default = "ScopeText::default")]
    users: ScopeText<PrincipalText>,
    #[serde(default = "ScopeText::default")]
    locations: ScopeText<String>,
    resources: Option<ResourcesText>,
    client_app_types: Option<Vec<String>>,
    device_platforms: Option<Vec<String>>,
    sign_in_risk_levels: Option<Vec<String>>,
    user_risk_levels: Option<Vec<String>>,
    insider_risk_levels: Option<Vec<String>>,
    authentication_flows: Option<Vec<String>>,
    #[serde(default)]
    device: Vec<DeviceText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ScopeText<T> {
    #[serde(default = "Vec::new")]
    all_of: Vec<Vec<T>>,
    #[serde(default = "Vec::new")]
    none_of: Vec<T>,
}

impl<T> Default for ScopeText<T> {
    fn default() -> Self {
        Self { all_of: Vec::new(), none_of: Vec::new() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrincipalText {
    all: Option<bool>,
    user: Option<String>,
    group: Option<String>,
    role: Option<String>,
    guests: Option<Vec<String>>,
    tenants: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ResourcesText {
    These(Vec<ResourceText>),
    AllBut(NoneOf),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NoneOf {
    none_of: Vec<ResourceText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ResourceText {
    application: Option<String>,
    suite: Option<String>,
    user_action: Option<String>,
    authentication_context: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceText {
    rule: Option<String>,
    is: Option<String>,
    holds: bool,
}

impl Change {
    fn read(self) -> Result<Expected, String> {
        let words = match &self.kind {
            Kinds::One(word) => vec![word.as_str()],
            Kinds::Several(words) => words.iter().map(String::as_str).collect(),
        };
        let known = [Kind::Loosened, Kind::NewlyUnblocked, Kind::NewlyBlocked, Kind::Tightened, Kind::SessionChanged];
        let kind = |word: &str| {
            let found = known.into_iter().find(|kind| kind.word() == word);
            found.ok_or_else(|| format!("`{word}` is no kind of change; write {}", listed(known.map(Kind::word))))
        };
        let kinds: Vec<Kind> = words.into_iter().map(kind).collect::<Result<_, String>>()?;
        if kinds.is_empty() {
            return Err("`kind` is empty".to_owned());
        }
        // A strength that is not known is no limit.
        let known = |text: &String| Control::read(text).filter(|control| *control != Control::Strength(None));
        let control = |text: &String| known(text).ok_or_else(|| format!("`{text}` is no grant control"));
        let requires = |clauses: Vec<Vec<String>>| {
            let clauses = clauses.iter().map(|clause| clause.iter().map(control).collect());
            clauses.collect::<Result<Vec<Vec<Control>>, String>>()
        };
        Ok(Expected {
            kinds,
            region: self.region.read()?,
            requires: self.requires.map(requires).transpose()?,
            session: self.session.map(|session| [session.lost, session.gained]),
            why: self.why,
        })
    }
}

impl RegionText {
    fn read(self) -> Result<Region, String> {
        let principals = |all: Vec<PrincipalText>| all.into_iter().map(PrincipalText::read).collect::<Result<_, _>>();
        let users = Scope {
            all_of: self.users.all_of.into_iter().map(principals).collect::<Result<_, String>>()?,
            none_of: principals(self.users.none_of)?,
        };
        let ids = |all: Vec<String>| all.iter().map(|id| Id::new(id)).collect::<Vec<Id>>();
        let locations = Scope {
            all_of: self.locations.all_of.into_iter().map(ids).collect(),
            none_of: ids(self.locations.none_of),
        };
        let resources = |all: Vec<ResourceText>| all.into_iter().map(ResourceText::read).collect::<Result<_, String>>();
        let resources = match self.resources {
            None => None,
            Some(ResourcesText::These(these)) => Some(Resources::These(resources(these)?)),
            Some(ResourcesText::AllBut(but)) => Some(Resources::AllBut(resources(but.none_of)?)),
        };
        let dimensions = [
            (Dimension::ClientAppTypes, members::<ClientAppType>(self.client_app_types)?),
            (Dimension::DevicePlatforms, members::<Platform>(self.device_platforms)?),
            (Dimension::SignInRiskLevels, members::<RiskLevel>(self.sign_in_risk_levels)?),
            (Dimension::UserRiskLevels, members::<RiskLevel>(self.user_risk_levels)?),
            (Dimension::InsiderRiskLevels, members::<InsiderRiskLevel>(self.insider_risk_levels)?),
            (Dimension::AuthenticationFlows, members::<TransferMethod>(self.authentication_flows)?),
        ];
        let values = dimensions.into_iter().filter_map(|(dimension, words)| Some((dimension, words?))).collect();
        let device = self.device.into_iter().map(DeviceText::read).collect::<Result<_, String>>()?;
        Ok(Region { users, locations, resources, values, device })
    }
}

/// The words of an enumeration that are listed.
fn members<W: Words>(listed: Option<Vec<String>>) -> Result<Option<Vec<&'static str>>, String> {
    let member = |text: String| {
        W::of(&text)
            .map(W::word)
            .ok_or_else(|| format!("`{text}` is none of {}", self::listed(W::WORDS.iter().map(|(word, _)| *word))))
    };
    listed.map(|all| all.into_iter().map(member).collect()).transpose()
}

fn listed(words: impl IntoIterator<Item = &'static str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

impl PrincipalText {
    fn read(self) -> Result<Principal, String> {
        match self {
            Self { all: Some(true), user: None, group: None, role: None, guests: None, tenants: None } => {
                Ok(Principal::All)
            }
            Self { all: None, user: Some(id), group: None, role: None, guests: None, tenants: None } => {
                Ok(Principal::User(Id::new(&id)))
            }
            Self { all: None, user: None, group: Some(id), role: None, guests: None, tenants: None } => {
                Ok(Principal::Group(Id::new(&id)))
            }
            Self { all: None, user: None, group: None, role: Some(role), guests: None, tenants: None } => {
                Ok(Principal::Role(catalog::role(&role).map_or_else(|| Id::new(&role), |role| role.id.clone())))
            }
            Self { all: None, user: None, group: None, role: None, guests: Some(types), tenants } => {
                let kind = |text: String| UserType::of(&text).ok_or_else(|| format!("`{text}` is no type of guest"));
                let types = types.into_iter().map(kind).collect::<Result<_, String>>()?;
                let tenants = tenants.map(|tenants| tenants.iter().map(|id| Id::new(id)).collect());
                Ok(Principal::Guests(types, tenants))
            }
            Self { .. } => Err("write one of `all = true`, `user`, `group`, `role` and `guests`".to_owned()),
        }
    }
}

impl ResourceText {
    fn read(self) -> Result<Resource, String> {
        match self {
            Self { application: None, suite: None, user_action: None, authentication_context: None } => {
                Ok(Resource::Other)
            }
            Self { application: Some(app), suite: None, user_action: None, authentication_context: None } => {
                Ok(Resource::App(catalog::app_named(&app).unwrap_or_else(|| Id::new(&app))))
            }
            Self { application: None, suite: Some(suite), user_action: None, authentication_context: None } => {
                let known = Suite::of(&Id::new(&suite)).map(Resource::OfSuite);
                known.ok_or_else(|| format!("`{suite}` is no suite; write {}", listed(Suite::ALL.map(Suite::word))))
            }
            Self { application: None, suite: None, user_action: Some(action), authentication_context: None } => {
                Ok(Resource::UserAction(Id::new(&action)))
            }
            Self { application: None, suite: None, user_action: None, authentication_context: Some(context) } => {
                Ok(Resource::AuthenticationContext(Id::new(&context)))
            }
            Self { .. } => {
                Err("write one of `application`, `suite`, `userAction` and `authenticationContext`".to_owned())
            }
        }
    }
}

impl DeviceText {
    fn read(self) -> Result<DeviceFact, String> {
        match (self.rule, self.is.as_deref()) {
            (Some(rule), None) => Ok(DeviceFact::Rule(rule.into(), self.holds)),
            (None, Some("compliant")) => Ok(DeviceFact::Compliant(self.holds)),
            (None, Some("hybridJoined")) => Ok(DeviceFact::HybridJoined(self.holds)),
            (_, _) => Err("write `rule`, or `is` with `compliant` or `hybridJoined`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_and_json_say_the_same() {
        let toml = "[[changes]]\nkind = \"loosened\"\nwhy = \"CHG-1\"\nrequires = [[\"mfa\"]]\n\
                    [changes.region]\nusers = { allOf = [[{ group = \"3f2b6c1e-8d1a-4a57-9b0e-5c7d2e8f4a10\" }]] }\n\
                    resources = { noneOf = [{ application = \"Azure DevOps\" }, {}] }\nclientAppTypes = [\"browser\"]\n";
        let json = r#"{ "changes": [{ "kind": ["loosened"], "why": "CHG-1", "rank": 7,
            "requires": [["mfa"]], "after": { "outcome": "granted" },
            "region": { "users": { "allOf": [[{ "group": "3f2b6c1e-8d1a-4a57-9b0e-5c7d2e8f4a10" }]] },
            "resources": { "noneOf": [{ "application": "499b84ac-1321-427f-aa17-267ca6975798" }, {}] },
            "clientAppTypes": ["browser"] } }] }"#;
        let [toml, json] = [toml, json].map(|text| Intent::read(text).unwrap().expected.remove(0));
        assert_eq!(toml.region, json.region);
        assert_eq!((&toml.kinds, &toml.requires, &toml.why), (&json.kinds, &json.requires, &json.why));
    }

    /// What is misspelt must not expect more than is meant.
    #[test]
    fn what_is_not_understood_is_an_error() {
        let said = |change: &str| Intent::read(&format!("[[changes]]\n{change}")).unwrap_err();
        for (change, expected) in [
            ("kind = \"loosened\"", "missing field `region`"),
            ("kind = \"loosend\"\nregion = {}", "`loosend` is no kind of change"),
            ("kind = []\nregion = {}", "`kind` is empty"),
            ("kind = \"loosened\"\nregion = { user = {} }", "unknown field `user`"),
            ("kind = \"loosened\"\nregion = { users = { allOf = [[{ grop = \"x\" }]] } }", "unknown field `grop`"),
            ("kind = \"loosened\"\nregion = { users = { noneOf = [{}] } }", "write one of `all = true`"),
            ("kind = \"loosened\"\nregion = { clientAppTypes = [\"telnet\"] }", "`telnet` is none of `all`"),
            ("kind = \"loosened\"\nregion = {}\nrequires = [[\"mfaa\"]]", "`mfaa` is no grant control"),
            ("kind = \"loosened\"\nregion = { device = [{ is = \"mine\", holds = true }] }", "write `rule`, or `is`"),
        ] {
            assert!(said(change).contains(expected), "{}", said(change));
        }
    }
}
