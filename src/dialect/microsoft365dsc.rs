//! Policies, users and groups of [Microsoft365DSC]: configurations and data of Desired State Configuration, and the resources of
//! [Tenant Configuration Management], which has the same properties.
//!
//! Properties are flat, and users, groups, roles, named locations and strengths go by their names.
//!
//! [Microsoft365DSC]: https://microsoft365dsc.com/resources/azure-ad/AADConditionalAccessPolicy/
//! [Tenant Configuration Management]: https://learn.microsoft.com/graph/api/resources/configurationbaseline

mod principals;

use super::{DocumentKind, DocumentReader, Here, companion, translate};
use crate::catalog;
use crate::policy::Wording;
use crate::syntax::{Node, Object, Untold};
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What a resource is to Conditional Access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Policy,
    NamedLocation,
    Strength,
    Group,
    User,
}

/// One of these is in every document of this dialect.
const MARKS: [&str; 10] = [
    "rantControlOperator",
    "AADConditionalAccess",
    "entra.conditional",
    "entra.Conditional",
    "AADNamedLocation",
    "AADAuthenticationStrength",
    "AADGroup",
    "AADUser",
    "microsoft.entra.group",
    "microsoft.entra.user",
];

/// Properties of which a policy has some, whatever tool has written it.
const USUAL: [&str; 8] = [
    "GrantControlOperator",
    "BuiltInControls",
    "IncludeApplications",
    "IncludeUsers",
    "ClientAppTypes",
    "ExcludeGroups",
    "ExcludeUsers",
    "IncludeRoles",
];

/// Properties that are about the resource and say nothing of the policy.
const ABOUT: [&str; 20] = [
    "Ensure",
    "Credential",
    "ApplicationId",
    "TenantId",
    "ApplicationSecret",
    "CertificateThumbprint",
    "CertificatePassword",
    "CertificatePath",
    "ManagedIdentity",
    "AccessTokens",
    "DependsOn",
    "PsDscRunAsCredential",
    "ResourceName",
    "ResourceInstanceName",
    "ResourceID",
    "UniqueID",
    "ModuleVersion",
    "ModuleName",
    "SourceInfo",
    "ConfigurationName",
];

/// Properties whose value is a list. PowerShell takes a single value for a list of one.
const LISTS: [&str; 28] = [
    "IncludeApplications",
    "ExcludeApplications",
    "IncludeUserActions",
    "AuthenticationContexts",
    "IncludeUsers",
    "ExcludeUsers",
    "IncludeGroups",
    "ExcludeGroups",
    "IncludeRoles",
    "ExcludeRoles",
    "IncludeGuestOrExternalUserTypes",
    "ExcludeGuestOrExternalUserTypes",
    "IncludeExternalTenantsMembers",
    "ExcludeExternalTenantsMembers",
    "IncludeServicePrincipals",
    "ExcludeServicePrincipals",
    "IncludePlatforms",
    "ExcludePlatforms",
    "IncludeLocations",
    "ExcludeLocations",
    "IncludeDevices",
    "ExcludeDevices",
    "UserRiskLevels",
    "SignInRiskLevels",
    "ServicePrincipalRiskLevels",
    "ClientAppTypes",
    "BuiltInControls",
    "CustomAuthenticationFactors",
];

/// How Microsoft365DSC calls the addresses of the per-user MFA settings, which have this id.
const TRUSTED_IPS: (&str, &str) = ("Multifactor authentication trusted IPs", "00000000-0000-0000-0000-000000000000");

/// Reads configurations, data and baselines. False if there is no resource in them that caplint knows.
pub(super) fn read<'a>(reader: &mut DocumentReader<'_, 'a>, root: &Node<'a>, here: &Here) -> bool {
    static FINDERS: LazyLock<[Finder<'static>; MARKS.len()]> = LazyLock::new(|| MARKS.map(Finder::new));
    if !FINDERS.iter().any(|mark| mark.find(reader.text.as_bytes()).is_some()) {
        return false;
    }
    let found = walk(reader, root, here, None);
    if found {
        let is_baseline = reader.text.to_ascii_lowercase().contains("\"microsoft.entra.")
            || reader.text.to_ascii_lowercase().contains(": microsoft.entra.");
        reader.taken.kind =
            if is_baseline { DocumentKind::TenantConfiguration } else { DocumentKind::DscConfiguration };
    }
    found
}

/// Looks for resources. `kind` is what the key above says of them.
fn walk<'a>(reader: &mut DocumentReader<'_, 'a>, node: &Node<'a>, here: &Here, kind: Option<Kind>) -> bool {
    match node {
        Node::Object(object) => {
            if let Some(found) = resource(reader, object, here, kind) {
                return found;
            }
            let mut found = false;
            for (key, node) in &object.members {
                found |= walk(reader, node, &here.at(here.pointer.key(key)), kind_of(key).or(kind));
            }
            found
        }
        Node::Array(elements) => {
            let mut found = false;
            for (index, element) in elements.iter().enumerate() {
                let here = here.at(here.pointer.index(index));
                reader.element(element, &here, |reader, node, here| found |= walk(reader, node, here, kind));
            }
            found
        }
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => false,
    }
}

