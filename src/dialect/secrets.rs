//! Which files may have secrets beside what is looked at, so that reports show no more of them than they must.

/// Ends of keys whose values are secrets, in small letters and without what joins words.
const SECRETS: [&str; 12] = [
    "secret",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "token",
    "apikey",
    "accesskey",
    "accountkey",
    "privatekey",
    "credential",
    "connectionstring",
];

/// Whether a text is, or is a part of, a plan or state, which have passwords in clear beside the policies.
#[must_use]
pub fn may_hold_secrets(text: &str) -> bool {
    ["\"terraform_version\"", "\"resource_changes\"", "\"lineage\"", "\"@level\""]
        .iter()
        .any(|mark| text.contains(mark))
}

/// The same of a file that could not be read, of which nobody knows what it is: also where it gives variables their values,
/// or a key in it names a secret.
#[must_use]
pub fn may_hold_secrets_broken(path: &str, text: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let gives_values = [".tfvars", ".tfvars.json", ".tfstate", ".env"].iter().any(|end| path.ends_with(end));
    gives_values || may_hold_secrets(text) || text.contains("-----BEGIN") || names_secret(text)
}

/// Whether what stands before some `:` or `=` is the name of a secret.
fn names_secret(text: &str) -> bool {
    text.match_indices([':', '=']).any(|(at, _)| {
        let before =
            text[..at].trim_end_matches(|character: char| character.is_whitespace() || "\"'\\".contains(character));
        let start = before.rfind(|character: char| !character.is_alphanumeric() && !"_-".contains(character));
        let key = &before[start.map_or(0, |start| start + before[start..].chars().next().map_or(1, char::len_utf8))..];
        let key: String = key.chars().filter(|character| !"_-".contains(*character)).collect();
        let key = key.to_ascii_lowercase();
        SECRETS
            .iter()
            .any(|secret| key.ends_with(secret) || key.strip_suffix('s').is_some_and(|key| key.ends_with(secret)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_name_secrets_are_told() {
        for text in [
            "{\"appId\":\"a\",\"password\":\"x\" \"tenant\":1}",
            "provider \"azuread\" {\n  client_secret = \"x\" oops\n}",
            "{\\\"clientSecret\\\": \\\"x\\\"",
            "API-KEY: abc",
            "credentials: [",
            "-----BEGIN PRIVATE KEY-----",
        ] {
            assert!(may_hold_secrets_broken("x.json", text), "{text}");
        }
        assert!(may_hold_secrets_broken("env/prod.auto.tfvars", "a = 1"));
    }

    #[test]
    fn a_policy_names_none() {
        let policy = r#"{"displayName": "p", "grantControls": {"builtInControls": ["passwordChange"], "authenticationStrength":
            {"allowedCombinations": ["password,softwareOath", "temporaryAccessPassOneTime"]}}"#;
        assert!(!may_hold_secrets_broken("policy.json", policy));
        assert!(!may_hold_secrets_broken(
            "main.tf",
            "resource \"x\" \"y\" {\n  built_in_controls = [\"passwordChange\"]\n"
        ));
    }
}
