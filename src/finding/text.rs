//! Text that comes from files, made fit for messages. Whoever names a policy may try to write on the terminal, in a
//! log or in a page of the reader.

/// Longest name in a message, in characters.
const NAME: usize = 64;

/// Whether a character does not show, or changes how others show: controls, bidirectional and zero-width marks, line
/// and paragraph separators, interlinear and tag characters.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    // Nearly every character is one of these.
    if matches!(character, ' '..='~') {
        return false;
    }
    character.is_control()
        || matches!(
            character,
            '\u{00AD}'
                | '\u{034F}'
                | '\u{061C}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// Replaces each invisible character by U+FFFD, so that the text takes one line and shows what it is, and breaks up what a
/// build agent would act on.
#[must_use]
pub fn visible(text: &str) -> String {
    let shown = |character| if is_invisible(character) { char::REPLACEMENT_CHARACTER } else { character };
    let shown: String = text.chars().map(shown).collect();
    without_commands(&shown)
}

/// Breaks up the [commands] that Azure Pipelines acts on wherever they stand in a line of a log: `##vso[`, `##[`. A message
/// that begins with `::`, as GitHub's do, stands in no line of its own.
///
/// [commands]: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
fn without_commands(text: &str) -> String {
    if !text.contains("##") {
        return text.to_owned();
    }
    let mut broken = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if character == '#' && broken.ends_with('#') {
            broken.push(char::REPLACEMENT_CHARACTER);
        }
        broken.push(character);
    }
    broken
}

/// Clips to `limit` characters.
#[must_use]
pub fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A name or value from a file as a message shows it: visible, clipped, in double quotes.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", clip(&visible(text), NAME).replace('"', "'"))
}

/// Writes the invisible characters of a JSON text, which can only stand in its strings, as `\u` escapes.
#[must_use]
pub fn escape_invisible(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((at, character)) = rest.char_indices().find(|(_, one)| *one != '\n' && is_invisible(*one)) {
        escaped.push_str(&rest[..at]);
        for unit in character.encode_utf16(&mut [0; 2]) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
        rest = &rest[at + character.len_utf8()..];
    }
    escaped.push_str(rest);
    escaped
}

/// "a, b and c": at most so many of them, and how many more there are.
#[must_use]
pub fn joined<T: AsRef<str>>(items: &[T], most: usize) -> String {
    let mut shown: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    let more = items.len().checked_sub(most).filter(|more| *more > 0).map(|more| format!("{more} more"));
    shown.extend(more.as_deref());
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => shown.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_becomes_one_visible_line() {
        let name = "a\u{1b}[31m\r\n::error::\u{202e}x\" \u{2066}";
        assert_eq!(quoted(name), "\"a\u{FFFD}[31m\u{FFFD}\u{FFFD}::error::\u{FFFD}x' \u{FFFD}\"");
        assert_eq!(quoted(&"n".repeat(10_000)).chars().count(), NAME + 3);
    }

    #[test]
    fn no_command_of_a_build_agent_is_left() {
        for text in ["##vso[task.setvariable variable=x]y", "a ##[error]b", "###[group]", "#\u{200b}#[x]", "####vso[x]"]
        {
            assert!(!visible(text).contains("##"), "{text}");
        }
        assert_eq!(visible("a\u{3164}b\u{2800}"), "a\u{FFFD}b\u{FFFD}");
    }

    #[test]
    fn escaped_json_says_the_same() {
        let value = serde_json::json!({"displayName": "\u{202e}x\u{E0001}\u{85}"});
        let escaped = escape_invisible(&value.to_string());
        assert!(escaped.is_ascii());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }

    #[test]
    fn a_list_reads_like_a_sentence() {
        let names = ["a", "b", "c", "d"];
        assert_eq!([joined(&names[..1], 3), joined(&names[..3], 3)], ["a", "a, b and c"]);
        assert_eq!(joined(&names, 2), "a, b and 2 more");
        assert_eq!(joined::<&str>(&[], 2), "");
    }
}
