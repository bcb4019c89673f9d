//! The policy as a resource of the provider [azuread].
//!
//! [azuread]: https://registry.terraform.io/providers/hashicorp/azuread/latest/docs/resources/conditional_access_policy

use super::Refused;
use super::body::{Body, Conditions, GrantControls, Name, SessionControls, Users};
use crate::policy::{UserType, Words};
use std::fmt::Write;

/// Longest line of a list; a longer one has a line for each element.
const WIDTH: usize = 100;

/// Attributes and blocks, in their order.
#[derive(Default)]
struct Block {
    attributes: Vec<(&'static str, Value)>,
    blocks: Vec<(&'static str, Block)>,
}

enum Value {
    One(String),
    List(Vec<String>),
}

/// The text, with this label of the resource.
pub(super) fn terraform(body: &Body, label: &str) -> Result<String, Refused> {
    let mut resource = Block::default();
    resource.one("display_name", string(&body.display_name));
    resource.one("state", string(body.state));
    resource.block("conditions", conditions(&body.conditions)?);
    if let Some(grant) = &body.grant_controls {
        resource.block("grant_controls", grant_controls(grant));
    }
    if !body.session_controls.is_empty() {
        resource.block("session_controls", session_controls(&body.session_controls)?);
    }
    let mut text = format!("resource \"azuread_conditional_access_policy\" {} {{\n", string(label));
    resource.write(&mut text, 1);
    text.push_str("}\n");
    Ok(text)
}

fn refused(what: &str) -> Refused {
    Refused::new(
        format!("the provider azuread has no {what}"),
        "Write it with --format graph. The providers microsoft365 and msgraph have resources for it.",
    )
}

fn conditions(conditions: &Conditions) -> Result<Block, Refused> {
    if !conditions.agent_id_risk_levels.is_empty() {
        return Err(refused("risk of agents"));
    }
    let mut block = Block::default();
    block.words("client_app_types", &conditions.client_app_types);
    block.words("sign_in_risk_levels", &conditions.sign_in_risk_levels);
    block.words("user_risk_levels", &conditions.user_risk_levels);
    block.words("service_principal_risk_levels", &conditions.service_principal_risk_levels);
    match conditions.insider_risk_levels.as_slice() {
        [] => {}
        [level] => block.one("insider_risk_levels", string(level.word())),
        [_, _, ..] => return Err(refused("place for several levels of insider risk")),
    }
    block.words("authentication_flow_transfer_methods", &conditions.authentication_flows);
    let apps = &conditions.applications;
    if !apps.include_authentication_context_class_references.is_empty() {
        return Err(refused("authentication contexts"));
    }
    let mut applications = Block::default();
    applications.names("included_applications", &apps.include_applications);
    applications.names("included_user_actions", &apps.include_user_actions);
    block.block("applications", applications);
    block.block("users", users(&conditions.users)?);
    if let Some(identities) = &conditions.client_applications {
        let agents = [&identities.include_agent_id_service_principals, &identities.exclude_agent_id_service_principals];
        if agents.iter().any(|list| !list.is_empty()) {
            return Err(refused("agent identities"));
        }
        let mut principals = Block::default();
        principals.names("included_service_principals", &identities.include_service_principals);
        principals.names("excluded_service_principals", &identities.exclude_service_principals);
        block.block("client_applications", principals);
    }
    if let Some(platforms) = &conditions.platforms {
        let mut scope = Block::default();
        scope.words("included_platforms", &platforms.include_platforms);
        scope.words("excluded_platforms", &platforms.exclude_platforms);
        block.block("platforms", scope);
    }
    if let Some(locations) = &conditions.locations {
        let mut places = Block::default();
        places.names("included_locations", &locations.include_locations);
        places.names("excluded_locations", &locations.exclude_locations);
        block.block("locations", places);
    }
    Ok(block)
}

fn users(users: &Users) -> Result<Block, Refused> {
    if users.include_users.contains(&Name::text("AllAgentIdUsers")) {
        return Err(refused("user accounts of agents"));
    }
    let mut block = Block::default();
    block.names("included_users", &users.include_users);
    block.names("included_groups", &users.include_groups);
    block.names("included_roles", &users.include_roles);
    block.names("excluded_users", &users.exclude_users);
    block.names("excluded_groups", &users.exclude_groups);
    block.names("excluded_roles", &users.exclude_roles);
    block.guests("included_guests_or_external_users", &users.include_guests_or_external_users);
    block.guests("excluded_guests_or_external_users", &users.exclude_guests_or_external_users);
    Ok(block)
}

fn grant_controls(grant: &GrantControls) -> Block {
    let mut block = Block::default();
    block.one("operator", string(grant.operator.word()));
    block.words("built_in_controls", &grant.built_in_controls);
    if let Some(strength) = &grant.authentication_strength {
        // The provider wants a path.
        let path = format!("/policies/authenticationStrengthPolicies/{}", strength.id);
        block.one("authentication_strength_policy_id", string(&path));
    }
    block
}

fn session_controls(session: &SessionControls) -> Result<Block, Refused> {
    let SessionControls {
        sign_in_frequency,
        persistent_browser,
        secure_sign_in_session,
        application_enforced_restrictions,
        cloud_app_security,
        continuous_access_evaluation,
    } = session;
    if secure_sign_in_session.is_some() {
        return Err(refused("token protection"));
    }
    if continuous_access_evaluation.is_some() {
        return Err(refused("continuous access evaluation"));
    }
    let mut block = Block::default();
    if application_enforced_restrictions.is_some() {
        block.one("application_enforced_restrictions_enabled", "true".to_owned());
    }
    if let Some(security) = cloud_app_security {
        block.one("cloud_app_security_policy", string(security.cloud_app_security_type));
    }
    if let Some(browser) = persistent_browser {
        block.one("persistent_browser_mode", string(browser.mode));
    }
    if let Some(frequency) = sign_in_frequency {
        if let (Some(value), Some(unit)) = (frequency.value, frequency.unit) {
            block.one("sign_in_frequency", value.to_string());
            block.one("sign_in_frequency_period", string(unit));
        }
        block.one("sign_in_frequency_authentication_type", string(frequency.authentication_type));
        block.one("sign_in_frequency_interval", string(frequency.frequency_interval));
    }
    Ok(block)
}

impl Block {
    fn one(&mut self, name: &'static str, value: String) {
        self.attributes.push((name, Value::One(value)));
    }

    fn words<W: Words>(&mut self, name: &'static str, words: &[W]) {
        self.list(name, words.iter().map(|word| string(word.word())).collect());
    }

    fn names(&mut self, name: &'static str, names: &[Name]) {
        let value = |name: &Name| match name {
            Name::Text(text) => string(text),
            Name::Address(address) => format!("{address}.object_id"),
        };
        self.list(name, names.iter().map(value).collect());
    }

    fn list(&mut self, name: &'static str, values: Vec<String>) {
        if !values.is_empty() {
            self.attributes.push((name, Value::List(values)));
        }
    }

    fn block(&mut self, name: &'static str, block: Self) {
        self.blocks.push((name, block));
    }

    fn guests(&mut self, name: &'static str, kinds: &[UserType]) {
        if kinds.is_empty() {
            return;
        }
        let mut guests = Self::default();
        guests.words("guest_or_external_user_types", kinds);
        let mut tenants = Self::default();
        tenants.one("membership_kind", string("all"));
        guests.block("external_tenants", tenants);
        self.block(name, guests);
    }

    /// As `terraform fmt` has it: attributes that stand together and have one line have their values in a column.
    fn write(&self, text: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        let line = |value: &Value| match value {
            Value::One(value) => Some(value.clone()),
            Value::List(values) => Some(format!("[{}]", values.join(", "))).filter(|line| line.len() <= WIDTH),
        };
        let lines: Vec<Option<String>> = self.attributes.iter().map(|(_, value)| line(value)).collect();
        let mut start = 0;
        while start < lines.len() {
            let group = lines[start..].iter().take_while(|line| line.is_some()).count();
            let widest = self.attributes[start..start + group].iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            for ((name, _), line) in self.attributes[start..start + group].iter().zip(lines[start..].iter().flatten()) {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{indent}{name:widest$} = {line}");
            }
            start += group;
            if let Some((name, Value::List(values))) = self.attributes.get(start) {
                let _ = writeln!(text, "{indent}{name} = [");
                for value in values {
                    let _ = writeln!(text, "{indent}  {value},");
                }
                let _ = writeln!(text, "{indent}]");
                start += 1;
            }
        }
        for (index, (name, block)) in self.blocks.iter().enumerate() {
            if index > 0 || !self.attributes.is_empty() {
                text.push('\n');
            }
            let _ = writeln!(text, "{indent}{name} {{");
            block.write(text, depth + 1);
            let _ = writeln!(text, "{indent}}}");
        }
    }
}

/// A string of HCL: <https://developer.hashicorp.com/terraform/language/expressions/strings>
fn string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut characters = text.chars().peekable();
    while let Some(one) = characters.next() {
        match one {
            '"' | '\\' => quoted.extend(['\\', one]),
            // What would begin a template.
            '$' | '%' if characters.peek() == Some(&'{') => quoted.extend([one, one]),
            '\n' => quoted.push_str("\\n"),
            one if one.is_control() || crate::finding::is_invisible(one) => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(one));
            }
            one => quoted.push(one),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn a_string_says_what_it_says() {
        assert_eq!(string("Plain 100% of $5"), "\"Plain 100% of $5\"");
        assert_eq!(string("${a} %{b} \"c\\"), "\"$${a} %%{b} \\\"c\\\\\"");
        assert_eq!(string("a\nb\u{202e}"), "\"a\\nb\\U0000202e\"");
    }
}
