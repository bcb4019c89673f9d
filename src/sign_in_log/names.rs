//! What the forms call the values of a row.

use super::field::Field;
use super::{graph, log_analytics, portal};

/// Longest name of a value, without spaces.
const LONGEST: usize = 48;

/// The value that a key of JSON or a column of CSV names, whatever the letter case and with or without spaces.
pub(super) fn field(name: &str) -> Option<Field> {
    let mut plain = [0; LONGEST];
    let mut length = 0;
    for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
        *plain.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    let plain = &plain[..length];
    let named =
        |names: &[(&str, Field)]| names.iter().find(|(known, _)| known.as_bytes() == plain).map(|(_, field)| *field);
    named(graph::NAMES).or_else(|| named(log_analytics::NAMES)).or_else(|| named(portal::NAMES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_form_are_known() {
        for (name, known) in [
            ("userPrincipalName", Field::UserPrincipalName),
            ("UserPrincipalName", Field::UserPrincipalName),
            ("Username", Field::UserPrincipalName),
            ("Date (UTC)", Field::Created),
            ("TimeGenerated [UTC]", Field::Created),
            ("Application ID ", Field::AppId),
            ("ResourceIdentity", Field::ResourceId),
            ("ConditionalAccessPolicies", Field::Policies),
            ("IP address (seen by resource)", Field::ResourceIpAddress),
        ] {
            assert_eq!(field(name), Some(known), "{name}");
        }
        assert_eq!(field("userAgent"), None);
        assert_eq!(field(&"x".repeat(1_000)), None);
    }
}
