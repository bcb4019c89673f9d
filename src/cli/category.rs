//! The category of SARIF reports.

/// Longest category, in characters.
const LONGEST: usize = 200;

/// Reads a category: what code scanning compares an analysis with. It stands in front of the last slash of
/// `automationDetails.id`:
/// <https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#runautomationdetails-object>.
pub(super) fn category(text: &str) -> Result<String, String> {
    let category = text.trim_end_matches('/');
    if category.is_empty() {
        return Err("it is empty".to_owned());
    }
    if category.chars().any(|character| character.is_control() || crate::finding::is_invisible(character)) {
        return Err("it has a character that is not visible".to_owned());
    }
    if category.chars().count() > LONGEST {
        return Err(format!("it has more than {LONGEST} characters"));
    }
    Ok(category.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_text_without_its_last_slash() {
        assert_eq!(category("prod/eu/").as_deref(), Ok("prod/eu"));
        for wrong in ["", "/", "a\nb", "a\u{202E}b", &"x".repeat(201)] {
            assert!(category(wrong).is_err(), "{wrong:?}");
        }
    }
}
