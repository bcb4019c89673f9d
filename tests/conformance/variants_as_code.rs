//! The tenants as code that has to be evaluated: one resource for every policy, a YAML file for each, a module for each.
//!
//! Each form takes azuread's words from the document that [`terraform::tf_json`] makes, so all forms share one mapping.
//! None of them leaves a value where the others have it: in a local, in a YAML file, in `terraform.tfvars`.

use super::terraform;
use serde_json::{Map, Value};

/// Paths in the folder, and texts.
type Files = Vec<(String, String)>;

/// A block of the resource. What may be left out is null in the values.
struct Block {
    name: &'static str,
    /// Attributes and their types.
    attributes: &'static [(&'static str, &'static str)],
    blocks: &'static [Block],
    is_required: bool,
}

const LIST: &str = "list(string)";

const FILTER: Block =
    Block { name: "filter", attributes: &[("mode", "string"), ("rule", "string")], blocks: &[], is_required: false };

const EXTERNAL_TENANTS: Block = Block {
    name: "external_tenants",
    attributes: &[("membership_kind", "string"), ("members", LIST)],
    blocks: &[],
    is_required: false,
};

const fn guests(name: &'static str) -> Block {
    const TYPES: &[(&str, &str)] = &[("guest_or_external_user_types", LIST)];
    Block { name, attributes: TYPES, blocks: &[EXTERNAL_TENANTS], is_required: false }
}

/// The blocks of `azuread_conditional_access_policy`.
const BLOCKS: [Block; 3] = [
    Block {
        name: "conditions",
        attributes: &[
            ("client_app_types", LIST),
            ("sign_in_risk_levels", LIST),
            ("user_risk_levels", LIST),
            ("service_principal_risk_levels", LIST),
            ("insider_risk_levels", "string"),
            ("authentication_flow_transfer_methods", LIST),
        ],
        blocks: &[
            Block {
                name: "applications",
                attributes: &[
                    ("included_applications", LIST),
                    ("excluded_applications", LIST),
                    ("included_user_actions", LIST),
                ],
                blocks: &[FILTER],
                is_required: true,
            },
            Block {
                name: "users",
                attributes: &[
                    ("included_users", LIST),
                    ("excluded_users", LIST),
                    ("included_groups", LIST),
                    ("excluded_groups", LIST),
                    ("included_roles", LIST),
                    ("excluded_roles", LIST),
                ],
                blocks: &[guests("included_guests_or_external_users"), guests("excluded_guests_or_external_users")],
                is_required: true,
            },
            Block {
                name: "client_applications",
                attributes: &[("included_service_principals", LIST), ("excluded_service_principals", LIST)],
                blocks: &[],
                is_required: false,
            },
            Block {
                name: "platforms",
                attributes: &[("included_platforms", LIST), ("excluded_platforms", LIST)],
                blocks: &[],
                is_required: false,
            },
            Block {
                name: "locations",
                attributes: &[("included_locations", LIST), ("excluded_locations", LIST)],
                blocks: &[],
                is_required: false,
            },
            Block { name: "devices", attributes: &[], blocks: &[FILTER], is_required: false },
        ],
        is_required: true,
    },
    Block {
        name: "grant_controls",
        attributes: &[
            ("operator", "string"),
            ("built_in_controls", LIST),
            ("custom_authentication_factors", LIST),
            ("terms_of_use", LIST),
            (STRENGTH, "string"),
        ],
        blocks: &[],
        is_required: false,
    },
    Block {
        name: "session_controls",
        attributes: &[
            ("application_enforced_restrictions_enabled", "bool"),
            ("cloud_app_security_policy", "string"),
            ("disable_resilience_defaults", "bool"),
            ("persistent_browser_mode", "string"),
            ("sign_in_frequency", "number"),
            ("sign_in_frequency_authentication_type", "string"),
            ("sign_in_frequency_interval", "string"),
            ("sign_in_frequency_period", "string"),
        ],
        blocks: &[],
        is_required: false,
    },
];

const STRENGTH: &str = "authentication_strength_policy_id";
const OF_STRENGTHS: &str = "azuread_authentication_strength_policy";

/// What azuread says of a tenant, by the names of resources.
struct Written {
    policies: Map<String, Value>,
    strengths: Map<String, Value>,
}

/// None if azuread cannot say it: what that is, the mapping in `terraform` tells.
fn written(tenant: &Value) -> Option<Written> {
    let resources = terraform::resources(&terraform::AZUREAD, tenant["policies"].as_array()?)?;
    let document: Value = serde_json::from_slice(&terraform::tf_json(&resources)).ok()?;
    let of_type = |name: &str| {
        let named = document["resource"][name].as_object().into_iter().flatten();
        named.map(|(name, values)| (name.clone(), plain(values))).collect()
    };
    Some(Written { policies: of_type("azuread_conditional_access_policy"), strengths: of_type(OF_STRENGTHS) })
}

