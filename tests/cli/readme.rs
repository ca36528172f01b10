//! The README shows real output.

use super::program;

/// The indented blocks that begin with a `$`: the command, and what it printed.
fn examples() -> Vec<(String, String)> {
    let readme = include_str!("../../README.md");
    let mut examples: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        if let Some(command) = line.strip_prefix("    $ ") {
            examples.push((command.to_owned(), String::new()));
            inside = true;
        } else if !line.is_empty() && !line.starts_with("    ") {
            inside = false;
        } else if let (true, Some((_, output))) = (inside, examples.last_mut()) {
            *output += line.strip_prefix("    ").unwrap_or(line);
            output.push('\n');
        }
    }
    examples
}

#[test]
fn the_examples_of_the_readme_are_real_output() {
    let folder = tempfile::tempdir().unwrap();
    let examples = examples();
    assert_eq!(examples.len(), 12);
    for (command, shown) in examples {
        let words = shlex::split(&command).unwrap();
        assert_eq!(words[0], "localized-lora");
        let output = program(folder.path()).args(&words[1..]).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_same(&command, printed.trim_end(), shown.trim_end());
    }
}

/// Word for word, numbers up to what platforms differ in.
fn assert_same(command: &str, printed: &str, shown: &str) {
    let words = |text: &str| -> Vec<String> {
        let separators = |c: char| c.is_whitespace() || c == ',';
        text.split(separators).map(ToOwned::to_owned).collect()
    };
    let (left, right) = (words(printed), words(shown));
    assert_eq!(
        left.len(),
        right.len(),
        "{command}:\n{printed}\n---\n{shown}"
    );
    for (left, right) in left.iter().zip(&right) {
        let close = match (left.parse::<f64>(), right.parse::<f64>()) {
            (Ok(left), Ok(right)) => (left - right).abs() <= 1e-9 * right.abs(),
            _ => left == right,
        };
        assert!(
            close,
            "{command}: {left} is printed, {right} is in the README"
        );
    }
}

#[test]
fn the_readme_and_the_help_list_every_format_that_is_read() {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let formats = localized_lora::source::readable_formats();
    assert!(one_line(include_str!("../../README.md")).contains(&formats));
    let help = program(std::path::Path::new(".")).arg("--help").output();
    let help = String::from_utf8(help.unwrap().stdout).unwrap();
    assert!(one_line(&help).contains(&formats), "{help}");
}
