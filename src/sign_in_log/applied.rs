//! What Microsoft's engine made of each policy: [`appliedConditionalAccessPolicy`].
//!
//! [`appliedConditionalAccessPolicy`]: https://learn.microsoft.com/graph/api/resources/appliedconditionalaccesspolicy?view=graph-rest-beta

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What the log says of one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied<'a> {
    /// `id` of the policy.
    pub id: Cow<'a, str>,
    /// `displayName`, empty if the log has none.
    pub name: Cow<'a, str>,
    /// `result`
    pub verdict: Verdict,
    /// `conditionsSatisfied`
    pub satisfied: LoggedConditions,
    /// `conditionsNotSatisfied`
    pub not_satisfied: LoggedConditions,
    /// `enforcedGrantControls` names something; none if the row does not have it.
    pub asks: Option<bool>,
    /// `enforcedGrantControls` blocks.
    pub blocks: bool,
}

/// `appliedConditionalAccessPolicyResult`, as far as it tells whether the policy applied, and in which state it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// `success`, `failure`: on, and its conditions were met.
    Applied,
    /// `notApplied`: on, and its conditions were not met.
    NotApplied,
    /// `reportOnlySuccess`, `reportOnlyFailure`, `reportOnlyInterrupted`
    ReportOnlyApplied,
    /// `reportOnlyNotApplied`
    ReportOnlyNotApplied,
    /// `notEnabled`: off, and not evaluated.
    NotEnabled,
    /// `unknown`, `unknownFutureValue`, or a word that caplint does not know.
    Unknown,
}

impl Verdict {
    fn of(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "success" | "failure" => Self::Applied,
            "notapplied" => Self::NotApplied,
            "reportonlysuccess" | "reportonlyfailure" | "reportonlyinterrupted" => Self::ReportOnlyApplied,
            "reportonlynotapplied" => Self::ReportOnlyNotApplied,
            "notenabled" => Self::NotEnabled,
            _ => Self::Unknown,
        }
    }

    /// Whether the conditions of the policy were met; none if the log does not tell.
    #[must_use]
    pub fn applies(self) -> Option<bool> {
        match self {
            Self::Applied | Self::ReportOnlyApplied => Some(true),
            Self::NotApplied | Self::ReportOnlyNotApplied => Some(false),
            Self::NotEnabled | Self::Unknown => None,
        }
    }
}

macro_rules! conditions {
    ($($name:ident = $word:literal @ $bit:literal),+ $(,)?) => {
        /// A member of `conditionalAccessConditions`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LoggedCondition { $(#[doc = concat!("`", $word, "`")] $name),+ }

        impl LoggedCondition {
            const WORDS: &'static [(&'static str, u32, Self)] = &[$(($word, 1 << $bit, Self::$name)),+];
        }
    };
}

conditions! {
    Application = "application" @ 0,
    Users = "users" @ 1,
    DevicePlatform = "devicePlatform" @ 2,
    Location = "location" @ 3,
    ClientType = "clientType" @ 4,
    SignInRisk = "signInRisk" @ 5,
    UserRisk = "userRisk" @ 6,
    Time = "time" @ 7,
    DeviceState = "deviceState" @ 8,
    Client = "client" @ 9,
    IpAddressSeenByEntra = "ipAddressSeenByAzureAD" @ 10,
    IpAddressSeenByResource = "ipAddressSeenByResourceProvider" @ 11,
    ServicePrincipals = "servicePrincipals" @ 13,
    ServicePrincipalRisk = "servicePrincipalRisk" @ 14,
    AuthenticationFlows = "authenticationFlows" @ 15,
    InsiderRisk = "insiderRisk" @ 16,
}

impl LoggedCondition {
    /// Microsoft's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, _, condition)| *condition == self).map_or("", |(word, _, _)| *word)
    }
}

/// A set of conditions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoggedConditions(u32);

