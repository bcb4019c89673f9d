//! Text that fits a terminal.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// Columns of the narrowest terminal that text is broken for.
pub(super) const NARROWEST: usize = 40;

/// Breaks a text between words, so that no line is longer than `width` columns; without a width it stays as it is. `taken` columns
/// of the first line stand already, and `indent` begins each of the others. Ids and paths stay whole, however long they are:
/// people copy them.
pub(super) fn wrap(text: &str, width: Option<usize>, taken: usize, indent: &str) -> String {
    let Some(width) = width else { return text.to_owned() };
    let stands = " ".repeat(taken);
    let options = options(width.max(NARROWEST)).initial_indent(&stands).subsequent_indent(indent);
    let lines = textwrap::wrap(text, options).join("\n");
    lines.strip_prefix(&stands).unwrap_or(&lines).to_owned()
}

/// The lines of a text that has `width` columns.
pub(super) fn lines(text: &str, width: usize) -> Vec<String> {
    textwrap::wrap(text, options(width)).into_iter().map(String::from).collect()
}

fn options<'a>(width: usize) -> Options<'a> {
    Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "one two-three /a/path/that/is/quite/long/and/has/no/space.json four";

    #[test]
    fn a_text_without_a_width_stays_as_it_is() {
        assert_eq!(wrap("a  b ", None, 7, "    "), "a  b ");
    }

    #[test]
    fn words_stay_whole_and_lines_begin_with_the_indent() {
        let text = wrap(TEXT, Some(40), 30, "  ");
        assert_eq!(text, "one\n  two-three\n  /a/path/that/is/quite/long/and/has/no/space.json\n  four");
        // What is taken counts, and is not written.
        assert_eq!(wrap("one two", Some(40), 33, ""), "one two");
        assert_eq!(wrap("one two", Some(40), 34, ""), "one\ntwo");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(lines("条件 条件 x", 9), ["条件 条件", "x"]);
    }
}
