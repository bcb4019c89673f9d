//! Addresses of resources and modules: `module.ca["all"].azuread_group.admins[0]`.

/// Splits an address at the dots that are not in brackets.
pub(super) fn steps(address: &str) -> Vec<&str> {
    let (mut steps, mut start, mut quoted, mut depth) = (Vec::new(), 0, false, 0_usize);
    let mut bytes = address.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if quoted => _ = bytes.next(),
            b'"' => quoted = !quoted,
            b'[' if !quoted => depth += 1,
            b']' if !quoted => depth = depth.saturating_sub(1),
            b'.' if !quoted && depth == 0 => {
                steps.push(&address[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    steps.push(&address[start..]);
    steps
}

/// The part of a step in front of its index.
pub(super) fn without_index(step: &str) -> &str {
    step.split('[').next().unwrap_or(step)
}

/// Names of the modules that an address leads through, without their keys.
pub(super) fn modules(address: &str) -> Vec<String> {
    let steps = steps(address);
    let pairs = steps.chunks_exact(2).take_while(|pair| pair[0] == "module");
    pairs.map(|pair| without_index(pair[1]).to_owned()).collect()
}

/// The address with a module's own in front of it.
pub(super) fn in_module(module: &str, address: &str) -> String {
    if module.is_empty() { address.to_owned() } else { format!("{module}.{address}") }
}

/// A reference to an attribute of a resource.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    /// `azuread_group.admins`, `data.azuread_group.all[0]`
    pub(super) resource: String,
    /// `object_id`
    pub(super) name: Option<String>,
    /// It names one instance by its index.
    pub(super) is_indexed: bool,
}

/// Attributes that stand for the object itself wherever a policy has an id.
const IDS: [&str; 7] = ["id", "object_id", "client_id", "application_id", "template_id", "principal_id", "result"];

/// Whether an attribute stands for the object itself.
pub(super) fn is_id(attribute: &str) -> bool {
    IDS.contains(&attribute)
}

impl Attribute {
    /// Takes a reference apart; none for variables, locals and modules.
    pub(super) fn read(reference: &str) -> Option<Self> {
        let steps = steps(reference);
        let length = if steps.first() == Some(&"data") { 3 } else { 2 };
        let foreign = ["var", "local", "module", "each", "count", "path", "terraform", "self"];
        if steps.len() < length || foreign.contains(&without_index(steps[0])) {
            return None;
        }
        Some(Self {
            resource: steps[..length].join("."),
            name: steps.get(length).map(|name| (*name).to_owned()),
            is_indexed: steps[length - 1].contains('['),
        })
    }

    /// Whether it is the id of the resource.
    pub(super) fn is_id(&self) -> bool {
        self.name.as_deref().is_some_and(is_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_hold_anything() {
        let address = r#"module.ca.module.inner["a.b\"]"].azuread_conditional_access_policy.this[0]"#;
        assert_eq!(steps(address).len(), 6);
        assert_eq!(modules(address), ["ca", "inner"]);
        assert!(modules("azuread_group.a").is_empty());
    }

    #[test]
    fn a_reference_names_a_resource_and_an_attribute() {
        let read = |text| Attribute::read(text).map(|one| (one.resource.clone(), one.is_id(), one.is_indexed));
        assert_eq!(read("azuread_group.bg.object_id"), Some(("azuread_group.bg".into(), true, false)));
        assert_eq!(
            read("data.azuread_group.bg[\"x.y\"].id"),
            Some(("data.azuread_group.bg[\"x.y\"]".into(), true, true))
        );
        assert_eq!(read("azuread_group.bg"), Some(("azuread_group.bg".into(), false, false)));
        assert_eq!(read("terraform_data.apps.output"), Some(("terraform_data.apps".into(), false, false)));
        assert_eq!(read("var.groups"), None);
        assert_eq!(read("each.value.bg"), None);
    }
}
