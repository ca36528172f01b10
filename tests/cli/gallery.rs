//! The figures of the README's gallery are what the commands below them make.

use std::path::Path;

use super::compose::texts;
use super::program;

const FOLDER: &str = "assets/gallery";

/// The commands of the README that write into the gallery.
fn commands() -> Vec<String> {
    let readme = include_str!("../../README.md");
    // A long command goes on behind a backslash.
    let readme = readme.replace("\\\n        ", "");
    let lines = readme.lines().filter_map(|line| line.strip_prefix("    "));
    let lines = lines.filter(|line| line.starts_with("localized-lora ") && line.contains(FOLDER));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_commands_of_the_gallery_make_its_figures() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join(FOLDER)).unwrap();
    let commands = commands();
    let mut files = Vec::new();
    for command in &commands {
        let words = shlex::split(command).unwrap();
        program(folder.path()).args(&words[1..]).assert().success();
        let place = words.iter().position(|word| word == "--figure").unwrap();
        let file = words[place + 1].clone();
        let known = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        let (made, shown) = (texts(&folder.path().join(&file)), texts(&known));
        assert_eq!(made, shown, "{command}");
        files.push(file);
    }
    // Nothing is in the folder that no command makes, and nothing large.
    let known = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    let mut bytes = 0;
    for entry in std::fs::read_dir(known).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{FOLDER}/{}", entry.file_name().to_string_lossy());
        assert!(
            files.contains(&name),
            "no command of the README makes {name}"
        );
        bytes += entry.metadata().unwrap().len();
    }
    assert!(bytes < 1_200_000, "the gallery has {bytes} bytes");
    assert!(commands.len() >= 7, "{commands:?}");
}
