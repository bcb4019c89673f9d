//! What a policy makes of a sign-in, read from its JSON, one part at a time.

use super::grid::{Device, Place, What, Who};
use super::sayings::{API, AZURE_PORTAL};
use super::ways::{Grant, State, Strengths};
use caplint::catalog::{Suite, role_set};
use caplint::policy::Id;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How everything unknown turns out.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct World {
    pub(crate) truths: BTreeSet<String>,
    /// Which users and apps the names stand for.
    pub(crate) objects: BTreeMap<String, String>,
}

impl World {
    pub(crate) fn is(&self, key: &str) -> bool {
        self.truths.contains(key)
    }

    pub(crate) fn object<'w>(&'w self, label: &'w str) -> &'w str {
        self.objects.get(label).map_or(label, String::as_str)
    }
}

/// Everything but what is brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Policy,
    DefaultsBlock,
    DefaultsAskEverybody,
    DefaultsAskRoles,
}

/// A policy, or a part of the security defaults.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    json: Value,
    lists: BTreeMap<&'static str, Vec<String>>,
    pub(crate) grant: Grant,
    /// Session controls; none if unknown.
    pub(crate) session: Result<BTreeSet<String>, String>,
    /// Certainly on or not, or by the truth of this.
    on: Result<bool, String>,
}

const LISTS: [(&str, &str); 19] = [
    ("includeUsers", "/conditions/users/includeUsers"),
    ("excludeUsers", "/conditions/users/excludeUsers"),
    ("includeGroups", "/conditions/users/includeGroups"),
    ("excludeGroups", "/conditions/users/excludeGroups"),
    ("includeRoles", "/conditions/users/includeRoles"),
    ("excludeRoles", "/conditions/users/excludeRoles"),
    ("includeApps", "/conditions/applications/includeApplications"),
    ("excludeApps", "/conditions/applications/excludeApplications"),
    ("actions", "/conditions/applications/includeUserActions"),
    ("contexts", "/conditions/applications/includeAuthenticationContextClassReferences"),
    ("clients", "/conditions/clientAppTypes"),
    ("includePlatforms", "/conditions/platforms/includePlatforms"),
    ("excludePlatforms", "/conditions/platforms/excludePlatforms"),
    ("includeLocations", "/conditions/locations/includeLocations"),
    ("excludeLocations", "/conditions/locations/excludeLocations"),
    ("signInRisk", "/conditions/signInRiskLevels"),
    ("userRisk", "/conditions/userRiskLevels"),
    ("insiderRisk", "/conditions/insiderRiskLevels"),
    ("flows", "/conditions/authenticationFlows/transferMethods"),
];

