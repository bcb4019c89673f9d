//! A finding, with its help and its places.

use crate::finding::{Finding, visible};
use maud::{Markup, html};

pub(super) fn finding_of(finding: &Finding) -> Markup {
    html! {
        div .finding {
            p { span .tag .(finding.level.word()) { (finding.level.word()) } " " code { (finding.rule) } " " (visible(&finding.message)) }
            @if let Some(help) = &finding.help { p .small { "What to do: " (visible(help)) } }
            ul .small {
                @for location in &finding.locations {
                    li {
                        code { (visible(&location.path)) ":" (location.start.line) }
                        @if !location.message.is_empty() { " " (visible(&location.message)) }
                    }
                }
            }
        }
    }
}
