//! Objects that tools export beside policies: named locations, strengths, groups, security defaults.

use super::DocumentKind;
use crate::policy::{Allowed, FileIndex, Id, is_authentication_context, lower_strength};
use crate::syntax::{Node, Object};
use crate::tenant::{Claim, Companions, NamedLocation, Place};
use ipnet::IpNet;

/// Id of the one `identitySecurityDefaultsEnforcementPolicy` of a tenant.
const SECURITY_DEFAULTS: &str = "00000000-0000-0000-0000-000000000005";

enum CompanionKind {
    NamedLocation,
    Strength,
    Group,
    User,
    Role,
    SecurityDefaults,
    MigrationTable,
    Organization,
    CrossTenantAccess,
    AuthenticationContext,
    ResourceAction,
}

/// Records a companion object. Returns false if it is none.
///
/// `root` is where names of infrastructure code belong.
pub(super) fn read(companions: &mut Companions, object: &Object<'_>, root: FileIndex) -> bool {
    let Some(kind) = recognise(object) else { return false };
    let id = match object.get("id") {
        Some(Node::String(id)) => Some(Id::new(id)),
        Some(Node::Reference(name)) => Some(Id::Reference(Box::new((root, name.as_ref().into())))),
        _ => None,
    };
    let name = object.get("displayName").or_else(|| object.get("userPrincipalName")).and_then(Node::as_str);
    let bears_name = match kind {
        CompanionKind::NamedLocation | CompanionKind::Strength | CompanionKind::Group | CompanionKind::User => true,
        // Policies name roles by the ids of their templates, which no object of a tenant has.
        CompanionKind::Role
        | CompanionKind::SecurityDefaults
        | CompanionKind::MigrationTable
        | CompanionKind::Organization
        | CompanionKind::CrossTenantAccess
        | CompanionKind::AuthenticationContext
        | CompanionKind::ResourceAction => false,
    };
    if let (Some(id), Some(name)) = (&id, name)
        && (id.guid().is_some() || matches!(id, Id::Reference(_)))
        && bears_name
    {
        let is_user = matches!(kind, CompanionKind::User);
        // The directory has users with an id.
        if !is_user || id.guid().is_none() {
            companions.names.insert(id.clone(), name.into());
            if is_user {
                companions.people.insert(id.clone());
            }
            if let Some(further) = object.get("userPrincipalName").and_then(Node::as_str) {
                companions.further_names.insert((further.into(), id.clone()));
            }
        }
    }
    match (kind, id) {
        (CompanionKind::NamedLocation, Some(id)) => {
            let by_country = object.get("countriesAndRegions").is_some_and(|countries| !countries.is_void());
            let trusted = match object.get("isTrusted") {
                Some(Node::Bool(trusted)) => Some(*trusted),
                _ if by_country => Some(false),
                _ => None,
            };
            companions.named_locations.insert(id, NamedLocation { trusted, place: place(object) });
        }
        (CompanionKind::Strength, Some(id)) => {
            if let Some(strength) = lower_strength(object) {
                companions.add_strength(id, Allowed::by(&strength));
            }
        }
        (CompanionKind::Role, _) => companions.roles.extend(name.map(|name| name.to_lowercase().into())),
        (CompanionKind::SecurityDefaults, _) => {
            if let Some(Node::Bool(enabled)) = object.get("isEnabled") {
                let known = companions.security_defaults.unwrap_or(true);
                companions.security_defaults = Some(known && *enabled);
            }
        }
        (CompanionKind::Organization, Some(id)) => companions.tenants.extend(tenant_id(&id.to_string())),
        (CompanionKind::MigrationTable, _) => {
            let tenant = object.get("TenantId").and_then(Node::as_str);
            companions.tenants.extend(tenant.and_then(tenant_id));
            let objects = object.get("Objects").and_then(Node::as_array).unwrap_or_default();
            for object in objects.iter().filter_map(Node::as_object) {
                let (id, name) =
                    (object.get("Id").and_then(Node::as_str), object.get("DisplayName").and_then(Node::as_str));
                if let (Some(id), Some(name)) = (id, name) {
                    if object.get("Type").and_then(Node::as_str).is_some_and(|kind| kind.contains("User")) {
                        companions.people.insert(Id::new(id));
                    }
                    companions.names.insert(Id::new(id), name.into());
                }
            }
        }
        (CompanionKind::CrossTenantAccess, _) => cross_tenant_access(companions, object),
        (CompanionKind::AuthenticationContext, Some(id)) => {
            let published = match object.get("isAvailable") {
                Some(Node::Bool(available)) => Some(*available),
                _ => None,
            };
            companions.contexts.define(id, published);
        }
        (CompanionKind::ResourceAction, _) => {
            let text = |key: &str| object.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
            if let (Some(context), Some(action)) = (text("authenticationContextId"), text("name")) {
                companions.contexts.protect(Id::new(context), action);
            }
        }
        // They have a name only, which is taken above. A setting without an id is of no use.
        (CompanionKind::Group | CompanionKind::User, _)
        | (
            CompanionKind::NamedLocation
            | CompanionKind::Strength
            | CompanionKind::Organization
            | CompanionKind::AuthenticationContext,
            None,
        ) => {}
    }
    true
}

