//! Files that nobody ever reads half of.

use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes a temporary file in the same folder and then replaces the file. For a link, the target is replaced; an existing
/// file keeps its mode. The content is complete before the file appears, so an interrupted run leaves no partial file.
pub(super) fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let path = if path.exists() { path.canonicalize()? } else { path.to_owned() };
    let file = temporary(&path, content)?;
    if let Ok(existing) = path.metadata() {
        file.as_file().set_permissions(existing.permissions())?;
    }
    file.persist(&path)?;
    Ok(())
}

/// The same for a file that is not there yet. One that somebody has made in the meantime is left as it is.
pub(super) fn write_new(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    temporary(path, content)?.persist_noclobber(path)?;
    Ok(())
}

/// A file with the content, in the folder of another one.
fn temporary(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut options = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any program creates a file; the process's mask still applies.
        options.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = BufWriter::new(options.tempfile_in(folder)?);
    content(&mut file)?;
    file.into_inner().map_err(std::io::IntoInnerError::into_error)
}
