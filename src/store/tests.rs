#![allow(clippy::unwrap_used)]

use super::*;

fn said(outcome: Result<(), StoreError>) -> String {
    outcome.unwrap_err().to_string()
}

#[test]
fn a_file_is_replaced_whole_and_a_failure_leaves_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    save_atomically(&path, b"first").unwrap();
    save_atomically(&path, b"second").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"second");
    let inside_a_file = path.join("b.txt");
    let error = said(save_atomically(&inside_a_file, b"x"));
    assert!(error.contains("a.txt is a file, not a folder"), "{error}");
    assert!(save_atomically(folder.path(), b"x").is_err());
    assert!(check_place(&path).is_ok());
    assert!(check_place(&inside_a_file).is_err());
    assert!(check_place(folder.path()).is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_written_is_told_the_same_before_and_while_writing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let long = "n".repeat(300);
    for (path, part) in [
        (PathBuf::new(), "needs a name"),
        (at("none/a.png"), "there is no folder"),
        (at("new.png/"), "names a folder"),
        (at(".."), "names a folder"),
        (folder.path().to_path_buf(), "folder"),
        (at(&long), "too long (300 bytes"),
    ] {
        let before = said(check_place(&path));
        assert!(before.contains(part), "{before}");
        assert!(before.contains("; "), "{before}");
        assert_eq!(before, said(save_atomically(&path, b"x")));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_link_is_followed_a_dangling_one_too() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("inner")).unwrap();
        symlink("inner/file", at("link")).unwrap();
        symlink("link", at("link to link")).unwrap();
        for text in [b"new", b"old"] {
            save_atomically(&at("link to link"), text).unwrap();
            assert!(at("link").is_symlink() && at("link to link").is_symlink());
            assert_eq!(fs::read(at("inner/file")).unwrap(), text);
        }
        symlink("none/file", at("astray")).unwrap();
        assert!(save_atomically(&at("astray"), b"x").is_err());
        symlink("circle", at("circle")).unwrap();
        let error = said(check_place(&at("circle")));
        assert!(error.contains("in a circle"), "{error}");
    }

    #[test]
    fn a_replaced_file_keeps_its_mode_and_a_read_only_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mode = || fs::metadata(&path).unwrap().mode() & 0o7777;
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        fs::write(&path, b"old").unwrap();
        for wanted in [0o600, 0o664, 0o755, 0o646] {
            set(wanted);
            save_atomically(&path, b"new").unwrap();
            assert_eq!(mode(), wanted);
        }
        set(0o444);
        let error = said(save_atomically(&path, b"newer"));
        assert!(error.contains("read-only"), "{error}");
        assert!(check_place(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_new_file_has_the_mode_of_any_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, other) = (folder.path().join("ours"), folder.path().join("other"));
        save_atomically(&ours, b"x").unwrap();
        fs::write(&other, b"x").unwrap();
        let mode = |path| fs::metadata(path).unwrap().mode();
        assert_eq!(mode(&ours), mode(&other));
    }

    #[test]
    fn what_is_no_regular_file_stays_through_links_too() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = folder.path().join("link");
        symlink(&socket, &link).unwrap();
        for path in [socket.as_path(), &link, Path::new("/dev/null")] {
            let error = said(save_atomically(path, b"x"));
            assert!(error.contains("not a regular file"), "{error}");
            assert!(check_place(path).is_err());
        }
        assert!(link.is_symlink());
    }

    #[test]
    fn an_output_is_none_of_the_sources_and_no_other_output() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("source.csv"), b"1").unwrap();
        symlink("source.csv", at("soft")).unwrap();
        fs::hard_link(at("source.csv"), at("hard")).unwrap();
        symlink("fresh", at("dangling")).unwrap();
        fs::create_dir(at("inner")).unwrap();
        let sources = [at("missing.csv"), at("soft")];
        for name in ["source.csv", "soft", "hard", "inner/../source.csv"] {
            let found = check_outputs(&[&at(name)], &sources);
            assert!(matches!(found, Err(StoreError::Source { .. })), "{name}");
        }
        for name in ["fresh", "inner/../dangling", "dangling"] {
            let found = check_outputs(&[&at("fresh"), &at(name)], &sources);
            assert!(
                matches!(found, Err(StoreError::SameOutput { .. })),
                "{name}"
            );
        }
        check_outputs(&[&at("fresh"), &at("inner/fresh")], &sources).unwrap();
        assert!(!at("fresh").exists());
    }
}