/// Takes an object if it is a resource, which it may say itself.
fn resource<'a>(
    reader: &mut DocumentReader<'_, 'a>,
    object: &Object<'a>,
    here: &Here,
    above: Option<Kind>,
) -> Option<bool> {
    let said = ["resourceType", "type", "ResourceName"].iter().find_map(|key| kind_of_type(object.get(key)?.as_str()?));
    let named = |name: &str| object.members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let (body, here) = match (said, named("properties")) {
        (Some(_), Some((key, Node::Object(body)))) => (body, here.at(here.pointer.key(key))),
        _ => (object, here.clone()),
    };
    let has = |name: &str| body.get(name).is_some();
    let usual = USUAL.iter().filter(|name| has(name)).count();
    let is_flat = usual > 1 && !has("conditions") && !has("grantControls") && has("DisplayName");
    let kind = said
        .or(above.filter(|_| ["DisplayName", "UserPrincipalName", "UniqueID", "Ensure"].into_iter().any(has)))
        .or(is_flat.then_some(Kind::Policy))?;
    if kind == Kind::Policy && (has("conditions") || has("grantControls")) {
        return None;
    }
    let is_absent =
        body.get("Ensure").and_then(Node::as_str).is_some_and(|ensure| ensure.eq_ignore_ascii_case("Absent"));
    match kind {
        Kind::Group => principals::group(reader, body, &here),
        Kind::User => principals::user(reader, body, &here),
        Kind::Policy | Kind::NamedLocation | Kind::Strength if is_absent => {}
        Kind::Policy => policy(reader, body, &here),
        Kind::NamedLocation | Kind::Strength => companions(reader, body, kind),
    }
    Some(true)
}

/// `AADConditionalAccessPolicy`, `MSFT_AADConditionalAccessPolicy`, `ConditionalAccessPolicies`
fn kind_of(key: &str) -> Option<Kind> {
    let key = key.to_ascii_lowercase();
    let key = key.strip_prefix("msft_").unwrap_or(&key);
    // Others have groups and users, too.
    match key {
        "aadgroup" => return Some(Kind::Group),
        "aaduser" => return Some(Kind::User),
        _ => {}
    }
    match key.strip_prefix("aad").unwrap_or(key) {
        "conditionalaccesspolicy" | "conditionalaccesspolicies" => Some(Kind::Policy),
        "namedlocationpolicy" | "namedlocationpolicies" => Some(Kind::NamedLocation),
        "authenticationstrengthpolicy" | "authenticationstrengthpolicies" => Some(Kind::Strength),
        _ => None,
    }
}

/// The same of what a resource says that it is: `Microsoft365DSC/AADConditionalAccessPolicy`,
/// `microsoft.entra.conditionalAccessPolicy`.
fn kind_of_type(text: &str) -> Option<Kind> {
    let text = text.to_ascii_lowercase();
    match text.as_str() {
        "microsoft.entra.group" => return Some(Kind::Group),
        "microsoft.entra.user" => return Some(Kind::User),
        _ => {}
    }
    let prefixes = ["microsoft365dsc/", "microsoft.entra."];
    let rest = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    let rest = rest.or((text.starts_with("aad") || text.starts_with("msft_aad")).then_some(text.as_str()))?;
    kind_of(rest)
}

fn policy(reader: &mut DocumentReader<'_, '_>, body: &Object<'_>, here: &Here) {
    let written = tidied(body);
    let said = Object { members: written.members.iter().filter(|(key, _)| !is_one_of(&ABOUT, key)).cloned().collect() };
    let mut graph = translate::policy(&said, Wording::Microsoft365Dsc);
    adapt(&mut graph);
    if matches!(body.get("Ensure"), Some(Node::Untold(_))) {
        translate::perhaps(&mut graph);
    }
    reader.worded(&Node::Object(written), &Node::Object(graph), Wording::Microsoft365Dsc, here);
}