const CLIENTS: [&str; 5] = ["all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];

fn strings(value: Option<&Value>) -> Vec<String> {
    let lower = |text: &str| if text.len() == 36 { text.to_lowercase() } else { text.to_owned() };
    match value {
        Some(Value::Array(elements)) => elements
            .iter()
            .map(|element| element.as_str().map_or_else(|| format!("unknown {element}"), lower))
            .collect(),
        Some(Value::String(words)) => words.split(',').map(lower).collect(),
        _ => Vec::new(),
    }
}

fn sessions(controls: &Value) -> Result<BTreeSet<String>, String> {
    let mut on = BTreeSet::new();
    for (name, settings) in controls.as_object().into_iter().flatten() {
        match settings {
            Value::Null => {}
            Value::Object(settings) if settings.get("isEnabled") == Some(&Value::Bool(false)) => {}
            Value::Object(settings) => {
                let value = settings.get("value").or(settings.get("mode")).unwrap();
                on.insert(format!("{name} {value}"));
            }
            other => return Err(format!("session:{name} {other}")),
        }
    }
    Ok(on)
}

impl Entry {
    pub(crate) fn read(json: &Value, strengths: &Strengths) -> Self {
        let lists = LISTS.iter();
        let lists = lists.map(|(name, path)| (*name, strings(json.pointer(path)))).collect();
        let on = match json["state"].as_str().unwrap_or_default() {
            "enabled" => Ok(true),
            "disabled" | "enabledForReportingButNotEnforced" => Ok(false),
            other => Err(format!("state:{other}")),
        };
        let grant = Grant::read(&json["grantControls"], strengths);
        Self { kind: Kind::Policy, lists, grant, session: sessions(&json["sessionControls"]), on, json: json.clone() }
    }

    pub(crate) fn defaults(contradicted: bool) -> [Self; 3] {
        let entry = |kind, grant| Self {
            kind,
            json: Value::Null,
            lists: LISTS.iter().map(|(name, _)| (*name, Vec::new())).collect(),
            grant,
            session: Ok(BTreeSet::new()),
            on: if contradicted { Err("defaults".to_owned()) } else { Ok(true) },
        };
        [
            entry(Kind::DefaultsBlock, Grant::block()),
            entry(Kind::DefaultsAskEverybody, Grant::mfa()),
            entry(Kind::DefaultsAskRoles, Grant::mfa()),
        ]
    }

    pub(crate) fn list(&self, name: &str) -> &[String] {
        self.lists.get(name).unwrap_or_else(|| panic!("{name}"))
    }

    fn filter(&self) -> Option<(bool, &str)> {
        let filter = self.json.pointer("/conditions/devices/deviceFilter").filter(|filter| filter.is_object())?;
        Some((filter["mode"] == "include", filter["rule"].as_str()?))
    }

    fn app_filter(&self) -> Option<(bool, &str)> {
        let filter = self.json.pointer("/conditions/applications/applicationFilter").filter(|one| one.is_object())?;
        Some((filter["mode"] == "include", filter["rule"].as_str()?))
    }

    fn names(&self, list: &str) -> Option<String> {
        let names = self.list(list).iter().filter(|id| id.len() != 36).cloned().collect::<Vec<_>>().join(",");
        (!names.is_empty()).then(|| format!("{list}:{names}"))
    }

    fn unknown_clients(&self) -> Option<String> {
        let unknown = self.list("clients").iter().filter(|client| !CLIENTS.contains(&client.as_str()));
        let unknown = unknown.cloned().collect::<Vec<_>>().join(",");
        (!unknown.is_empty()).then(|| format!("clients:{unknown}"))
    }

    fn times(&self) -> Option<String> {
        let times = self.json.pointer("/conditions/times").filter(|times| !times.is_null())?;
        Some(format!("times:{times}"))
    }

    /// Everything of it that is not known.
    pub(crate) fn unknowns(&self) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        if self.filter().is_some_and(|(_, rule)| rule.contains("colour")) {
            keys.insert("opaque:red".to_owned());
        }
        if self.on == Ok(false) {
            return keys;
        }
        keys.extend(self.on.clone().err());
        keys.extend(self.times());
        keys.extend(self.unknown_clients());
        keys.extend(self.names("excludeGroups"));
        keys.extend(self.names("excludeRoles"));
        keys.extend(self.grant.unknowns().cloned());
        for list in ["includePlatforms", "includeLocations"] {
            if self.list(list).is_empty() && !self.list(&list.replace("include", "exclude")).is_empty() {
                keys.insert("excluding-from-nothing".to_owned());
            }
        }
        if let Some((include, rule)) = self.app_filter() {
            keys.insert(format!("matches:{rule}"));
            if include && !self.list("includeApps").is_empty() {
                keys.insert("narrows".to_owned());
            }
        }
        let apps = self.list("includeApps").iter().chain(self.list("excludeApps"));
        for app in apps {
            match app.as_str() {
                "Office365" | "MicrosoftAdminPortals" => _ = keys.insert(format!("suite:{app}")),
                AZURE_PORTAL => _ = keys.insert("suite:MicrosoftAdminPortals".to_owned()),
                _ => {}
            }
        }
        keys
    }

    /// Whether it is in force, and what cannot be read lets it apply.
    pub(crate) fn is_on(&self, world: &World) -> bool {
        let on = match &self.on {
            Ok(on) => *on,
            Err(key) => world.is(key),
        };
        on && self.times().is_none_or(|key| world.is(&key))
    }

    fn guests(&self, name: &str, who: &Who) -> bool {
        let Some(guests) = self.json.pointer(&format!("/conditions/users/{name}")).filter(|one| one.is_object()) else {
            return false;
        };
        let types = strings(guests.get("guestOrExternalUserTypes"));
        let members = guests.pointer("/externalTenants/members").map(|members| strings(Some(members)));
        types.iter().any(|kind| kind == who.kind)
            && members.is_none_or(|members| {
                who.kind == "internalGuest" || who.home.is_some_and(|home| members.iter().any(|one| one == home))
            })
    }

    pub(crate) fn is_about(&self, who: &Who, world: &World) -> bool {
        match self.kind {
            Kind::Policy => {}
            Kind::DefaultsAskRoles => {
                let mut listed = role_set("security-defaults");
                return listed.any(|role| who.roles.iter().any(|held| Id::new(held) == role.id));
            }
            Kind::DefaultsBlock | Kind::DefaultsAskEverybody => return true,
        }
        let guest = who.kind != "member";
        let listed = |prefix: &str| {
            let has = |list: &str, held: &[&str]| {
                self.list(&format!("{prefix}{list}")).iter().any(|id| held.contains(&id.as_str()))
            };
            let is_user = |id: &String| {
                id == "All"
                    || (guest && id == "GuestsOrExternalUsers")
                    || who.label.is_some_and(|label| world.object(label) == world.object(id))
            };
            self.list(&format!("{prefix}Users")).iter().any(is_user)
                || has("Groups", &who.groups)
                || has("Roles", &who.roles)
                || self.guests(&format!("{prefix}GuestsOrExternalUsers"), who)
        };
        let hidden = self.names("excludeGroups").is_some_and(|key| world.is(&key));
        let named = self.names("excludeRoles").is_some_and(|key| !world.is(&key));
        listed("include") && !listed("exclude") && !hidden && !named
    }

    fn targets(&self, list: &str, what: &What, world: &World) -> bool {
        let suite_of = |id: &str| Suite::of(&Id::new(id));
        let in_browser = what.client == "browser";
        self.list(list).iter().any(|id| {
            if id == "All" {
                return true;
            }
            if let Some(app) = what.resource.strip_prefix("app:") {
                let app = world.object(app);
                if let Some(suite) = suite_of(id) {
                    let perhaps = || world.is(&format!("suite:{id}"));
                    return match suite.holds(&Id::new(app)) {
                        Some(true) => true,
                        None => perhaps(),
                        Some(false) => suite == Suite::AdminPortals && in_browser && perhaps(),
                    };
                }
                let by_portal = id == AZURE_PORTAL && app == API && in_browser;
                return world.object(id) == app || (by_portal && world.is("suite:MicrosoftAdminPortals"));
            }
            match (what.resource.strip_prefix("suite:"), suite_of(id)) {
                (Some(own), Some(_)) => own == id || world.is(&format!("suite:{id}")),
                _ => false,
            }
        })
    }

    pub(crate) fn is_for(&self, what: &What, world: &World) -> bool {
        let is_app = !what.resource.starts_with("action:") && !what.resource.starts_with("context:");
        match self.kind {
            Kind::Policy => {}
            Kind::DefaultsBlock => return ["exchangeActiveSync", "other"].contains(&what.client),
            Kind::DefaultsAskEverybody => {
                return what.resource.strip_prefix("app:").is_some_and(|app| world.object(app) == API);
            }
            Kind::DefaultsAskRoles => return is_app,
        }
        let clients = self.list("clients");
        let modern = ["browser", "mobileAppsAndDesktopClients"].contains(&what.client);
        let by_client = (clients.is_empty() && modern)
            || clients.iter().any(|client| client == "all" || client == what.client)
            || self.unknown_clients().is_some_and(|key| world.is(&key));
        if !by_client {
            return false;
        }
        if let Some(action) = what.resource.strip_prefix("action:") {
            return self.list("actions").iter().any(|one| one == action);
        }
        if let Some(context) = what.resource.strip_prefix("context:") {
            return self.list("contexts").iter().any(|one| one == context);
        }
        let named = self.targets("includeApps", what, world);
        let included = match self.app_filter() {
            None => named,
            Some((include, rule)) => {
                let matches = world.is(&format!("matches:{rule}"));
                match (include, self.list("includeApps").is_empty()) {
                    (false, _) => named && !matches,
                    (true, true) => matches,
                    (true, false) if world.is("narrows") => named && matches,
                    (true, false) => named || matches,
                }
            }
        };
        included && !self.targets("excludeApps", what, world)
    }

    fn within(&self, what: &str, world: &World, inside: impl Fn(&str) -> bool) -> bool {
        let (include, exclude) = (self.list(&format!("include{what}")), self.list(&format!("exclude{what}")));
        if include.is_empty() && exclude.is_empty() {
            return true;
        }
        let included =
            if include.is_empty() { world.is("excluding-from-nothing") } else { include.iter().any(|id| inside(id)) };
        included && !exclude.iter().any(|id| inside(id))
    }

    pub(crate) fn is_on_platform(&self, platform: &str, world: &World) -> bool {
        self.within("Platforms", world, |listed| listed == "all" || listed == platform)
    }

    pub(crate) fn is_at(&self, place: &Place, side: usize, world: &World) -> bool {
        self.within("Locations", world, |listed| place.is_inside(side, listed))
    }

    pub(crate) fn is_with(&self, device: &Device, world: &World) -> bool {
        self.filter().is_none_or(|(include, rule)| device.matches(rule, world) == include)
    }

    /// Whether a list of single values holds one, or is none.
    pub(crate) fn lists(&self, name: &str, value: &str) -> bool {
        self.list(name).is_empty() || self.list(name).iter().any(|listed| listed == value)
    }

    pub(crate) fn refuses(&self, way: u64, device: State, world: &World) -> bool {
        self.grant.refuses(way, device, &world.truths)
    }
}
