//! `grantControls` and `sessionControls`.

use super::reader::Reader;
use crate::policy::{
    Combination, Fact, GrantControl, GrantControls, Id, List, Operator, Reason, SessionControl, Strength,
};
use crate::syntax::{Node, Object};
use serde_json::Value;
use std::collections::BTreeMap;

/// Words of session controls, all enumerations of Graph.
const SESSION_WORDS: [(&str, &[&str]); 5] = [
    ("cloudAppSecurityType", &["mcasConfigured", "monitorOnly", "blockDownloads"]),
    ("mode", &["always", "never", "strictEnforcement", "disabled", "strictLocation"]),
    ("type", &["days", "hours"]),
    ("authenticationType", &["primaryAndSecondaryAuthentication", "secondaryAuthentication"]),
    ("frequencyInterval", &["timeBased", "everyTime"]),
];

/// `conditionalAccessSessionControls`; the first is a switch, the others are objects.
const SESSION_CONTROLS: [&str; 7] = [
    "disableResilienceDefaults",
    "applicationEnforcedRestrictions",
    "cloudAppSecurity",
    "persistentBrowser",
    "signInFrequency",
    "secureSignInSession",
    "continuousAccessEvaluation",
];

impl Reader {
    pub(super) fn grant(&mut self, object: Option<&Object<'_>>) -> GrantControls {
        const KEYS: [&str; 5] =
            ["operator", "builtInControls", "customAuthenticationFactors", "termsOfUse", "authenticationStrength"];
        let Some(object) = object else { return GrantControls::default() };
        let [operator, built_in, custom, terms_of_use, strength] = self.pick(object, KEYS);
        let bound = object.members.iter().any(|(key, _)| key.eq_ignore_ascii_case("authenticationStrength@odata.bind"));
        GrantControls {
            // It may be an alternative that is enough.
            doubt: Self::stray(object, &KEYS),
            operator: self.word::<Operator>(operator),
            built_in: self.words_to_the_letter::<GrantControl>(built_in),
            custom: self.texts(custom),
            terms_of_use: self.ids(terms_of_use, &[]),
            strength: match self.object(strength) {
                Fact::Known(Some(object)) => Fact::Known(self.strength_object(object).map(Box::new)),
                // The service has been seen to ignore the reference and to keep the policy without any control.
                Fact::Known(None) if bound => self.doubt(Reason::Unrecognised),
                Fact::Known(None) => Fact::Known(None),
                Fact::Unknown(reason) => Fact::Unknown(reason),
            },
        }
    }

    /// None for the object full of nulls that the Graph PowerShell SDK writes where there is no strength.
    pub(super) fn strength_object(&mut self, object: &Object<'_>) -> Option<Strength> {
        let [id, requirements, combinations, configurations, rest @ ..] = self.pick(
            object,
            [
                "id",
                "requirementsSatisfied",
                "allowedCombinations",
                "combinationConfigurations",
                "displayName",
                "description",
                "policyType",
                "createdDateTime",
                "modifiedDateTime",
            ],
        );
        let void = object.is_void();
        self.conforms &= match configurations.node {
            None | Some(Node::Null) => true,
            Some(Node::Array(elements)) => elements.is_empty(),
            Some(_) => false,
        };
        self.conforms &= rest[..2]
            .iter()
            .chain(&rest[3..])
            .all(|slot| matches!(slot.node, None | Some(Node::Null | Node::String(_))));
        self.conforms &= match rest[2].node {
            None | Some(Node::Null) => true,
            Some(Node::String(kind)) => kind == "builtIn" || kind == "custom",
            Some(_) => false,
        };
        let requirements_satisfied_mfa = match requirements.node {
            None | Some(Node::Null) => Fact::Known(None),
            Some(_) if requirements.twice => Fact::Unknown(Reason::Ambiguous),
            Some(Node::String(text)) => match text.as_ref() {
                "mfa" => Fact::Known(Some(true)),
                "none" => Fact::Known(Some(false)),
                "" => Fact::Known(None),
                other if other.eq_ignore_ascii_case("mfa") => self.odd(Fact::Known(Some(true))),
                other if other.eq_ignore_ascii_case("none") => self.odd(Fact::Known(Some(false))),
                _ => self.doubt(Reason::Unrecognised),
            },
            Some(Node::Untold(untold)) => Fact::Unknown(Reason::Untold(*untold)),
            Some(_) => self.doubt(Reason::WrongType),
        };
        let combinations = self.list(combinations, |reader, text| match Combination::read(text) {
            Some(combination) => {
                reader.conforms &= !text.contains(char::is_whitespace) && text.split(',').all(|word| !word.is_empty());
                Fact::Known(combination)
            }
            None => reader.doubt(Reason::Unrecognised),
        });
        self.conforms &= !matches!(id.node, Some(Node::Bool(_) | Node::Number(_) | Node::Array(_) | Node::Object(_)));
        let root = self.root;
        (!void).then(|| Strength {
            id: match id.node {
                // What it refers to is not known.
                _ if id.twice => None,
                Some(Node::Reference(name)) => Some(Id::Reference(Box::new((root, name.as_ref().into())))),
                Some(Node::Secret(secret)) => Some(self.secret(&secret.0, &secret.1)),
                node => node.and_then(Node::as_str).map(|text| {
                    let last = text.rsplit('/').next().unwrap_or(text);
                    let id = Id::new(last);
                    self.conforms &= id.guid().is_some() && last.len() == text.len();
                    id
                }),
            },
            requirements_satisfied_mfa,
            combinations,
        })
    }