/// A resource as its schema has it: an empty string is nothing, and a single value a list of one.
fn tidied<'a>(body: &Object<'a>) -> Object<'a> {
    let tidy = |key: &str, node: &Node<'a>| match node {
        Node::String(text) if text.is_empty() => Node::Null,
        Node::String(_) if is_one_of(&LISTS, key) || key.eq_ignore_ascii_case("TermsOfUse") => {
            Node::Array(vec![node.clone()])
        }
        other => other.clone(),
    };
    Object { members: body.members.iter().map(|(key, node)| (key.clone(), tidy(key, node))).collect() }
}

fn is_one_of(names: &[&str], key: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(key))
}

/// What the resource says otherwise than Graph.
fn adapt(graph: &mut Object<'_>) {
    if graph.get("conditions").is_none() {
        graph.members.push((Cow::Borrowed("conditions"), Node::Object(Object::default())));
    }
    for (key, node) in &mut graph.members {
        match (key.as_ref(), node) {
            ("conditions", Node::Object(conditions)) => {
                // Empty lists say that there is no such condition, as Microsoft365DSC makes none of them.
                conditions.members.retain(|(_, node)| !node.is_void());
                let locations = conditions.members.iter_mut().filter(|(key, _)| key == "locations");
                let lists = locations.filter_map(|(_, node)| match node {
                    Node::Object(lists) => Some(&mut lists.members),
                    _ => None,
                });
                lists.flatten().for_each(|(_, list)| each(list, trusted_ips));
            }
            ("grantControls", Node::Object(grant)) => {
                let strength = grant.members.iter_mut().filter(|(key, _)| key == "authenticationStrength");
                let ids = strength.filter_map(|(_, node)| match node {
                    Node::Object(strength) => Some(&mut strength.members),
                    _ => None,
                });
                ids.flatten().for_each(|(_, id)| each(id, strength_id));
            }
            ("sessionControls", Node::Object(session)) => {
                session.members.retain_mut(|(_, control)| is_on(control));
            }
            _ => {}
        }
    }
}

fn each(node: &mut Node<'_>, change: impl Fn(&str) -> Option<Node<'static>> + Copy) {
    match node {
        Node::String(text) => {
            if let Some(changed) = change(text) {
                *node = changed;
            }
        }
        Node::Array(elements) => elements.iter_mut().for_each(|element| each(element, change)),
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::Object(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => {}
    }
}

fn trusted_ips(name: &str) -> Option<Node<'static>> {
    name.eq_ignore_ascii_case(TRUSTED_IPS.0).then_some(Node::String(Cow::Borrowed(TRUSTED_IPS.1)))
}

/// The id of a built-in strength. Another keeps its name, which is then its id in the files.
fn strength_id(name: &str) -> Option<Node<'static>> {
    let built_in = catalog::strengths().iter().find(|strength| strength.display_name.eq_ignore_ascii_case(name));
    match built_in {
        Some(strength) => Some(Node::String(Cow::Owned(strength.id.to_string()))),
        // Ids are the last segments of paths.
        None if name.contains('/') => Some(Node::Untold(Untold::Expression)),
        None => None,
    }
}

