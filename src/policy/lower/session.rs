//! `sessionControls`, control by control.

use super::reader::{Reader, Slot};
use crate::policy::{
    AuthenticationType, Fact, FrequencyInterval, Placeholder, Reason, SessionControls, SignInFrequency, Words,
};
use crate::syntax::{Node, Object, Untold};

/// Controls that a requirement can be about.
const MODELLED: [&str; 6] = [
    "applicationEnforcedRestrictions",
    "cloudAppSecurity",
    "persistentBrowser",
    "signInFrequency",
    "secureSignInSession",
    "continuousAccessEvaluation",
];

/// The others that there are. What they say is nothing to any requirement.
const OTHERS: [&str; 4] = [
    "disableResilienceDefaults",
    "globalSecureAccessFilteringProfile",
    "networkAccessSecurity",
    "blockSensitiveActions",
];

const IS_ENABLED: &str = "isEnabled";

impl Reader {
    pub(super) fn session_controls(&mut self, object: &Object<'_>) -> SessionControls {
        let names = [&MODELLED[..], &OTHERS].concat();
        // `session` has judged the form of the object.
        let conforms = self.conforms;
        let [restrictions, app_control, browser, frequency, token, evaluation] = self.pick(object, MODELLED);
        self.conforms = conforms;
        SessionControls {
            // A control that is misspelt may be the one that is asked for.
            doubt: Self::stray(object, &names),
            app_enforced_restrictions: self.control(restrictions, &[], |_, _| Fact::Known(())).map(is_some),
            app_control: self.control(app_control, &["cloudAppSecurityType"], |_, _| Fact::Known(())).map(is_some),
            persistent_browser: self.control(browser, &["mode"], |reader, object| reader.only_word(object, "mode")),
            sign_in_frequency: self.control(
                frequency,
                &["value", "type", "authenticationType", "frequencyInterval"],
                |reader, object| Fact::Known(reader.sign_in_frequency(object)),
            ),
            token_protection: self.control(token, &["secureAppSessionMode"], token_protection).map(is_some),
            access_evaluation: self.control(evaluation, &["mode"], |reader, object| reader.only_word(object, "mode")),
        }
    }

    /// What a control asks for; none if it is off.
    fn control<T>(
        &mut self,
        slot: Slot<'_, '_>,
        keys: &[&str],
        read: impl FnOnce(&mut Self, &Object<'_>) -> Fact<T>,
    ) -> Fact<Option<T>> {
        if matches!(slot.node, Some(Node::Bool(false))) && !slot.twice {
            return Fact::Known(None);
        }
        let object = match self.object(slot) {
            Fact::Known(Some(object)) if !object.is_void() => object,
            Fact::Known(_) => return Fact::Known(None),
            Fact::Unknown(reason) => return Fact::Unknown(reason),
        };
        match is_on(object) {
            Fact::Known(false) => return Fact::Known(None),
            Fact::Known(true) => {}
            Fact::Unknown(reason) => return Fact::Unknown(reason),
        }
        let keys = [keys, &[IS_ENABLED]].concat();
        match Self::stray(object, &keys) {
            Some(reason) => Fact::Unknown(reason),
            None => read(self, object).map(Some),
        }
    }

    /// The one setting of a control, without which that is nothing.
    fn only_word<W: Words>(&mut self, object: &Object<'_>, key: &str) -> Fact<W> {
        let [setting, _] = self.pick(object, [key, IS_ENABLED]);
        self.stated(setting)
    }

    /// A word that must be there.
    fn stated<W: Words>(&mut self, slot: Slot<'_, '_>) -> Fact<W> {
        match self.word(slot) {
            Fact::Known(Some(word)) => Fact::Known(word),
            Fact::Known(None) => self.doubt(Reason::Missing),
            Fact::Unknown(reason) => Fact::Unknown(reason),
        }
    }

    fn sign_in_frequency(&mut self, object: &Object<'_>) -> SignInFrequency {
        let [value, unit, authentication, interval, _] =
            self.pick(object, ["value", "type", "authenticationType", "frequencyInterval", IS_ENABLED]);
        let both = AuthenticationType::PrimaryAndSecondaryAuthentication;
        let is_time = |interval: &Fact<FrequencyInterval>| *interval != Fact::Known(FrequencyInterval::EveryTime);
        let interval = self.word(interval).map(|word| word.unwrap_or(FrequencyInterval::TimeBased));
        let authentication = self.word(authentication).map(|word| word.unwrap_or(both));
        if !is_time(&interval) {
            // Both are null then.
            return SignInFrequency {
                interval,
                value: Fact::Unknown(Reason::Missing),
                unit: Fact::Unknown(Reason::Missing),
                authentication,
            };
        }
        SignInFrequency { interval, value: self.positive(value), unit: self.stated(unit), authentication }
    }

    fn positive(&mut self, slot: Slot<'_, '_>) -> Fact<u64> {
        match slot.node {
            _ if slot.twice => Fact::Unknown(Reason::Ambiguous),
            None | Some(Node::Null) => self.doubt(Reason::Missing),
            Some(Node::Number(number)) => match number.as_u64() {
                Some(number) if number > 0 => Fact::Known(number),
                Some(_) | None => self.doubt(Reason::Unrecognised),
            },
            Some(node) => Fact::Unknown(not_stated(node)),
        }
    }
}

/// Why a node is not the number or the switch that belongs in its place.
fn not_stated(node: &Node<'_>) -> Reason {
    match node {
        Node::Untold(untold) => Reason::Untold(*untold),
        Node::Reference(_) => Reason::Untold(Untold::Expression),
        Node::Secret(_) => Reason::Untold(Untold::Sensitive),
        Node::String(text) if Placeholder::of(text).is_some() => Reason::Placeholder,
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::Array(_)
        | Node::Object(_)
        | Node::Raw(_) => Reason::WrongType,
    }
}

/// Takes whether something is there for what it is.
fn is_some(it: Option<()>) -> bool {
    it.is_some()
}

/// The mode of token protection is not documented.
fn token_protection(_: &mut Reader, object: &Object<'_>) -> Fact<()> {
    match object.get("secureAppSessionMode") {
        None | Some(Node::Null) => Fact::Known(()),
        Some(Node::String(mode)) if mode.eq_ignore_ascii_case("enforced") => Fact::Known(()),
        Some(_) => Fact::Unknown(Reason::Unrecognised),
    }
}

/// Whether `isEnabled` has a control count: not with `false` or `null`. Only Graph has the property for each control.
fn is_on(object: &Object<'_>) -> Fact<bool> {
    let switches = object.properties().filter(|(key, _)| key.eq_ignore_ascii_case(IS_ENABLED)).map(|(_, node)| node);
    let mut on = Fact::Known(true);
    for (number, node) in switches.enumerate() {
        let this = match node {
            Node::Bool(is_on) => Fact::Known(*is_on),
            Node::Null => Fact::Known(false),
            other => Fact::Unknown(not_stated(other)),
        };
        on = if number == 0 || on == this { this } else { Fact::Unknown(Reason::Ambiguous) };
    }
    on
}