/// Takes note of what cross-tenant access settings accept of home tenants.
fn cross_tenant_access(companions: &mut Companions, object: &Object<'_>) {
    let partner = match object.get("tenantId") {
        None => None,
        Some(tenant) => match tenant.as_str().and_then(|tenant| Id::new(tenant).guid()) {
            Some(tenant) => Some(tenant),
            // Whose settings these are is not told.
            None => return,
        },
    };
    let unreadable = Claim::PROPERTIES.map(|(claim, _)| (claim, None));
    let says = match object.get("inboundTrust") {
        None => return,
        Some(Node::Object(trust)) if !trust.is_void() => Some(Claim::PROPERTIES.map(|(claim, property)| {
            let value = match trust.get(property) {
                Some(Node::Bool(accepted)) => Some(*accepted),
                _ => None,
            };
            (claim, value)
        })),
        Some(trust) if trust.is_void() => None,
        Some(_) => Some(unreadable),
    };
    // Only a partner can leave it to others.
    if partner.is_some() || says.is_some() {
        companions.trust.add(partner, says);
    }
}

/// The id of a tenant, in lower case.
pub(super) fn tenant_id(text: &str) -> Option<Box<str>> {
    Id::new(text).guid().map(|guid| guid.to_string().into())
}

/// Where a named location is. One range that cannot be read makes all of it undefined.
fn place(object: &Object<'_>) -> Place {
    let type_name = object.get("@odata.type").and_then(Node::as_str).unwrap_or_default();
    let network = object.get("compliantNetworkType");
    if type_name == "#microsoft.graph.compliantNetworkNamedLocation" || network.is_some_and(|kind| !kind.is_void()) {
        let has_addresses = ["ipRanges", "countriesAndRegions"].iter().filter_map(|key| object.get(key));
        let is_plain = has_addresses.into_iter().all(Node::is_void);
        // There is one kind, of all compliant networks of the tenant. What another one holds is not known.
        let is_known = network.is_none_or(|kind| kind.as_str() == Some("allTenantCompliantNetworks"));
        return if is_plain && is_known { Place::CompliantNetwork } else { Place::Undefined };
    }
    if let Some(Node::Array(countries)) = object.get("countriesAndRegions") {
        let countries: Option<_> =
            countries.iter().map(|country| Some(country.as_str()?.to_ascii_uppercase())).collect();
        let Some(countries) = countries else { return Place::Undefined };
        let method = object.get("countryLookupMethod").and_then(Node::as_str).unwrap_or_default();
        return Place::Countries {
            countries,
            unknown: matches!(object.get("includeUnknownCountriesAndRegions"), Some(Node::Bool(true))),
            by_authenticator_app: method.eq_ignore_ascii_case("authenticatorAppGps"),
        };
    }
    let Some(Node::Array(ranges)) = object.get("ipRanges") else { return Place::Undefined };
    // The type beside an address is not to be trusted: some tools write the one for IPv4 everywhere.
    let net = |range: &Node<'_>| range.as_object()?.get("cidrAddress")?.as_str()?.parse::<IpNet>().ok();
    let nets: Option<Vec<IpNet>> = ranges.iter().map(net).collect();
    nets.filter(|nets| !nets.is_empty()).map_or(Place::Undefined, Place::Ranges)
}

