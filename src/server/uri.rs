//! Paths as the protocol names them, and back.

use lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::path::{Component, Path, PathBuf};

/// What a URI of a file may hold as it is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// The file that a URI names; none for what is no file, such as a text that was never saved.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    // A host, if any, is this machine.
    let path = percent_decode_str(&rest[rest.find('/')?..]).decode_utf8().ok()?.into_owned();
    let is_drive = path.as_bytes().get(2) == Some(&b':') && path.as_bytes()[1].is_ascii_alphabetic();
    Some(PathBuf::from(if is_drive { &path[1..] } else { &path }))
}

/// The URI of a file. The path is absolute.
pub(super) fn uri(path: &Path) -> Option<Uri> {
    let text = path.to_string_lossy().replace('\\', "/");
    let root = if text.starts_with('/') { "" } else { "/" };
    format!("file://{root}{}", utf8_percent_encode(&text, KEPT)).parse().ok()
}

/// A path as somebody in this folder would write it.
pub(super) fn seen_from(folder: &Path, path: &Path) -> PathBuf {
    let common = folder.components().zip(path.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_the_way_there_and_back() {
        for name in ["/a b/ä.json", "/x/100%.json", "/x/#1?.json"] {
            let uri = uri(Path::new(name)).unwrap();
            assert_eq!(path(&uri).unwrap(), Path::new(name), "{}", uri.as_str());
        }
        assert_eq!(path(&"file:///c%3A/x.json".parse().unwrap()).unwrap(), Path::new("c:/x.json"));
        assert_eq!(path(&"untitled:Untitled-1".parse().unwrap()), None);
    }

    #[test]
    fn a_file_beside_a_folder_is_seen_from_it() {
        assert_eq!(seen_from(Path::new("/a/b"), Path::new("/a/b/c.json")), Path::new("c.json"));
        assert_eq!(seen_from(Path::new("/a/b"), Path::new("/a/x/c.json")), Path::new("../x/c.json"));
    }
}