    /// Session controls grant nothing and demand no MFA. Those that are on are kept as they are written.
    pub(super) fn session(&mut self, object: &Object<'_>) -> Fact<Box<[SessionControl]>> {
        let [resilience, nested @ ..] = self.pick(object, SESSION_CONTROLS);
        self.conforms &= matches!(resilience.node, None | Some(Node::Null | Node::Bool(_)));
        for slot in nested {
            let Fact::Known(Some(control)) = self.object(slot) else { continue };
            for (key, node) in control.properties() {
                self.conforms &= match (key.as_ref(), node) {
                    (_, Node::Null) | ("isEnabled", Node::Bool(_)) => true,
                    ("value", Node::Number(number)) => number.is_i64(),
                    (key, Node::String(word)) => {
                        SESSION_WORDS.iter().any(|(name, words)| *name == key && words.contains(&word.as_ref()))
                    }
                    _ => false,
                };
            }
        }
        let mut on: Vec<SessionControl> = Vec::new();
        for (key, node) in object.properties() {
            let known = SESSION_CONTROLS.iter().find(|known| known.eq_ignore_ascii_case(key));
            let name: Box<str> = known.map_or_else(|| key.as_ref(), |known| *known).into();
            if on.iter().any(|control| control.name == name) {
                return Fact::Unknown(Reason::Ambiguous);
            }
            match settings(&name, node) {
                Ok(Some(value)) => on.push(SessionControl { name, value: value.into() }),
                Ok(None) => {}
                Err(reason) => return Fact::Unknown(reason),
            }
        }
        on.sort();
        Fact::Known(on.into())
    }
}

/// The settings of a session control as JSON; none if it is off.
fn settings(name: &str, node: &Node<'_>) -> Result<Option<String>, Reason> {
    let object = match node {
        Node::Null | Node::Bool(false) => return Ok(None),
        Node::Bool(true) => return Ok(Some("true".to_owned())),
        Node::Object(object) => object,
        Node::Untold(untold) => return Err(Reason::Untold(*untold)),
        Node::Number(_) | Node::String(_) | Node::Array(_) | Node::Raw(_) | Node::Reference(_) | Node::Secret(_) => {
            return Err(Reason::WrongType);
        }
    };
    let mut value = BTreeMap::new();
    for (key, node) in object.properties() {
        let json = match node {
            Node::Null if key.eq_ignore_ascii_case("isEnabled") => return Ok(None),
            Node::Null => continue,
            Node::Bool(is_on) if key.eq_ignore_ascii_case("isEnabled") => {
                if !is_on {
                    return Ok(None);
                }
                continue;
            }
            Node::Bool(value) => Value::Bool(*value),
            Node::Number(number) => Value::Number(number.clone()),
            Node::String(text) => Value::String(text.to_string()),
            Node::Untold(untold) => return Err(Reason::Untold(*untold)),
            Node::Array(_) | Node::Object(_) | Node::Raw(_) | Node::Reference(_) | Node::Secret(_) => {
                return Err(Reason::WrongType);
            }
        };
        let known = SESSION_WORDS.iter().map(|(known, _)| *known).chain(["value"]);
        let key = known.into_iter().find(|known| known.eq_ignore_ascii_case(key)).unwrap_or(key);
        value.insert(key.to_owned(), json);
    }
    if object.is_void() {
        return Ok(None);
    }
    if name == "signInFrequency" {
        // <https://learn.microsoft.com/graph/api/resources/signinfrequencysessioncontrol>
        for (key, default) in
            [("authenticationType", "primaryAndSecondaryAuthentication"), ("frequencyInterval", "timeBased")]
        {
            value.entry(key.to_owned()).or_insert_with(|| default.into());
        }
    }
    serde_json::to_string(&value).map(Some).map_err(|_| Reason::WrongType)
}

impl Default for GrantControls {
    fn default() -> Self {
        Self {
            doubt: None,
            operator: Fact::Known(None),
            built_in: List::default(),
            custom: List::default(),
            terms_of_use: List::default(),
            strength: Fact::Known(None),
        }
    }
}

impl GrantControls {
    pub(super) fn unknown(reason: Reason) -> Self {
        Self { doubt: Some(reason), ..Self::default() }
    }
}
