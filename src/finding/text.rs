//! Text that comes from files, made fit for messages. Whoever names a policy may try to write on the terminal, in a
//! log or in a page of the reader.

use std::fmt::Write as _;

/// Longest name in a message, in characters.
const NAME: usize = 64;

/// Longest name in a document, in characters: more than the 256 that a group's may have
/// (<https://learn.microsoft.com/graph/api/resources/group#properties>).
const WHOLE_NAME: usize = 300;

/// Whether a character does not show, or changes how others show: controls, bidirectional and zero-width marks, line
/// and paragraph separators, fillers, variation selectors, interlinear and tag characters. These are Unicode's
/// `Default_Ignorable_Code_Point`, the controls, the separators and the empty Braille pattern.
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
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFB}'
                | '\u{1BCA0}'..='\u{1BCA3}'
                | '\u{1D173}'..='\u{1D17A}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// Whether two characters may not stand side by side in a log. Build agents act on `::name` and `##[name` and
/// `##vso[name`, some of them anywhere in a line.
fn starts_command(before: Option<char>, character: char) -> bool {
    matches!(character, ':' | '#') && before == Some(character)
}

/// The characters of a text as a log may have them, each with the byte in the text that it stands for. An invisible
/// character is U+FFFD, and what would start a workflow command is parted by a space. Everything that is printed
/// from a file, a name or a message goes through here, or through [`escape_invisible`].
pub fn printable(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut before = None;
    text.char_indices().flat_map(move |(at, character)| {
        let parted = starts_command(before.replace(character), character).then_some((at, ' '));
        let shown = if is_invisible(character) { char::REPLACEMENT_CHARACTER } else { character };
        parted.into_iter().chain([(at, shown)])
    })
}

/// The text on one line, showing what it is and giving no orders: see [`printable`].
#[must_use]
pub fn visible(text: &str) -> String {
    // Nearly every name shows and gives no orders, which is faster to see than to build it anew.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("::") && !text.contains("##") {
        return text.to_owned();
    }
    printable(text).map(|(_, character)| character).collect()
}

/// As a sentence begins: the first letter is a capital.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// Clips to `limit` characters.
#[must_use]
pub fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Clips to `limit` characters in the middle: names often differ only in how they end.
#[must_use]
pub fn clip_middle(text: &str, limit: usize) -> String {
    // No text has more characters than bytes.
    let count = if text.len() <= limit { text.len() } else { text.chars().count() };
    if count <= limit {
        return text.to_owned();
    }
    let end = limit / 3;
    let start: String = text.chars().take(limit - end).collect();
    let end: String = text.chars().skip(count - end).collect();
    format!("{}…{}", start.trim_end(), end.trim_start())
}

/// A name or value from a file as a message shows it: visible, clipped, in double quotes.
#[must_use]
pub fn quoted(text: &str) -> String {
    in_quotes(clip_middle(&visible(text), NAME))
}

/// The same with all of a long name, for documents: names may differ only in what a message leaves out.
#[must_use]
pub fn quoted_whole(text: &str) -> String {
    in_quotes(clip_middle(&visible(text), WHOLE_NAME))
}

fn in_quotes(mut visible: String) -> String {
    if visible.contains('"') {
        visible = visible.replace('"', "'");
    }
    visible.insert(0, '"');
    visible.push('"');
    visible
}

/// Writes what [`printable`] would change in a JSON text, which can only stand in its strings, as `\u` escapes: to a
/// program the text says the same.
#[must_use]
pub fn escape_invisible(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let (mut start, mut before) = (0, None);
    for (at, character) in json.char_indices() {
        let is_command = starts_command(before.replace(character), character);
        if !is_command && (character == '\n' || !is_invisible(character)) {
            continue;
        }
        escaped.push_str(&json[start..at]);
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
        start = at + character.len_utf8();
    }
    escaped.push_str(&json[start..]);
    escaped
}

/// "a, b and c": at most so many of them, and how many more there are.
#[must_use]
pub fn joined<T: AsRef<str>>(items: &[T], most: usize) -> String {
    joined_first(&items[..items.len().min(most)], items.len())
}

/// The same of the first of so many, where the others need not be put into words.
#[must_use]
pub fn joined_first<T: AsRef<str>>(first: &[T], count: usize) -> String {
    let mut shown: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
    let more = count.checked_sub(first.len()).filter(|more| *more > 0).map(|more| format!("{more} more"));
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
        assert_eq!(quoted(name), "\"a\u{FFFD}[31m\u{FFFD}\u{FFFD}: :error: :\u{FFFD}x' \u{FFFD}\"");
        assert_eq!(quoted(&"n".repeat(10_000)).chars().count(), NAME + 3);
    }

    #[test]
    fn a_long_name_keeps_its_end() {
        let named = |end: &str| quoted(&format!("{} {end}", "Conditional Access policy for administrators ".repeat(3)));
        assert!(named("(test)").ends_with("(test)\"") && named("(test)") != named("(production)"));
        assert_eq!(clip_middle("abcdefghi", 6), "abcd…hi");
        assert_eq!(clip_middle("abcdef", 6), "abcdef");
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
    fn a_name_is_no_workflow_command() {
        for (name, shown) in [
            ("##vso[task.x]", "# #vso[task.x]"),
            ("##[group]", "# #[group]"),
            ("::add-mask::x", ": :add-mask: :x"),
            ("###", "# # #"),
            ("#:#", "#:#"),
        ] {
            assert_eq!(visible(name), shown);
            assert_eq!(visible(shown), shown);
        }
    }

    #[test]
    fn nothing_that_does_not_show_stays() {
        for character in [
            '\u{AD}',
            '\u{34F}',
            '\u{115F}',
            '\u{1160}',
            '\u{17B4}',
            '\u{180E}',
            '\u{200B}',
            '\u{200D}',
            '\u{202E}',
            '\u{2066}',
            '\u{2800}',
            '\u{3164}',
            '\u{FE0F}',
            '\u{FFA0}',
            '\u{E0041}',
            '\u{E0101}',
            '\u{1D173}',
            '\u{7F}',
            '\u{9B}',
        ] {
            assert_eq!(visible(&character.to_string()), "\u{FFFD}", "{character:?}");
        }
    }

    #[test]
    fn escaped_json_says_the_same() {
        let value = serde_json::json!({"displayName": "\u{202e}x\u{E0001}\u{85}\u{3164}##vso[x]\n::error::y\\"});
        let escaped = escape_invisible(&value.to_string());
        assert!(escaped.is_ascii() && !escaped.contains("##") && !escaped.contains("::"));
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
