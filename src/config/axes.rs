//! The keys that narrow sign-ins: with which client, from where, on what device, at which risk. A key that is absent stands for
//! every value.

use crate::controls::{self, Problem};
use crate::diff::{DeviceFact, Dimension, Region, Scope};
use crate::policy::{ClientAppType, Id, InsiderRiskLevel, Platform, RiskLevel, TransferMethod, Words};
use toml::Spanned;

/// Declares a table of TOML that has these keys beside its own.
macro_rules! with_axes {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Default, PartialEq, serde::Deserialize)]
        #[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
        $vis struct $name {
            $($field: $type,)*
            clients: Vec<toml::Spanned<String>>,
            platforms: Vec<toml::Spanned<String>>,
            locations: Vec<toml::Spanned<String>>,
            outside: Vec<toml::Spanned<String>>,
            device: Option<toml::Spanned<String>>,
            sign_in_risk: Vec<toml::Spanned<String>>,
            user_risk: Vec<toml::Spanned<String>>,
            insider_risk: Vec<toml::Spanned<String>>,
            flows: Vec<toml::Spanned<String>>,
        }

        impl $name {
            fn axes(&self) -> $crate::config::axes::Axes<'_> {
                $crate::config::axes::Axes {
                    clients: &self.clients,
                    platforms: &self.platforms,
                    locations: &self.locations,
                    outside: &self.outside,
                    device: self.device.as_ref(),
                    sign_in_risk: &self.sign_in_risk,
                    user_risk: &self.user_risk,
                    insider_risk: &self.insider_risk,
                    flows: &self.flows,
                }
            }
        }
    };
}

pub(crate) use with_axes;

/// The values of a table.
pub(crate) struct Axes<'f> {
    pub(crate) clients: &'f [Spanned<String>],
    pub(crate) platforms: &'f [Spanned<String>],
    /// Named locations of which the sign-in is made in one.
    pub(crate) locations: &'f [Spanned<String>],
    /// Named locations in none of which it is made.
    pub(crate) outside: &'f [Spanned<String>],
    pub(crate) device: Option<&'f Spanned<String>>,
    pub(crate) sign_in_risk: &'f [Spanned<String>],
    pub(crate) user_risk: &'f [Spanned<String>],
    pub(crate) insider_risk: &'f [Spanned<String>],
    pub(crate) flows: &'f [Spanned<String>],
}

impl Axes<'_> {
    /// The sign-ins, where `location` tells what a name stands for. Without a client, these are meant.
    pub(crate) fn region(
        &self,
        otherwise: &[ClientAppType],
        location: impl Fn(&Spanned<String>) -> Result<Id, Problem>,
    ) -> Result<Region, Problem> {
        fn listed<W: Words>(all: &[Spanned<String>], what: &str) -> Result<Vec<&'static str>, Problem> {
            all.iter().map(|word| Ok(controls::word::<W>(word, what)?.word())).collect()
        }
        let mut clients = listed::<ClientAppType>(self.clients, "a client app type")?;
        if clients.is_empty() {
            clients = otherwise.iter().map(|client| client.word()).collect();
        }
        let dimensions = [
            (Dimension::ClientAppTypes, clients),
            (Dimension::DevicePlatforms, listed::<Platform>(self.platforms, "a platform")?),
            (Dimension::SignInRiskLevels, listed::<RiskLevel>(self.sign_in_risk, "a risk level")?),
            (Dimension::UserRiskLevels, listed::<RiskLevel>(self.user_risk, "a risk level")?),
            (Dimension::InsiderRiskLevels, listed::<InsiderRiskLevel>(self.insider_risk, "a risk level")?),
            (Dimension::AuthenticationFlows, listed::<TransferMethod>(self.flows, "an authentication flow")?),
        ];
        let places = |all: &[Spanned<String>]| all.iter().map(&location).collect::<Result<Vec<Id>, Problem>>();
        let inside = places(self.locations)?;
        let all_of = if inside.is_empty() { Vec::new() } else { vec![inside] };
        Ok(Region {
            locations: Scope { all_of, none_of: places(self.outside)? },
            values: dimensions.into_iter().filter(|(_, words)| !words.is_empty()).collect(),
            device: self.device.map_or(Ok(Vec::new()), device)?,
            ..Region::default()
        })
    }
}

fn device(written: &Spanned<String>) -> Result<Vec<DeviceFact>, Problem> {
    match written.get_ref().as_str() {
        "compliant" => Ok(vec![DeviceFact::Compliant(true)]),
        "hybrid-joined" => Ok(vec![DeviceFact::HybridJoined(true)]),
        "unmanaged" => Ok(vec![DeviceFact::Compliant(false), DeviceFact::HybridJoined(false)]),
        _ => Err(Problem {
            span: written.span(),
            message: "this is no state of a device".to_owned(),
            help: "Write \"compliant\", \"hybrid-joined\" or \"unmanaged\", or leave it out for any device.".to_owned(),
        }),
    }
}
