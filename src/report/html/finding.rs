//! A finding, with its help and its places.

use crate::finding::{Finding, visible};
use maud::{Markup, html};

pub(super) fn finding_of(finding: &Finding) -> Markup {
    html! {
        div .finding {
            p { span .tag .(finding.level.word()) { (finding.level.word()) } " " code { (finding.rule) } " " (coded(&finding.message)) }
            @if let Some(help) = &finding.help { p .small { "What to do: " (coded(help)) } }
            ul .small {
                @for location in &finding.locations {
                    li {
                        code { (visible(&location.path)) ":" (location.start.line) }
                        @if !location.message.is_empty() { " " (coded(&location.message)) }
                    }
                }
            }
        }
    }
}

/// A message or help, in which code stands between backticks. It may hold names of policies, so that nothing else is taken for markup.
pub(super) fn coded(help: &str) -> Markup {
    let text = visible(help);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! { @for (index, part) in parts.iter().enumerate() { @if !index.is_multiple_of(2) { code { (part) } } @else { (part) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_between_two_backticks() {
        let told = |help: &str| coded(help).into_string();
        assert_eq!(
            told("Write `a = \"b\"` or `<c>`."),
            "Write <code>a = &quot;b&quot;</code> or <code>&lt;c&gt;</code>."
        );
        assert_eq!(told("A name ` with <b>one`s` of them"), "A name ` with &lt;b&gt;one`s` of them");
    }
}
