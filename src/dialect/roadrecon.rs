//! Databases of [ROADrecon]: SQLite files with the users, groups and roles of a tenant.
//!
//! They are recognised by their content in every build. Only a build with the feature `roadrecon` reads them.
//!
//! [ROADrecon]: https://github.com/dirkjanm/ROADtools

#[cfg(feature = "roadrecon")]
mod database;

use super::Taken;
use crate::policy::FileIndex;
use memchr::memmem;

/// <https://www.sqlite.org/fileformat.html#magic_header_string>
pub const SQLITE: &[u8] = b"SQLite format 3\0";

/// A table that ROADrecon makes. Its name stands in the text that has made it.
const MARK: &[u8] = b"lnk_group_member_user";

/// Whether a file is a database of ROADrecon.
#[must_use]
pub fn is_database(bytes: &[u8]) -> bool {
    bytes.starts_with(SQLITE) && memmem::find(bytes, MARK).is_some()
}

/// Reads a database.
///
/// # Errors
/// Why it cannot be read.
#[cfg(feature = "roadrecon")]
pub fn read_database(bytes: Vec<u8>, file: FileIndex) -> Result<Taken, String> {
    database::read(bytes, file)
}

/// Says that this build does not read it.
///
/// # Errors
/// None.
#[cfg(not(feature = "roadrecon"))]
#[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps)] // As the other one has it.
pub fn read_database(_: Vec<u8>, file: FileIndex) -> Result<Taken, String> {
    use super::unread::Other;
    use super::{DocumentKind, Unread};
    const UNBUILT: Other = Other {
        kind: DocumentKind::RoadReconDatabase,
        form: Some(Unread {
            form: "a ROADrecon database, which this build does not read",
            instead: "use a released binary or the wheel, or install it with `cargo install caplint --features roadrecon`",
        }),
        is_infrastructure: false,
    };
    Ok(Taken { root: file, ..Taken::of(&UNBUILT) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_recognised_by_its_content() {
        let of = |mark: &str| [SQLITE, &[0; 84], b"CREATE TABLE ", mark.as_bytes()].concat();
        assert!(is_database(&of("lnk_group_member_user")));
        assert!(!is_database(&of("moz_places")));
        assert!(!is_database(b"CREATE TABLE lnk_group_member_user"));
    }

    #[cfg(not(feature = "roadrecon"))]
    #[test]
    fn a_build_that_does_not_read_it_says_so() {
        let taken = read_database(Vec::new(), FileIndex(0)).unwrap();
        assert!(taken.unread.is_some_and(|unread| unread.instead.contains("--features roadrecon")));
    }
}