/// The values of JSON syntax without comments, nulls and what keeps text from being a template. A reference stays.
fn plain(values: &Value) -> Value {
    match values {
        Value::Object(members) => {
            let set = members.iter().filter(|(name, value)| *name != "//" && !value.is_null());
            set.map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(elements) => elements.iter().map(plain).collect(),
        Value::String(text) if strength_of(text).is_none() => {
            Value::String(text.replace("$${", "${").replace("%%{", "%{"))
        }
        other => other.clone(),
    }
}

/// The name of the strength that a reference leads to.
fn strength_of(text: &str) -> Option<&str> {
    text.strip_prefix("${")?.strip_prefix(OF_STRENGTHS)?.strip_prefix('.')?.strip_suffix(".id}")
}

/// A string of HCL.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{}\"", text.replace("${", "$${").replace("%{", "%%{"))
}

/// A literal of HCL: an object in lines, everything else in one.
fn literal(value: &Value, indent: &str) -> String {
    match value {
        Value::String(text) => match strength_of(text) {
            Some(name) => format!("{OF_STRENGTHS}.{name}.id"),
            None => quoted(text),
        },
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(|element| literal(element, indent)).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Object(members) => {
            let deeper = format!("{indent}  ");
            let lines = members.iter().map(|(name, value)| format!("{deeper}{name} = {}\n", literal(value, &deeper)));
            format!("{{\n{}{indent}}}", lines.collect::<String>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// How code takes from a policy what may not be there.
struct Way {
    /// The policy.
    policy: &'static str,
    /// What a dynamic block is there for.
    each: fn(&str) -> String,
    /// A value or null.
    value: fn(&str) -> String,
    /// The strengths by name, if policies have names and not references.
    strengths: Option<&'static str>,
}

impl Way {
    /// The resource with all that a policy may have.
    fn resource(&self, arguments: &str) -> String {
        let policy = self.policy;
        let mut text = format!("resource \"azuread_conditional_access_policy\" \"this\" {{\n{arguments}");
        text.push_str(&format!("  display_name = {policy}.display_name\n  state = {policy}.state\n"));
        for block in &BLOCKS {
            self.block(&mut text, block, policy, 1);
        }
        text + "}\n"
    }

    fn block(&self, text: &mut String, block: &Block, parent: &str, depth: usize) {
        let (indent, name) = ("  ".repeat(depth), block.name);
        let path = format!("{parent}.{name}");
        if block.is_required {
            text.push_str(&format!("\n{indent}{name} {{\n"));
            self.content(text, block, &path, depth + 1);
        } else {
            text.push_str(&format!("\n{indent}dynamic \"{name}\" {{\n"));
            text.push_str(&format!("{indent}  for_each = {}\n{indent}  content {{\n", (self.each)(&path)));
            self.content(text, block, &format!("{name}.value"), depth + 2);
            text.push_str(&format!("{indent}  }}\n"));
        }
        text.push_str(&format!("{indent}}}\n"));
    }

    fn content(&self, text: &mut String, block: &Block, path: &str, depth: usize) {
        let indent = "  ".repeat(depth);
        for (name, _) in block.attributes {
            let value = (self.value)(&format!("{path}.{name}"));
            let value = match self.strengths {
                Some(strengths) if *name == STRENGTH => format!("try({strengths}[{value}], {value})"),
                _ => value,
            };
            text.push_str(&format!("{indent}{name} = {value}\n"));
        }
        for inner in block.blocks {
            self.block(text, inner, path, depth);
        }
    }
}

/// The resources of strengths, and nothing for none.
fn strengths(written: &Written) -> String {
    let resource = |(name, values): (&String, &Value)| {
        let attributes = values.as_object().into_iter().flatten();
        let lines = attributes.map(|(name, value)| format!("  {name} = {}\n", literal(value, "  ")));
        format!("\nresource \"{OF_STRENGTHS}\" \"{name}\" {{\n{}}}\n", lines.collect::<String>())
    };
    written.strengths.iter().map(resource).collect()
}

/// The strengths by name: `{ s0 = azuread_authentication_strength_policy.s0.id }`.
fn strengths_by_name(written: &Written) -> String {
    let member = |name: &String| format!("{name} = {OF_STRENGTHS}.{name}.id");
    let members: Vec<String> = written.strengths.keys().map(member).collect();
    if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
}

/// The policy with every block and attribute, null where it has none.
fn in_full(values: &Value) -> Value {
    fn filled(block: &Block, values: &Value) -> Value {
        if values.is_null() && !block.is_required {
            return Value::Null;
        }
        let attributes = block.attributes.iter().map(|(name, _)| ((*name).to_owned(), values[*name].clone()));
        let blocks = block.blocks.iter().map(|inner| (inner.name.to_owned(), filled(inner, &values[inner.name])));
        attributes.chain(blocks).collect::<Map<_, _>>().into()
    }
    let names = ["display_name", "state"].map(|name| (name.to_owned(), values[name].clone()));
    let blocks = BLOCKS.iter().map(|block| (block.name.to_owned(), filled(block, &values[block.name])));
    names.into_iter().chain(blocks).collect::<Map<_, _>>().into()
}

/// The policy with the names of strengths in the place of references to them.
fn with_names_of_strengths(values: &Value) -> Value {
    let mut values = values.clone();
    if let Some(id) = values.pointer_mut("/grant_controls/authentication_strength_policy_id") {
        let name = id.as_str().and_then(strength_of).map(str::to_owned);
        *id = name.map_or(id.take(), Value::String);
    }
    values
}

/// One resource with `for_each` over a map of objects in a local. Empty if azuread cannot say it.
pub(crate) fn in_a_local(tenant: &Value) -> Files {
    let Some(written) = written(tenant) else { return Vec::new() };
    let way = Way {
        policy: "each.value",
        each: |path| format!("{path} == null ? [] : [{path}]"),
        value: str::to_owned,
        strengths: None,
    };
    let policies: Map<String, Value> =
        written.policies.iter().map(|(name, values)| (name.clone(), in_full(values))).collect();
    let locals = format!("locals {{\n  policies = {}\n}}\n", literal(&policies.into(), "  "));
    let main = way.resource("  for_each = local.policies\n") + &strengths(&written);
    vec![("main.tf".to_owned(), main), ("policies.tf".to_owned(), locals)]
}

/// One resource with `for_each` over YAML files, which have what a policy has and no more. Empty if azuread cannot say it.
pub(crate) fn in_yaml_files(tenant: &Value) -> Files {
    let Some(written) = written(tenant) else { return Vec::new() };
    let way = Way {
        policy: "each.value",
        each: |path| format!("try([{path}], [])"),
        value: |path| format!("try({path}, null)"),
        strengths: Some("local.strengths"),
    };
    let for_each = "  for_each = { for f in fileset(path.module, \"policies/*.yaml\") : f => \
                    yamldecode(file(\"${path.module}/${f}\")) }\n";
    let locals = format!("\nlocals {{\n  strengths = {}\n}}\n", strengths_by_name(&written));
    let main = way.resource(for_each) + &locals + &strengths(&written);
    let policies = written.policies.iter().map(|(name, values)| {
        let mut text = format!("# {name}\n");
        mapping(&mut text, &with_names_of_strengths(values), 0);
        (format!("policies/{name}.yaml"), text)
    });
    std::iter::once(("main.tf".to_owned(), main)).chain(policies).collect()
}

/// A mapping of YAML in block style, with one element of a list on each line. Text is in double quotes, as in JSON.
fn mapping(text: &mut String, values: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    for (name, value) in values.as_object().into_iter().flatten() {
        match value {
            Value::Object(members) if !members.is_empty() => {
                text.push_str(&format!("{indent}{name}:\n"));
                mapping(text, value, depth + 1);
            }
            Value::Array(elements) if !elements.is_empty() => {
                text.push_str(&format!("{indent}{name}:\n"));
                text.extend(elements.iter().map(|element| format!("{indent}  - {element}\n")));
            }
            other => text.push_str(&format!("{indent}{name}: {other}\n")),
        }
    }
}

/// A module for one policy that a root calls for each, with values from `terraform.tfvars`. Empty if azuread cannot say it.
pub(crate) fn in_modules(tenant: &Value) -> Files {
    /// `object({ … })` in which all is optional but the blocks that are required.
    fn object(attributes: &[(&str, &str)], blocks: &[Block], depth: usize) -> String {
        let indent = "  ".repeat(depth);
        let attributes = attributes.iter().map(|(name, kind)| format!("{indent}  {name} = optional({kind})\n"));
        let blocks = blocks.iter().map(|block| {
            let kind = object(block.attributes, block.blocks, depth + 1);
            let kind = if block.is_required { kind } else { format!("optional({kind})") };
            format!("{indent}  {} = {kind}\n", block.name)
        });
        format!("object({{\n{}{indent}}})", attributes.chain(blocks).collect::<String>())
    }
    let Some(written) = written(tenant) else { return Vec::new() };
    let way = Way {
        policy: "var.policy",
        each: |path| format!("{path}[*]"),
        value: str::to_owned,
        strengths: Some("var.strengths"),
    };
    let of_policy = object(&[("display_name", "string"), ("state", "string")], &BLOCKS, 1);
    let variables = format!(
        "variable \"policy\" {{\n  type = {of_policy}\n}}\n\n\
         variable \"strengths\" {{\n  type = map(string)\n  default = {{}}\n}}\n"
    );
    let call = |name: &String| {
        format!(
            "\nvariable \"{name}\" {{\n  type = any\n}}\n\n\
             module \"{name}\" {{\n  source = \"./modules/policy\"\n  policy = var.{name}\n  strengths = local.strengths\n}}\n"
        )
    };
    let calls: String = written.policies.keys().map(call).collect();
    let main = format!("locals {{\n  strengths = {}\n}}\n{calls}", strengths_by_name(&written)) + &strengths(&written);
    let value =
        |(name, values): (&String, &Value)| format!("{name} = {}\n", literal(&with_names_of_strengths(values), ""));
    vec![
        ("main.tf".to_owned(), main),
        ("terraform.tfvars".to_owned(), written.policies.iter().map(value).collect()),
        ("modules/policy/main.tf".to_owned(), way.resource("")),
        ("modules/policy/variables.tf".to_owned(), variables),
    ]
}
