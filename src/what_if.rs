//! The request of Microsoft Graph's What If, [`conditionalAccessRoot: evaluate`]: a sign-in that can be asked of Microsoft, too.
//!
//! [`conditionalAccessRoot: evaluate`]: https://learn.microsoft.com/graph/api/conditionalaccessroot-evaluate

use crate::policy::{
    ClientAppType, Id, InsiderRiskLevel, Platform, REGISTER_DEVICE, REGISTER_SECURITY_INFO, RiskLevel, TransferMethod,
    UserType, Words, device_attribute,
};
use crate::requirement::{Identities, Resource};
use crate::signin::SignIn;
use crate::tenant::{Place, Tenant};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The actions, in the words of a request and of a policy.
const ACTIONS: [(&str, &str); 2] =
    [("registerSecurityInformation", REGISTER_SECURITY_INFO), ("registerOrJoinDevices", REGISTER_DEVICE)];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    sign_in_identity: Identity,
    sign_in_context: Context,
    #[serde(default)]
    sign_in_conditions: Conditions,
    #[serde(rename = "appliedPoliciesOnly")]
    _applied_policies_only: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Identity {
    #[serde(rename = "@odata.type")]
    kind: Option<String>,
    user_id: Option<String>,
    external_user_type: Option<String>,
    external_tenant_id: Option<String>,
    service_principal_id: Option<String>,
    agent_service_principal_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Context {
    #[serde(rename = "@odata.type")]
    _kind: Option<String>,
    include_applications: Option<Vec<String>>,
    user_action: Option<String>,
    authentication_context_value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Conditions {
    #[serde(rename = "@odata.type")]
    _kind: Option<String>,
    device_platform: Option<String>,
    client_app_type: Option<String>,
    sign_in_risk_level: Option<String>,
    user_risk_level: Option<String>,
    insider_risk_level: Option<String>,
    service_principal_risk_level: Option<String>,
    agent_id_risk_level: Option<String>,
    country: Option<String>,
    ip_address: Option<IpAddr>,
    authentication_flow: Option<Flow>,
    #[serde(default)]
    device_info: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Flow {
    transfer_method: String,
}

/// Whether a text is such a request rather than policies.
#[must_use]
pub fn is_request(text: &str) -> bool {
    let keys = |value: Value| value.get("signInIdentity").is_some() || value.get("signInContext").is_some();
    serde_json::from_str::<Value>(text).is_ok_and(keys)
}

/// Reads a request. The address and the country decide in which named locations of the tenant the sign-in is made.
///
/// # Errors
/// It is no such request, or says something that is not understood; or the files do not
/// define a named location, so that it is not known whether the address is in it.
pub fn read(text: &str, tenant: &Tenant) -> Result<SignIn, String> {
    let request: Request = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Request { sign_in_identity: identity, sign_in_context: context, sign_in_conditions: asked, .. } = request;
    let kind = identity.kind.as_deref().map(|kind| kind.trim_start_matches('#').trim_start_matches("microsoft.graph."));
    let class = match kind {
        None | Some("userSignIn") => Identities::Users,
        Some("servicePrincipalSignIn") => Identities::ServicePrincipals,
        Some("agentSignIn") => Identities::AgentIdentities,
        Some(_) => return Err("`signInIdentity` is neither a user nor a service principal nor an agent".to_owned()),
    };
    let mut sign_in = SignIn { identities: class, ..SignIn::attacker(resource(context)?) };
    sign_in.user = identity.user_id.as_deref().map(Id::new);
    match class {
        Identities::Users | Identities::AgentUsers => {}
        // Policies name service principals by their object ids, and no file connects the two.
        Identities::ServicePrincipals => {
            if identity.service_principal_id.is_some() {
                return Err("`servicePrincipalId` is the app id of a service principal, and policies name service \
                     principals by their object ids. Leave it out to ask about one that no policy names"
                    .to_owned());
            }
        }
        Identities::AgentIdentities => {
            sign_in.user = None;
            sign_in.groups.extend(identity.agent_service_principal_id.as_deref().map(Id::new));
        }
    }
    if let Some(kind) = identity.external_user_type.filter(|kind| kind != "none") {
        sign_in.user_type = word::<UserType>(&kind)?;
    }
    sign_in.external_tenant = identity.external_tenant_id.as_deref().map(Id::new);
    // What is not said is what an attacker tries first.
    let said = |written: Option<String>| written.filter(|word| word != "all");
    if let Some(platform) = said(asked.device_platform) {
        sign_in.platform = word::<Platform>(&platform)?;
    }
    if let Some(client) = said(asked.client_app_type) {
        sign_in.client_app = word::<ClientAppType>(&client)?;
    }
    if let Some(level) = asked.sign_in_risk_level {
        sign_in.sign_in_risk = word::<RiskLevel>(&level)?;
    }
    let own_risk = match class {
        Identities::Users | Identities::AgentUsers => asked.user_risk_level,
        Identities::ServicePrincipals => asked.service_principal_risk_level,
        Identities::AgentIdentities => asked.agent_id_risk_level,
    };
    if let Some(level) = own_risk {
        sign_in.user_risk = word::<RiskLevel>(&level)?;
    }
    if let Some(level) = asked.insider_risk_level {
        sign_in.insider_risk = word::<InsiderRiskLevel>(&level)?;
    }
    if let Some(flow) = asked.authentication_flow {
        sign_in.flow = word::<TransferMethod>(&flow.transfer_method)?;
    }
    for (name, value) in asked.device_info.iter().filter(|(name, _)| *name != "@odata.type") {
        let attribute = device_attribute(name).ok_or_else(|| format!("`deviceInfo` has no attribute `{name}`"))?;
        let text = match value {
            Value::Null => continue,
            Value::Bool(value) => value.to_string(),
            // The portal's name for what filters call AzureAD.
            Value::String(text) if attribute == "trustType" && text == "EntraID" => "AzureAD".to_owned(),
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                return Err(format!("`{name}` of `deviceInfo` is no text"));
            }
        };
        sign_in.device.set(attribute, &text);
    }
    if asked.ip_address.is_some() || asked.country.is_some() {
        sign_in.locations = locations(tenant, asked.ip_address, asked.country.as_deref())?;
    }
    Ok(sign_in)
}

fn resource(context: Context) -> Result<Resource, String> {
    let Context { include_applications, user_action, authentication_context_value, .. } = context;
    match (include_applications.as_deref(), user_action, authentication_context_value) {
        (Some([app]), None, None) if app.eq_ignore_ascii_case("All") => Ok(Resource::Other),
        (Some([app]), None, None) => Ok(Resource::App(Id::new(app))),
        (None, Some(action), None) => {
            let known = ACTIONS.iter().find(|(word, _)| *word == action);
            known
                .map(|(_, own)| Resource::UserAction(Id::new(own)))
                .ok_or_else(|| format!("`{action}` is no user action"))
        }
        (None, None, Some(context)) => Ok(Resource::AuthenticationContext(Id::new(&context))),
        _ => Err("`signInContext` must name one app in `includeApplications`, a `userAction` or an \
                  `authenticationContextValue`"
            .to_owned()),
    }
}

fn word<W: Words>(written: &str) -> Result<W, String> {
    W::of(written).ok_or_else(|| {
        let known: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
        format!("`{written}` is none of {}", known.join(", "))
    })
}

/// The named locations that hold an address or a country, with `AllTrusted` among them if one is trusted.
fn locations(tenant: &Tenant, address: Option<IpAddr>, country: Option<&str>) -> Result<BTreeSet<Id>, String> {
    let mut found = BTreeSet::new();
    for id in named(tenant) {
        let known = tenant.companions.named_locations.get(id);
        let holds = known.and_then(|location| holds(&location.place, address, country));
        match holds {
            Some(true) => _ = found.insert(id.clone()),
            Some(false) => {}
            None => {
                let name = tenant.name_or_id(id);
                return Err(format!(
                    "the files do not say whether this address is in the named location `{name}`; leave `ipAddress` \
                     and `country` out, and name the locations with `--location`"
                ));
            }
        }
    }
    if found.iter().any(|id| tenant.is_trusted_location(id) == Some(true)) {
        found.insert(Id::new("AllTrusted"));
    }
    Ok(found)
}

/// The named locations that policies or files name.
fn named(tenant: &Tenant) -> BTreeSet<&Id> {
    let of_policies = tenant.policies.iter().map(|policy| &policy.conditions.locations);
    let listed = of_policies.flat_map(|scope| scope.include.known().chain(scope.exclude.known())).map(|(_, id)| id);
    let all = listed.chain(tenant.companions.named_locations.keys());
    all.filter(|id| !id.is("All") && !id.is("AllTrusted")).collect()
}

/// Whether a named location holds a sign-in; none if that is not known.
fn holds(place: &Place, address: Option<IpAddr>, country: Option<&str>) -> Option<bool> {
    match place {
        Place::Ranges(ranges) => address.map(|address| ranges.iter().any(|range| range.contains(&address))),
        Place::Countries { by_authenticator_app: true, .. } | Place::CompliantNetwork | Place::Undefined => None,
        Place::Countries { countries, .. } => country.map(|country| countries.contains(&country.to_uppercase())),
    }
}

/// A request, and what somebody must fill in before Microsoft can answer it.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The body of the request.
    pub request: Value,
    /// Keys that have no value yet, with what belongs there.
    pub open: Vec<(&'static str, String)>,
}

/// Writes a sign-in as a request.
#[must_use]
pub fn write(sign_in: &SignIn, tenant: &Tenant) -> Written {
    let mut open: Vec<(&'static str, String)> = Vec::new();
    let name = |id: &Id| tenant.name_or_id(id);
    let mut identity = json!({ "@odata.type": "#microsoft.graph.userSignIn" });
    if let Some((kind, key, takes_object_id)) = of_principal(sign_in.identities) {
        identity = json!({ "@odata.type": kind });
        let own = sign_in.user.iter().chain(&sign_in.groups).next();
        if let Some(id) = own.filter(|id| takes_object_id && id.guid().is_some() && sign_in.groups.len() < 2) {
            identity[key] = json!(id.to_string());
        } else {
            let what = if takes_object_id { "object id" } else { "app id" };
            let whose = own.map_or("that no policy names".to_owned(), |id| format!("that policies call {}", name(id)));
            open.push(("signInIdentity", format!("`{key}`: the {what} of one {whose}")));
        }
    } else {
        match &sign_in.user {
            Some(user) if user.guid().is_some() => identity["userId"] = json!(user.to_string()),
            Some(user) => open.push(("signInIdentity.userId", format!("the object id of {}", name(user)))),
            None => {
                let groups = sign_in.groups.iter().map(|id| format!("member of {}", name(id)));
                let roles = sign_in.roles.iter().map(|id| format!("holder of the role {}", name(id)));
                let all: Vec<String> = groups.chain(roles).collect();
                let whose = if all.is_empty() { "whom no policy names".to_owned() } else { all.join(", ") };
                open.push(("signInIdentity.userId", format!("the object id of a user: {whose}")));
            }
        }
    }
    if sign_in.user_type != UserType::Member {
        identity["externalUserType"] = json!(sign_in.user_type.word());
        identity["externalTenantId"] = json!(sign_in.external_tenant.as_ref().map(ToString::to_string));
    }
    let context = match &sign_in.resource {
        Resource::App(app) => application(&app.to_string()),
        Resource::UserAction(action) => {
            let known = ACTIONS.iter().find(|(_, own)| action.is(own)).map(|(word, _)| *word);
            json!({ "@odata.type": "#microsoft.graph.userActionContext", "userAction": known })
        }
        Resource::AuthenticationContext(context) => {
            let value = context.to_string();
            json!({ "@odata.type": "#microsoft.graph.authContext", "authenticationContextValue": value })
        }
        Resource::OfSuite(suite) => {
            open.push(("signInContext.includeApplications", format!("an app of {}", suite.word())));
            application("")
        }
        Resource::Other | Resource::Every => {
            open.push(("signInContext.includeApplications", "an app that no policy names".to_owned()));
            application("")
        }
    };
    let mut conditions = json!({
        "clientAppType": sign_in.client_app.word(),
        "signInRiskLevel": sign_in.sign_in_risk.word(),
        "userRiskLevel": sign_in.user_risk.word(),
        "insiderRiskLevel": sign_in.insider_risk.word(),
    });
    // Microsoft Graph has other keys for the risk of who is no user.
    let own_risk = match sign_in.identities {
        Identities::Users => None,
        Identities::ServicePrincipals => Some("servicePrincipalRiskLevel"),
        Identities::AgentUsers | Identities::AgentIdentities => Some("agentIdRiskLevel"),
    };
    if let Some(key) = own_risk {
        conditions["userRiskLevel"] = json!(RiskLevel::None.word());
        conditions[key] = json!(sign_in.user_risk.word());
    }
    if sign_in.platform != Platform::Unknown {
        conditions["devicePlatform"] = json!(sign_in.platform.word());
    }
    if sign_in.flow != TransferMethod::None {
        conditions["authenticationFlow"] = json!({ "transferMethod": sign_in.flow.word() });
    }
    if !sign_in.device.attributes.is_empty() {
        let value = |name: &str, value: &str| match name {
            "isCompliant" => json!(value.eq_ignore_ascii_case("true")),
            _ => json!(value),
        };
        let device = sign_in.device.attributes.iter().map(|(name, text)| ((*name).to_owned(), value(name, text)));
        conditions["deviceInfo"] = Value::Object(device.collect());
    }
    if let Some(place) = address(sign_in, tenant) {
        conditions["ipAddress"] = json!(place.to_string());
    } else {
        let inside: Vec<String> = sign_in.locations.iter().map(name).collect();
        let inside = if inside.is_empty() { "no named location".to_owned() } else { inside.join(", ") };
        open.push(("signInConditions.ipAddress", format!("an address in {inside}")));
    }
    let request = json!({
        "signInIdentity": identity,
        "signInContext": context,
        "signInConditions": conditions,
        "appliedPoliciesOnly": false,
    });
    Written { request, open }
}

/// The type of the identity, the key of its id, and whether that is an object id, of service principals and agents.
///
/// Sources: <https://learn.microsoft.com/graph/api/resources/serviceprincipalsignin> and
/// <https://learn.microsoft.com/graph/api/resources/agentsignin?view=graph-rest-beta>
fn of_principal(class: Identities) -> Option<(&'static str, &'static str, bool)> {
    match class {
        Identities::Users | Identities::AgentUsers => None,
        Identities::ServicePrincipals => Some(("#microsoft.graph.servicePrincipalSignIn", "servicePrincipalId", false)),
        Identities::AgentIdentities => Some(("#microsoft.graph.agentSignIn", "agentServicePrincipalId", true)),
    }
}

fn application(id: &str) -> Value {
    let apps: Vec<&str> = Some(id).filter(|id| !id.is_empty()).into_iter().collect();
    json!({ "@odata.type": "#microsoft.graph.applicationContext", "includeApplications": apps })
}

/// An address that is in exactly these named locations, if there is one among the first of each range. The others are of the
/// blocks that are reserved for documentation.
fn address(sign_in: &SignIn, tenant: &Tenant) -> Option<IpAddr> {
    let places = tenant.companions.named_locations.values().map(|location| &location.place);
    let ranges = places.flat_map(|place| match place {
        Place::Ranges(ranges) => ranges.as_slice(),
        Place::Countries { .. } | Place::CompliantNetwork | Place::Undefined => &[],
    });
    let reserved = ["203.0.113.1", "198.51.100.1", "192.0.2.1"].into_iter().filter_map(|text| text.parse().ok());
    let candidates = reserved.chain(ranges.map(|range| range.hosts().next().unwrap_or(range.addr())));
    let is_there =
        |address: &IpAddr| locations(tenant, Some(*address), None).is_ok_and(|found| found == sign_in.locations);
    candidates.into_iter().find(is_there)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::NamedLocation;

    const OFFICE: &str = "d0000000-0000-4000-8000-000000000001";
    const USER: &str = "3f2b6c1e-8d1a-4a57-9b0e-5c7d2e8f4a10";

    fn tenant() -> Tenant {
        let mut tenant = Tenant::default();
        let place = Place::Ranges(vec!["203.0.113.0/24".parse().unwrap()]);
        tenant.companions.named_locations.insert(Id::new(OFFICE), NamedLocation { trusted: Some(true), place });
        tenant
    }

    fn with(context: &str, conditions: &str) -> String {
        format!(
            r##"{{ "signInIdentity": {{ "@odata.type": "#microsoft.graph.userSignIn", "userId": "{USER}" }},
                 "signInContext": {context}, "signInConditions": {conditions}, "appliedPoliciesOnly": true }}"##
        )
    }

    const APP: &str = r#"{ "includeApplications": ["797f4846-ba00-4fd7-ba43-dac1f8f63013"] }"#;

    #[test]
    fn a_request_is_read_and_its_address_is_looked_up() {
        let conditions = r#"{ "devicePlatform": "windows", "clientAppType": "browser", "signInRiskLevel": "high",
            "ipAddress": "203.0.113.9", "authenticationFlow": { "transferMethod": "deviceCodeFlow" },
            "deviceInfo": { "isCompliant": true, "trustType": "EntraID" } }"#;
        let sign_in = read(&with(APP, conditions), &tenant()).unwrap();
        assert_eq!(sign_in.user, Some(Id::new(USER)));
        assert_eq!(sign_in.locations, BTreeSet::from([Id::new(OFFICE), Id::new("AllTrusted")]));
        assert!(sign_in.device.is_compliant());
        assert_eq!(sign_in.device.attributes["trustType"].as_ref(), "AzureAD");
        assert_eq!((sign_in.flow, sign_in.sign_in_risk), (TransferMethod::DeviceCodeFlow, RiskLevel::High));
    }

    /// What is written is read as the same sign-in.
    #[test]
    fn what_is_written_can_be_read() {
        for context in
            [APP, r#"{ "userAction": "registerOrJoinDevices" }"#, r#"{ "authenticationContextValue": "c1" }"#]
        {
            for conditions in [
                "{}",
                r#"{ "clientAppType": "browser", "ipAddress": "203.0.113.9", "deviceInfo": { "isCompliant": true } }"#,
            ] {
                let sign_in = read(&with(context, conditions), &tenant()).unwrap();
                let written = write(&sign_in, &tenant());
                assert!(written.open.is_empty(), "{:?}", written.open);
                assert_eq!(read(&written.request.to_string(), &tenant()).unwrap(), sign_in);
            }
        }
    }

    /// An agent is asked about by its object id. A service principal is by its app id, which no policy has.
    #[test]
    fn a_request_can_be_about_an_agent_or_a_service_principal() {
        let about = |identity: &str, conditions: &str| {
            let text = format!(
                r#"{{ "signInIdentity": {identity}, "signInContext": {APP}, "signInConditions": {conditions} }}"#
            );
            read(&text, &tenant())
        };
        let agent =
            format!(r##"{{ "@odata.type": "#microsoft.graph.agentSignIn", "agentServicePrincipalId": "{USER}" }}"##);
        let sign_in = about(&agent, r#"{ "agentIdRiskLevel": "high" }"#).unwrap();
        assert_eq!((sign_in.identities, sign_in.user_risk), (Identities::AgentIdentities, RiskLevel::High));
        let written = write(&sign_in, &tenant());
        assert!(written.open.is_empty(), "{:?}", written.open);
        assert_eq!(read(&written.request.to_string(), &tenant()).unwrap(), sign_in);

        let principal = r##"{ "@odata.type": "#microsoft.graph.servicePrincipalSignIn" }"##;
        let mut sign_in = about(principal, r#"{ "servicePrincipalRiskLevel": "high" }"#).unwrap();
        assert_eq!((sign_in.identities, sign_in.user_risk), (Identities::ServicePrincipals, RiskLevel::High));
        let by_app = principal.replace(" }", &format!(r#", "servicePrincipalId": "{USER}" }}"#));
        assert!(about(&by_app, "{}").unwrap_err().contains("is the app id"));
        sign_in.user = Some(Id::new(USER));
        let open = write(&sign_in, &tenant()).open;
        assert!(open.iter().any(|(_, what)| what.contains("the app id of one that policies call")), "{open:?}");
    }

    #[test]
    fn whoever_has_no_id_is_left_open() {
        let mut sign_in = SignIn::attacker(Resource::Other);
        sign_in.groups.insert(Id::new(USER));
        let open = write(&sign_in, &tenant()).open;
        assert_eq!(
            open,
            [
                ("signInIdentity.userId", format!("the object id of a user: member of {USER}")),
                ("signInContext.includeApplications", "an app that no policy names".to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        let said = |context: &str, conditions: &str| read(&with(context, conditions), &tenant()).unwrap_err();
        assert!(said(APP, r#"{ "devicePlatfrom": "windows" }"#).contains("unknown field `devicePlatfrom`"));
        assert!(said(APP, r#"{ "devicePlatform": "win" }"#).contains("`win` is none of"));
        assert!(said(APP, r#"{ "country": "DE" }"#).contains("do not say whether this address is in"));
        assert!(said(r#"{ "includeApplications": ["a", "b"] }"#, "{}").contains("must name one app"));
        assert!(said(r#"{ "userAction": "dance" }"#, "{}").contains("`dance` is no user action"));
        let somebody =
            r##"{ "signInIdentity": { "@odata.type": "#microsoft.graph.someSignIn" }, "signInContext": {} }"##;
        assert!(read(somebody, &tenant()).unwrap_err().contains("is neither a user nor"));
        assert!(is_request(somebody) && !is_request(r#"{ "value": [] }"#) && !is_request("x"));
    }
}
