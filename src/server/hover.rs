//! What is shown of the word under the cursor: what a property or value means, what an id is called, what a policy demands.

use super::cursor::{self, Cursor, Notation};
use super::policies::said;
use super::schema::Schema;
use crate::catalog;
use crate::controls;
use crate::finding::{capitalised, visible};
use crate::id::Id;
use crate::outcome::{Named, Outline, PolicyOutline};
use crate::rules;
use std::fmt::Write as _;
use std::ops::Range;

/// Markdown about what stands at a byte, and the bytes that it is about.
pub(super) fn hover(
    text: &str,
    offset: usize,
    notation: Notation,
    schema: &Schema,
    outlines: &[Outline],
    policy: Option<&PolicyOutline>,
) -> Option<(String, Range<usize>)> {
    let found = cursor::at(text, offset, notation);
    if found.word.is_empty() {
        return None;
    }
    let word = &text[found.word.clone()];
    let mut parts: Vec<String> = Vec::new();
    parts.extend(name(word, outlines));
    if notation == Notation::Toml {
        parts.extend(of_configuration(word));
    }
    let meaning = found.keys.last().filter(|_| !found.is_key).and_then(|key| catalog::meaning(key, word));
    parts.extend(meaning.map(|(meaning, page)| format!("`{word}`: {meaning}\n\n[Microsoft]({page})")));
    let about = schema.at(&found.keys).and_then(|place| place.about()).filter(|_| !found.keys.is_empty());
    parts.extend(about.map(|about| format!("{about}\n\n{}", source(&found.keys, notation))));
    parts.extend(policy.filter(|_| is_about_all(&found)).map(card));
    (!parts.is_empty()).then(|| (parts.join("\n\n---\n\n"), found.word))
}

/// What an id is that a configuration names: a rule or control with its level and page, or a benchmark.
fn of_configuration(word: &str) -> Option<String> {
    if let Some(rule) = rules::find(word) {
        let meta = rule.meta();
        let title = match controls::find(word) {
            Some(control) => format!("Control: **{}**", control.title),
            None => format!("Rule **{}**", meta.id),
        };
        let (level, page) = (meta.level().word(), rules::page_url(meta.id));
        return Some(format!("{title} ({level})\n\n{}\n\n[{}]({page})", meta.summary, meta.id));
    }
    let benchmark = controls::benchmarks().find(|benchmark| benchmark.id == word)?;
    let name = format!("{} {}", benchmark.name, benchmark.version);
    Some(format!(
        "Benchmark: **{}**\n\n{}\n\n[{}]({})",
        name.trim(),
        benchmark.scope,
        benchmark.id,
        benchmark.publisher
    ))
}

/// Where Microsoft, or caplint's own documentation, says it.
fn source(keys: &[String], notation: Notation) -> String {
    const GRAPH: &str = "https://learn.microsoft.com/graph/api/resources/";
    const OF_POLICIES: [(&str, &str); 3] = [
        ("conditions", "conditionalAccessConditionSet"),
        ("grantcontrols", "conditionalAccessGrantControls"),
        ("sessioncontrols", "conditionalAccessSessionControls"),
    ];
    if notation == Notation::Toml {
        let page =
            concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/v", env!("CARGO_PKG_VERSION"), "/docs/configuration.md");
        return format!("[{}]({page})", crate::config::FILE_NAME);
    }
    let folded: Vec<String> = keys.iter().map(|key| catalog::folded(key)).collect();
    let of = OF_POLICIES.iter().find(|(key, _)| folded.iter().any(|own| own == key));
    let resource = of.map_or("conditionalAccessPolicy", |(_, resource)| resource);
    format!("[Microsoft Graph: {resource}]({GRAPH}{})", resource.to_lowercase())
}

/// Whether the place stands for the policy as a whole: its name, its id, or the block of Terraform that it is.
fn is_about_all(found: &Cursor) -> bool {
    let is_one_of = |key: &String, names: &[&str]| names.iter().any(|name| key.eq_ignore_ascii_case(name));
    match found.keys.as_slice() {
        [] => false,
        [block] => is_one_of(block, &["resource", "displayName", "id", "state"]),
        [.., key] => is_one_of(key, &["displayName", "display_name", "id", "state"]),
    }
}

/// What an id or a name is called, as far as Microsoft publishes it or the files tell.
fn name(word: &str, outlines: &[Outline]) -> Option<String> {
    let id = Id::new(word);
    let said = |kind: &str, name: &str| format!("{kind} **{}**", escaped(name));
    if let Some(known) = catalog::known(&id) {
        let name = catalog::name(&id)?;
        return Some(match known {
            catalog::Known::App(_) => said("App", name),
            catalog::Known::Role(_) => said("Built-in role", name),
            catalog::Known::Strength(_) => said("Built-in authentication strength", name),
        });
    }
    if let Some(role) = catalog::role(word) {
        return Some(format!("Built-in role, template id `{}`", role.id));
    }
    let (named, own) = outlines.iter().find_map(|outline| outline.names.get(&word.to_lowercase()))?;
    let kind = match named {
        Named::User => "User",
        Named::Location => "Named location",
        Named::Group => "Group",
    };
    Some(format!("{}, as the files of this tenant have it", said(kind, own)))
}

/// What a policy demands of whom, and what rests on it.
pub(super) fn card(policy: &PolicyOutline) -> String {
    let mut text =
        format!("**{}** ({})\n\n{}", escaped(&policy.policy.whole_label()), policy.state, escaped(&policy.summary));
    for carried in &policy.carries {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n\n{}", escaped(&capitalised(&said(carried))));
    }
    text
}

/// Text from a file for Markdown: a name must not become a link, a heading or HTML.
fn escaped(text: &str) -> String {
    let marked =
        |character| matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!');
    let text = text.chars().fold(String::with_capacity(text.len()), |mut escaped, character| {
        if marked(character) {
            escaped.push('\\');
        }
        escaped.push(if character.is_control() { ' ' } else { character });
        escaped
    });
    // Editors make links of addresses, too.
    visible(&text).replace("://", ":\\//").replace("www.", "www\\.").replace("WWW.", "WWW\\.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_configuration_say_what_they_are() {
        let about = |text: &str| {
            let schema = Schema::read(crate::schema::CONFIG_SCHEMA);
            hover(text, text.len() - 3, Notation::Toml, &schema, &[], None).map(|(about, _)| about).unwrap_or_default()
        };
        for (text, parts) in [
            ("[rules]\nletter-case", &["Rule **letter-case** (warning)", "/docs/rules/letter-case.md)"][..]),
            ("controls = ['mfa-admins'", &["Control: **", "(error)", "/docs/rules/mfa-admins.md)"]),
            ("benchmarks = ['scuba'", &["Benchmark: **", "[scuba](https://"]),
        ] {
            let about = about(text);
            assert!(parts.iter().all(|part| about.contains(part)), "{text}: {about}");
        }
    }

    #[test]
    fn a_name_is_text_and_nothing_else() {
        assert_eq!(escaped("CA001 - Admins (all)"), "CA001 - Admins (all)");
        assert_eq!(escaped("[x](https://a.b) <b> www.a.b"), "\\[x\\](https:\\//a.b) \\<b\\> www\\.a.b");
        assert_eq!(escaped("a\nb\u{202e}c"), "a b\u{fffd}c");
    }
}
