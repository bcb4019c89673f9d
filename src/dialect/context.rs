//! `@odata.context`: what an answer of Microsoft Graph holds.

/// A set and what is selected of its elements: `policies(id,state)`. A key, as in `users('x')`, selects nothing.
pub(super) fn split_select(set: &str) -> (&str, Option<&str>) {
    let Some(inner) = set.strip_suffix(')') else { return (set, None) };
    let mut depth = 1_usize;
    for (at, byte) in inner.bytes().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let select = &inner[at + 1..];
            return (&inner[..at], (!select.starts_with('\'')).then_some(select));
        }
    }
    (set, None)
}