/// What a document without policies was taken for.
pub(super) fn kind(root: &Node<'_>) -> Option<DocumentKind> {
    Some(match recognise(root.as_object()?)? {
        CompanionKind::NamedLocation => DocumentKind::NamedLocation,
        CompanionKind::Strength => DocumentKind::AuthenticationStrength,
        CompanionKind::Group => DocumentKind::Group,
        CompanionKind::User => DocumentKind::User,
        CompanionKind::Role => DocumentKind::Role,
        CompanionKind::SecurityDefaults => DocumentKind::SecurityDefaults,
        CompanionKind::MigrationTable => DocumentKind::MigrationTable,
        CompanionKind::Organization => DocumentKind::Organization,
        CompanionKind::CrossTenantAccess => DocumentKind::CrossTenantAccess,
        CompanionKind::AuthenticationContext => DocumentKind::AuthenticationContext,
        CompanionKind::ResourceAction => DocumentKind::ResourceAction,
    })
}

fn recognise(object: &Object<'_>) -> Option<CompanionKind> {
    let has = |name| object.get(name).is_some();
    let context = object.get("@odata.context").and_then(Node::as_str).unwrap_or_default();
    let type_name = object.get("@odata.type").and_then(Node::as_str).unwrap_or_default();
    if type_name.ends_with("NamedLocation")
        || (has("displayName") && (has("ipRanges") || has("countriesAndRegions") || has("compliantNetworkType")))
    {
        Some(CompanionKind::NamedLocation)
    } else if has("allowedCombinations") && (has("policyType") || has("requirementsSatisfied")) {
        Some(CompanionKind::Strength)
    } else if context.contains("identitySecurityDefaultsEnforcementPolicy")
        || (has("isEnabled") && object.get("id").and_then(Node::as_str) == Some(SECURITY_DEFAULTS))
    {
        Some(CompanionKind::SecurityDefaults)
    } else if type_name == "#microsoft.graph.organization"
        || (has("id") && has("verifiedDomains") && has("displayName"))
    {
        Some(CompanionKind::Organization)
    } else if has("inboundTrust")
        && (has("tenantId") || has("isServiceDefault") || context.contains("crossTenantAccessPolicy/default"))
    {
        // A partner whose tenant is left out, and the template of a multitenant organization, are none of the settings.
        Some(CompanionKind::CrossTenantAccess)
    } else if type_name == "#microsoft.graph.authenticationContextClassReference"
        || context.contains("authenticationContextClassReferences/$entity")
        || (has("isAvailable") && object.get("id").and_then(Node::as_str).is_some_and(is_authentication_context))
    {
        Some(CompanionKind::AuthenticationContext)
    } else if has("actionVerb") && has("authenticationContextId") {
        Some(CompanionKind::ResourceAction)
    } else if has("Objects") && (has("TenantId") || has("Organization")) {
        Some(CompanionKind::MigrationTable)
    } else if has("displayName") && (has("roleTemplateId") || has("rolePermissions")) {
        Some(CompanionKind::Role)
    } else if has("userPrincipalName") {
        Some(CompanionKind::User)
    } else if type_name == "#microsoft.graph.group"
        || context.ends_with("groups/$entity")
        || (has("id") && has("displayName") && (has("groupTypes") || has("securityEnabled") || has("membershipRule")))
    {
        Some(CompanionKind::Group)
    } else {
        None
    }
}