/// Whether a session control is used. One that is not leaves its settings behind.
fn is_on(control: &mut Node<'_>) -> bool {
    match control {
        Node::Object(settings) => {
            for (key, node) in &mut settings.members {
                if let (true, Node::String(word)) = (key == "type" || key == "mode", &mut *node) {
                    *node = Node::String(Cow::Owned(word.to_ascii_lowercase()));
                }
            }
            !matches!(settings.get("isEnabled"), Some(Node::Bool(false))) && !settings.is_void()
        }
        Node::Null | Node::Bool(false) => false,
        Node::Bool(true)
        | Node::Number(_)
        | Node::String(_)
        | Node::Array(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => true,
    }
}

/// Takes note of a named location or a strength, by its id and by its name, which is what policies have.
fn companions(reader: &mut DocumentReader<'_, '_>, body: &Object<'_>, kind: Kind) {
    let member = |name: &str| body.get(name).cloned().unwrap_or(Node::Null);
    let mut object = Object::default();
    let mut push = |key: &'static str, node: Node<'_>| object.members.push((Cow::Borrowed(key), node.into_owned()));
    push("displayName", member("DisplayName"));
    match kind {
        Kind::NamedLocation => {
            push("@odata.type", Node::String(Cow::Borrowed("#microsoft.graph.namedLocation")));
            push("isTrusted", member("IsTrusted"));
            if !member("CountriesAndRegions").is_void() {
                for key in ["countriesAndRegions", "countryLookupMethod", "includeUnknownCountriesAndRegions"] {
                    push(key, member(key));
                }
            }
            if let Node::Array(ranges) = member("IpRanges") {
                let range = |range: Node<'_>| {
                    Node::Object(Object { members: vec![(Cow::Borrowed("cidrAddress"), range.into_owned())] })
                };
                push("ipRanges", Node::Array(ranges.into_iter().map(range).collect()));
            }
        }
        Kind::Strength | Kind::Policy | Kind::Group | Kind::User => {
            push("policyType", Node::String(Cow::Borrowed("custom")));
            push("allowedCombinations", member("AllowedCombinations"));
        }
    }
    for id in [member("Id"), member("DisplayName")] {
        if let Node::String(id) = id {
            if id.is_empty() {
                continue;
            }
            let mut object = object.clone();
            object.members.push((Cow::Borrowed("id"), Node::String(Cow::Owned(id.into_owned()))));
            companion::read(&mut reader.taken.companions, &object, reader.file);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::{DocumentKind, Taken, read};
    use crate::policy::{Fact, FileIndex, Policy, Property, State, lower};
    use crate::syntax::{Notation, Pointer};

    fn read_all(text: &str) -> (Vec<Policy>, Taken) {
        let root = Notation::of(text).parse(text).unwrap();
        let mut found = Vec::new();
        let taken = read(text, &root, FileIndex(0), &mut |policy| {
            found.push(lower(policy.node, policy.origin.clone()).policy);
            // What conforms is plain to read, and what is written says why the rest is not.
            assert_eq!(crate::schema::violations(policy.written, policy.origin.wording), []);
        });
        (found, taken)
    }

    const PROPERTIES: &str = r#"
        DisplayName = "MFA"; State = 'enabled'; Id = "b6000000-0000-4000-8000-000000000001"
        IncludeApplications = 'All'; IncludeUsers = @("All"); ExcludeUsers = @("admin@contoso.com")
        ExcludeGroups = @("Break glass"); ExcludeRoles = @("Directory Synchronization Accounts"); ClientAppTypes = @("all")
        ExcludeLocations = @("HQ", "Multifactor authentication trusted IPs"); ExcludePlatforms = @()
        BuiltInControls = @("mfa"); GrantControlOperator = "OR"; AuthenticationStrength = ""
        DeviceFilterRule = ""; DeviceFilterMode = ""; TransferMethods = ""; SignInFrequencyIsEnabled = $False; SignInFrequencyType = ""
        PersistentBrowserIsEnabled = $true; PersistentBrowserMode = 'Never'; Credential = $Credential"#;

    fn configuration(resources: &str) -> String {
        format!("Configuration X\n{{\n Node localhost\n {{\n{resources}\n }}\n}}\n")
    }

    #[test]
    fn a_configuration_is_read_with_its_names() {
        let text = configuration(&format!(
            "AADConditionalAccessPolicy 'MFA' {{ {PROPERTIES} }}\nAADConditionalAccessPolicy 'gone' {{ DisplayName = 'x'; Ensure = 'absent' }}\n\
             AADNamedLocationPolicy 'HQ' {{ DisplayName = 'HQ'; IpRanges = @('192.0.2.0/24'); IsTrusted = $True; Ensure = 'Present' }}"
        ));
        let (found, taken) = read_all(&text);
        assert_eq!((found.len(), taken.policies, taken.kind), (1, 1, DocumentKind::DscConfiguration));
        let policy = &found[0];
        assert_eq!((policy.state, policy.has_session_controls), (Fact::Known(State::Enabled), true));
        let users = &policy.conditions.users;
        let names = |list: &crate::policy::List<crate::policy::Id>| {
            list.known().map(|(_, id)| id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(&users.exclude_users), ["admin@contoso.com"]);
        assert_eq!(names(&users.exclude_groups), ["Break glass"]);
        assert_eq!(names(&users.exclude_roles), ["d29b2b05-8046-44ba-8758-1e26182fcf32"]);
        assert_eq!(names(&policy.conditions.locations.exclude), ["HQ", "00000000-0000-0000-0000-000000000000"]);
        assert_eq!(names(&policy.conditions.applications.include), ["All"]);
        assert!(policy.conditions.locations.is_written && !policy.conditions.platforms.is_written);
        assert_eq!(policy.session.known().map(|controls| controls.len()), Some(1));
        let trusted = taken.companions.named_locations.values().map(|location| location.trusted).collect::<Vec<_>>();
        assert_eq!(trusted, [Some(true)]);
        let place = policy.origin.wording.of_graph(&Pointer::new(Property::ExcludeGroups).index(0));
        assert_eq!(
            (policy.origin.pointer.as_str(), place.as_str()),
            ("/AADConditionalAccessPolicy/0", "/ExcludeGroups/0")
        );
    }

    #[test]
    fn data_files_baselines_and_documents_of_resources_are_read() {
        for (text, pointer) in [
            (
                format!("@{{ NonNodeData = @{{ AzureAD = @{{ ConditionalAccessPolicies = @( @{{ UniqueID = 'x'; {PROPERTIES} }} ) }} }} }}"),
                "/NonNodeData/AzureAD/ConditionalAccessPolicies/0",
            ),
            (
                r#"{"displayName": "b", "baseline": {"resources": [{"resourceType": "microsoft.entra.conditionalaccesspolicy",
                    "properties": {"DisplayName": "p", "State": "enabled", "IncludeUsers": ["All"], "Ensure": "Present"}}]}}"#
                    .to_owned(),
                "/baseline/resources/0/properties",
            ),
            (
                r#"[{"ResourceName": "AADConditionalAccessPolicy", "ResourceInstanceName": "x", "DisplayName": "p", "State": "disabled"}]"#
                    .to_owned(),
                "/0",
            ),
            (
                "resources:\n- name: p\n  type: Microsoft365DSC/AADConditionalAccessPolicy\n  properties:\n    DisplayName: p\n    State: enabled\n".to_owned(),
                "/resources/0/properties",
            ),
            (
                "AADConditionalAccessPolicy:\n  p:\n    DisplayName: p\n    State: enabled\n".to_owned(),
                "/AADConditionalAccessPolicy/p",
            ),
        ] {
            let (found, _) = read_all(&text);
            let pointers: Vec<_> = found.iter().map(|policy| policy.origin.pointer.as_str()).collect();
            assert_eq!(pointers, [pointer], "{text}");
        }
    }

    #[test]
    fn what_the_file_does_not_state_stays_open() {
        let (found, _) = read_all(&configuration(
            "AADConditionalAccessPolicy 'a' { DisplayName = 'a'; State = $state; IncludeUsers = $users; ExcludeGroups = @('x', \"y$z\") }\n\
             foreach ($x in $y) { AADConditionalAccessPolicy 'b' { DisplayName = 'b'; State = 'enabled' } }",
        ));
        assert!(found.iter().all(|policy| policy.state.known().is_none()));
        let users = &found[0].conditions.users;
        assert!(users.include_users.first_unknown().is_some() && users.exclude_groups.first_unknown().is_some());
    }

    #[test]
    fn a_property_that_nobody_knows_may_narrow_the_policy() {
        let text = "@{ DisplayName = 'a'; State = 'enabled'; IncludeUsers = 'All'; BuiltInControls = 'mfa'; GrantControlOperator = 'OR'; ExcludedGroup = 'x' }";
        let root = Notation::of(text).parse(text).unwrap();
        let mut opaque = Vec::new();
        read(text, &root, FileIndex(0), &mut |policy| {
            let policy = lower(policy.node, policy.origin.clone()).policy;
            opaque.extend(policy.conditions.opaque.iter().map(|one| one.name.to_string()));
        });
        assert_eq!(opaque, ["ExcludedGroup"]);
    }

    #[test]
    fn a_strength_goes_by_its_name() {
        let strength = |name: &str, more: &str| {
            let (found, taken) = read_all(&configuration(&format!(
                "AADConditionalAccessPolicy 'a' {{ DisplayName = 'a'; State = 'enabled'; AuthenticationStrength = '{name}' }}\n{more}"
            )));
            let id = found[0].grant.strength.known().unwrap().as_ref().unwrap().id.clone().unwrap();
            let known = taken.companions.strengths.get(&id).map(crate::policy::Allowed::implies_mfa);
            (id.to_string(), known)
        };
        assert_eq!(strength("Phishing-resistant MFA", "").0, "00000000-0000-0000-0000-000000000004");
        let weak = "AADAuthenticationStrengthPolicy 'w' { DisplayName = 'Weak'; AllowedCombinations = @('password') }";
        assert_eq!(strength("weak", weak), ("weak".to_owned(), Some(Fact::Known(Some(false)))));
    }
}
