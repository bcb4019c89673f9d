//! What a policy asks for.

use super::{Said, values};
use crate::diff::{Control, words};
use crate::policy::{
    AccessEvaluation, AuthenticationType, BrowserSession, Fact, FrequencyInterval, FrequencyUnit, Id, Operator, Policy,
    SessionControl, SignInFrequency,
};
use crate::tenant::Tenant;

/// What a sign-in needs, and how that is put together.
pub(super) struct Asks {
    pub(super) values: Vec<Said>,
    /// All of it as a part of a sentence.
    text: String,
    blocks: bool,
}

pub(super) fn of(tenant: &Tenant, policy: &Policy) -> Asks {
    let grant = &policy.grant;
    let name = |id: &Id| crate::finding::quoted_whole(&tenant.name_or_id(id));
    let say = |control: Control| {
        let short = words::control(&control, &name);
        let id = match &control {
            Control::BuiltIn(_) | Control::Strength(None) => None,
            Control::Custom(id) | Control::TermsOfUse(id) | Control::Strength(Some(id)) => tenant.name(id).map(|_| id),
        };
        let long = id.map_or_else(|| short.clone(), |id| format!("{short} ({id})"));
        Said { short, long }
    };
    let mut all: Vec<Said> = grant.doubt.map(|reason| Said::unknown("something that is", reason)).into_iter().collect();
    all.extend(values(&grant.built_in, "a control that is", |control| say(Control::BuiltIn(*control))));
    match &grant.strength {
        Fact::Known(None) => {}
        Fact::Known(Some(strength)) => {
            let mut said = say(Control::Strength(strength.id.clone()));
            let combinations = values(&strength.combinations, "a method that is", |one| Said::plain(one.to_string()));
            if !combinations.is_empty() {
                let combinations: Vec<String> = combinations.into_iter().map(|one| one.long).collect();
                said.long = format!("{}: {}", said.long, combinations.join("; "));
            }
            all.push(said);
        }
        Fact::Unknown(reason) => all.push(Said::unknown("an authentication strength that is", *reason)),
    }
    all.extend(values(&grant.terms_of_use, "terms of use that are", |id| say(Control::TermsOfUse(id.clone()))));
    all.extend(values(&grant.custom, "a custom control that is", |id| say(Control::Custom(id.clone()))));
    let blocks = grant.blocks();
    let shorts: Vec<&str> = all.iter().map(|said| said.short.as_str()).collect();
    let (text, operator) = match (&grant.operator, shorts.len()) {
        (_, 0 | 1) => (shorts.concat(), None),
        (Fact::Known(Some(Operator::And)), _) => (shorts.join(" and "), Some("all of them".to_owned())),
        (Fact::Known(Some(Operator::Or)), _) => (shorts.join(" or "), Some("any of them".to_owned())),
        (Fact::Known(None), _) => unclear(&shorts, "the file does not say it"),
        (Fact::Unknown(reason), _) => unclear(&shorts, reason.because()),
    };
    all.extend(operator.map(|operator| Said::plain(format!("({operator})"))));
    Asks { values: all, text, blocks }
}

fn unclear(shorts: &[&str], because: &str) -> (String, Option<String>) {
    let how = format!("whether one is enough is unknown: {because}");
    (format!("{} ({how})", shorts.join(", ")), Some(how))
}

impl Asks {
    /// What becomes of whoever it is for. Resources follow.
    pub(super) fn verb(&self, session: &[Said]) -> String {
        if self.blocks {
            "are blocked from".to_owned()
        } else if !self.text.is_empty() {
            format!("need {} for", self.text)
        } else if session.is_empty() {
            "need nothing for".to_owned()
        } else {
            "need nothing more, and get a limited session, for".to_owned()
        }
    }
}

/// Session controls that are on.
pub(super) fn session(policy: &Policy) -> Vec<Said> {
    match &policy.session {
        Fact::Known(controls) => controls.iter().map(|control| session_control(policy, control)).collect(),
        Fact::Unknown(reason) => vec![Said::unknown("controls that are", *reason)],
    }
}

/// A session control in words, with its settings as they are written beside them.
fn session_control(policy: &Policy, control: &SessionControl) -> Said {
    let typed = &policy.session_controls;
    let short = match control.name.as_ref() {
        "signInFrequency" => match &typed.sign_in_frequency {
            Fact::Known(Some(frequency)) => again(frequency),
            Fact::Known(None) | Fact::Unknown(_) => None,
        },
        "persistentBrowser" => match typed.persistent_browser {
            Fact::Known(Some(BrowserSession::Never)) => Some("no persistent browser session"),
            Fact::Known(Some(BrowserSession::Always)) => Some("always a persistent browser session"),
            Fact::Known(None) | Fact::Unknown(_) => None,
        }
        .map(str::to_owned),
        "continuousAccessEvaluation" => match typed.access_evaluation {
            Fact::Known(Some(AccessEvaluation::Disabled)) => Some("no continuous access evaluation"),
            Fact::Known(Some(AccessEvaluation::StrictLocation | AccessEvaluation::StrictEnforcement)) => {
                Some("strict continuous access evaluation")
            }
            Fact::Known(None) | Fact::Unknown(_) => None,
        }
        .map(str::to_owned),
        "secureSignInSession" => Some("token protection".to_owned()),
        "applicationEnforcedRestrictions" => Some("app enforced restrictions".to_owned()),
        "cloudAppSecurity" => Some("Conditional Access App Control".to_owned()),
        // Others are shown as they are written.
        _ => None,
    };
    let written = words::session_control(control);
    match short {
        Some(short) => Said { long: format!("{short}: {written}"), short },
        None => Said::plain(written),
    }
}

/// How often one signs in again; none if that is not known.
fn again(frequency: &SignInFrequency) -> Option<String> {
    let of = match frequency.authentication.known()? {
        AuthenticationType::PrimaryAndSecondaryAuthentication => "",
        AuthenticationType::SecondaryAuthentication => " with the second factor",
    };
    match frequency.interval.known()? {
        FrequencyInterval::EveryTime => Some(format!("a new sign-in{of} every time")),
        FrequencyInterval::TimeBased => {
            let value = frequency.value.known()?;
            let unit = match (frequency.unit.known()?, value) {
                (FrequencyUnit::Days, 1) => "day",
                (FrequencyUnit::Days, _) => "days",
                (FrequencyUnit::Hours, 1) => "hour",
                (FrequencyUnit::Hours, _) => "hours",
            };
            Some(format!("a new sign-in{of} after {value} {unit}"))
        }
    }
}
