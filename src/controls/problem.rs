//! What is wrong with a requirement that people write.

use std::ops::Range;

/// Something in a requirement that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the file.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// Something that is written and not known, with what is like it.
pub(super) fn problem(span: Range<usize>, what: &str, written: &str, known: &[&str]) -> Problem {
    let written = crate::finding::quoted(written);
    let near = known
        .iter()
        .map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &written.trim_matches('"').to_lowercase()), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, two| one.0.total_cmp(&two.0));
    let help = match near {
        Some((_, near)) => format!("Did you mean \"{near}\"?"),
        None if known.len() <= 12 => format!("There are: {}.", known.join(", ")),
        None => "Write its id, or its name as in Microsoft's documentation.".to_owned(),
    };
    Problem { span, message: format!("{written} is not {what}"), help }
}
