//! What is said of fixes of session controls: what sign-ins lose, and what they get instead.

use super::{TempDir, fix, fixed};
use std::fs;

#[test]
fn a_corrected_session_control_is_said_with_what_it_replaces() {
    for (wrong, lost, gained) in [
        (
            r#"{ "persistentBrowser": { "mode": "nevr", "isEnabled": true } }"#,
            r#"`persistentBrowser` {"mode":"nevr"}"#,
            r#"`persistentBrowser` {"mode":"never"}"#,
        ),
        (
            r#"{ "cloudAppSecurity": { "cloudAppSecurityType": "monitorOnli", "isEnabled": true } }"#,
            r#"`cloudAppSecurity` {"cloudAppSecurityType":"monitorOnli"}"#,
            r#"`cloudAppSecurity` {"cloudAppSecurityType":"monitorOnly"}"#,
        ),
        (
            r#"{ "persistentBrowsr": { "mode": "never", "isEnabled": true } }"#,
            r#"`persistentBrowsr` {"mode":"never"}"#,
            r#"`persistentBrowser` {"mode":"never"}"#,
        ),
    ] {
        let folder = TempDir::new().unwrap();
        let policy =
            fixed().replace("\"grantControls\"", &format!("\"sessionControls\": {wrong},\n  \"grantControls\""));
        fs::write(folder.path().join("a.json"), policy).unwrap();
        let (code, said, refused) = fix(folder.path(), &["--unsafe-fixes", "."]);
        let changes = format!(" no longer get {lost}, and now get {gained}.\n1 fix in 1 file\n");
        assert!(code == 0 && said.ends_with(&changes), "{said}{refused}");
    }
}
