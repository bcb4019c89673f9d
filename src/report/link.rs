//! Links to the pages of rules, for terminals that show them.
//!
//! They are escape sequences of the terminal (OSC 8): <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>.

use super::Style;
use crate::rules;

/// The id of a rule, as a link where that is wanted. A requirement of one's own has no page.
pub(super) fn rule(id: &str, style: Style) -> String {
    if !style.links || rules::find(id).is_none() {
        return id.to_owned();
    }
    let (repository, version) = (env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"));
    format!("\u{1b}]8;;{repository}/blob/v{version}/docs/rules/{id}.md\u{1b}\\{id}\u{1b}]8;;\u{1b}\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_rule_of_caplint_has_a_page() {
        let style = Style { links: true, ..Style::default() };
        let link = rule("letter-case", style);
        assert!(
            link.starts_with("\u{1b}]8;;https://") && link.ends_with("\u{1b}\\letter-case\u{1b}]8;;\u{1b}\\"),
            "{link:?}"
        );
        assert_eq!(rule("a-requirement-of-ones-own", style), "a-requirement-of-ones-own");
        assert_eq!(rule("letter-case", Style::default()), "letter-case");
    }
}
