//! Ignores in comments of HCL that hide nothing are taken out.

use super::{TempDir, fix};
use std::fs;

/// `USED` and `UNUSED` are comments; the second stands on a line of its own and at the end of one.
const CONFIGURATION: &str = r#"# ours
resource "azuread_conditional_access_policy" "mfa" {
  display_name = "Zürich"
  # USED
  state = "Enabled"
  conditions {
    # UNUSED
    # and this is another comment
    client_app_types = ["all"]    // UNUSED
    applications {
      included_applications = ["All"]
    } # UNUSED
    users {
      included_users = ["All"] # caplint: ignore[letter-case]
    }
  }
  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
"#;

fn configuration() -> String {
    CONFIGURATION
        .replace("UNUSED", "caplint: ignore[invalid-id] tried")
        .replace("USED", "caplint: ignore[letter-case] our module writes it so")
}

/// Without those that hide nothing. The one without a reason is another finding.
fn expected() -> String {
    let unused = "caplint: ignore[invalid-id] tried";
    configuration()
        .replace(&format!("    # {unused}\n"), "")
        .replace(&format!("    // {unused}"), "")
        .replace(&format!(" # {unused}"), "")
}

#[test]
fn comments_that_hide_nothing_are_removed_and_nothing_else() {
    let forms: [fn(&str) -> Vec<u8>; 3] = [
        |text| text.as_bytes().to_vec(),
        |text| [b"\xEF\xBB\xBF", text.replace('\n', "\r\n").as_bytes()].concat(),
        |text| text.trim_end().as_bytes().to_vec(),
    ];
    for form in forms {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("main.tf");
        fs::write(&path, form(&configuration())).unwrap();
        let (_, said, refused) = fix(folder.path(), &[]);
        assert!(said.ends_with("--unsafe-fixes may write 3 more fixes\nnothing to fix\n"), "{said}{refused}");
        let (code, said, refused) = fix(folder.path(), &["--unsafe-fixes"]);
        assert!(code == 0 && said.ends_with("3 fixes in 1 file\n"), "{said}{refused}");
        let line = "main.tf:7:1: Remove the ignore of invalid-id [unused-ignore]\n    No sign-in changes.\n";
        assert!(said.contains(line), "{said}");
        assert!(fs::read(&path).unwrap() == form(&expected()), "{}", fs::read_to_string(&path).unwrap());
        let (_, said, refused) = fix(folder.path(), &["--unsafe-fixes"]);
        assert!(said.ends_with("nothing to fix\n"), "{said}{refused}");
    }
}

/// Another run may need it, or nobody has looked at it.
#[test]
fn comments_stay_where_not_everything_was_looked_at() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("main.tf");
    fs::write(&path, configuration()).unwrap();
    for arguments in [
        ["--unsafe-fixes", "."].as_slice(),
        &["--unsafe-fixes", "--control", "mfa-admins"],
        &["--unsafe-fixes", "--isolated"],
        &["--unsafe-fixes", "--scope", "file"],
        &[],
    ] {
        fix(folder.path(), arguments);
        let left = fs::read_to_string(&path).unwrap();
        // Without ignores, there is something to fix.
        assert_eq!(left.replace("\"enabled\"", "\"Enabled\""), configuration(), "{arguments:?}");
    }
}

/// Two comments in a row touch each other: the second waits for a round.
#[test]
fn comments_in_a_row_are_all_removed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("main.tf");
    let comments = "  # caplint: ignore[invalid-id] one\n  # caplint: ignore[letter-case] two\n  // caplint: ignore[invalid-id] three\n";
    let before = expected().replace("\"Enabled\"", "\"enabled\"");
    let mark = "  display_name";
    fs::write(&path, before.replace(mark, &format!("{comments}{mark}"))).unwrap();
    let (_, said, refused) = fix(folder.path(), &["--unsafe-fixes"]);
    let left = "  # caplint: ignore[letter-case] our module writes it so\n";
    assert_eq!(fs::read_to_string(&path).unwrap(), before.replace(left, ""), "{said}{refused}");
}
