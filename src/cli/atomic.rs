//! Files that nobody ever reads half of.

use std::io::Write;
use std::path::Path;

/// Writes beside the file and then takes its place. What a link leads to is replaced, not the link; an existing file keeps
/// its mode. The content is there before the file is, so that a run that is stopped leaves none behind.
pub(super) fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut text = Vec::new();
    content(&mut text)?;
    let path = if path.exists() { path.canonicalize()? } else { path.to_owned() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut options = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any program creates a file; the process's mask still applies.
        options.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = options.tempfile_in(folder)?;
    file.write_all(&text)?;
    if let Ok(existing) = path.metadata() {
        file.as_file().set_permissions(existing.permissions())?;
    }
    file.persist(&path)?;
    Ok(())
}