impl LoggedConditions {
    /// Reads `application,users` as Graph writes it, or the number that [diagnostic settings] write: one bit a member.
    ///
    /// [diagnostic settings]: https://learn.microsoft.com/entra/identity/monitoring-health/reference-azure-monitor-sign-ins-log-schema
    fn read(text: &str) -> Self {
        let text = text.trim_matches('"');
        if let Ok(bits) = text.parse() {
            return Self(bits);
        }
        let bit = |word: &str| {
            let known = LoggedCondition::WORDS.iter().find(|(known, _, _)| known.eq_ignore_ascii_case(word.trim()));
            known.map_or(0, |(_, bit, _)| *bit)
        };
        Self(text.split(',').map(bit).fold(0, |all, bit| all | bit))
    }

    /// The members, as far as caplint knows them.
    pub fn iter(self) -> impl Iterator<Item = LoggedCondition> {
        LoggedCondition::WORDS.iter().filter(move |(_, bit, _)| self.0 & bit != 0).map(|(_, _, condition)| *condition)
    }
}

#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow, alias = "Id")]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "displayName", alias = "DisplayName")]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, alias = "Result")]
    result: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "conditionsSatisfied", alias = "ConditionsSatisfied")]
    satisfied: Option<&'a RawValue>,
    #[serde(borrow, rename = "conditionsNotSatisfied", alias = "ConditionsNotSatisfied")]
    not_satisfied: Option<&'a RawValue>,
    #[serde(borrow, rename = "enforcedGrantControls", alias = "EnforcedGrantControls")]
    controls: Option<&'a RawValue>,
}

/// Reads the policies of a row; none if the text is not understood.
pub(super) fn read(text: &str) -> Option<Vec<Applied<'_>>> {
    let written: Vec<Written<'_>> = serde_json::from_str(text).ok()?;
    let conditions =
        |value: Option<&RawValue>| value.map_or_else(Default::default, |value| LoggedConditions::read(value.get()));
    let of = |written: Written<'_>| {
        let controls = written.controls.and_then(|value| serde_json::from_str::<Vec<Cow<'_, str>>>(value.get()).ok());
        (
            written.result.as_deref().map_or(Verdict::Unknown, Verdict::of),
            conditions(written.satisfied),
            conditions(written.not_satisfied),
            controls.as_ref().map(|all| !all.is_empty()),
            controls.is_some_and(|all| all.iter().any(|one| one.eq_ignore_ascii_case("block"))),
        )
    };
    let all = written.into_iter().filter_map(|mut one| {
        let (id, name) = (one.id.take()?, one.name.take().unwrap_or_default());
        let (verdict, satisfied, not_satisfied, asks, blocks) = of(one);
        Some(Applied { id, name, verdict, satisfied, not_satisfied, asks, blocks })
    });
    Some(all.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_words_or_bits() {
        for text in ["\"application,users,clientType\"", "19"] {
            let all: Vec<_> = LoggedConditions::read(text).iter().collect();
            assert_eq!(
                all,
                [LoggedCondition::Application, LoggedCondition::Users, LoggedCondition::ClientType],
                "{text}"
            );
        }
        for text in ["\"none\"", "0", "\"\""] {
            assert_eq!(LoggedConditions::read(text), LoggedConditions::default(), "{text}");
        }
        let all: Vec<_> = LoggedConditions::read("\"authenticationFlows,insiderRisk\"").iter().collect();
        assert_eq!(all, [LoggedCondition::AuthenticationFlows, LoggedCondition::InsiderRisk]);
    }

    #[test]
    fn policies_are_read_with_either_capitals() {
        for text in [
            r#"[{"id":"a","displayName":"P","result":"failure","conditionsSatisfied":"users","conditionsNotSatisfied":"none","enforcedGrantControls":["Block"]}]"#,
            r#"[{"Id":"a","DisplayName":"P","Result":"failure","ConditionsSatisfied":"users","ConditionsNotSatisfied":"none","EnforcedGrantControls":["Block"]}]"#,
        ] {
            let all = read(text).unwrap();
            assert_eq!(
                (all[0].id.as_ref(), all[0].verdict, all[0].asks, all[0].blocks),
                ("a", Verdict::Applied, Some(true), true)
            );
        }
        assert_eq!(read("\"System.Object[]\""), None);
    }
}
