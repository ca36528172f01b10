//! The sources obey the map of the house: who may know whom, one place for SVD, colours and
//! threads, files of a readable size.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "structure/circles.rs"]
mod circles;
#[path = "structure/names.rs"]
mod names;
#[path = "structure/rules.rs"]
mod rules;

use circles::Crate;
use rules::{is_test, violations};

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names of all files in `src`, with slashes, and their texts.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    assert!(files.len() > 50, "only {} files were found", files.len());
    let read = |file: PathBuf| {
        let inside = file.strip_prefix(&root).unwrap();
        let name = inside.to_str().unwrap().replace('\\', "/");
        (name, fs::read_to_string(&file).unwrap())
    };
    files.into_iter().map(read).collect()
}

#[test]
fn every_source_file_obeys_the_map_of_the_house() {
    let mut complaints = Vec::new();
    for (name, text) in sources() {
        complaints.extend(violations(&name, &text));
    }
    complaints.sort();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn half_of_the_files_are_short() {
    let mut lines: Vec<usize> = sources()
        .iter()
        .map(|(_, text)| text.lines().count())
        .collect();
    lines.sort_unstable();
    let middle = lines[lines.len() / 2];
    assert!(middle <= 200, "the middle file has {middle} lines");
}

#[test]
fn no_files_go_round_in_a_circle() {
    let mut files = sources();
    files.retain(|(name, _)| !is_test(name));
    let circles = Crate::new(&files).circles();
    assert!(
        circles.is_empty(),
        "these files need each other; move what both need into one of its own:\n{}",
        circles.join("\n")
    );
}

/// The circles among files of these names and texts.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let owned = files.iter();
    let owned: Vec<(String, String)> = owned
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    Crate::new(&owned).circles()
}

#[test]
fn a_circle_is_seen_however_its_names_are_spelled() {
    let folder = ("a/mod.rs", "pub mod x; mod y; pub use y::Y; use x::X;");
    for back in [
        "use super::x::X;",
        "use crate::a::x::{self, X};",
        "fn f() { crate::a::x::f(); }",
        "use super::x as other; fn f() -> other::X {}",
        "use crate::b::X;",
    ] {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("b.rs", "pub use crate::a::x::X;"),
            folder,
            ("a/x.rs", "use super::Y; pub struct X;"),
            ("a/y.rs", back),
        ];
        assert_eq!(circles_of(&files), ["a/x.rs, a/y.rs"], "{back}");
    }
}

#[test]
fn what_a_part_takes_from_its_folder_and_tests_take_from_anywhere_is_no_circle() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod x; mod y; pub use y::Y; fn f() { x::f(); }"),
        ("a/x.rs", "use super::{Y, f}; use std::fs::x;"),
        (
            "a/y.rs",
            "#[cfg(test)] mod tests { use super::super::x::f; }",
        ),
    ];
    assert_eq!(circles_of(&files), [""; 0]);
}

/// The rule that `text`, as the file `name` in `src`, must break exactly once.
#[track_caller]
fn breaks(name: &str, text: &str, rule: &str) {
    let found = violations(name, text);
    assert_eq!(found.len(), 1, "{name}: {text}\n{found:?}");
    assert!(found[0].contains(rule), "{rule} is not in: {}", found[0]);
}

#[track_caller]
fn obeys(name: &str, text: &str) {
    assert_eq!(violations(name, text), [""; 0], "{name}: {text}");
}

#[test]
fn the_core_must_not_know_the_faces() {
    for folder in [
        "source",
        "approx",
        "finetune",
        "figure",
        "analysis",
        "views",
        "experiment",
        "session",
    ] {
        let name = format!("{folder}/some/file.rs");
        breaks(&name, "use crate::app::theme;", "the window");
        breaks(
            &name,
            "use crate::{approx, app::theme::Theme};",
            "the window",
        );
        breaks(&name, "fn f() { crate::cli::run(); }", "the command line");
        breaks(
            &name,
            "use super::super::super::cli::run;",
            "the command line",
        );
        breaks(&name, "use eframe::egui::Ui;", "a window library");
        breaks(&name, "fn f(ui: &mut ::egui::Ui) {}", "a window library");
        breaks(&name, "extern crate rfd;", "a window library");
        obeys(&name, "use crate::approx::Factors; use super::app;");
    }
    breaks("store.rs", "use egui::Ui;", "a window library");
    obeys(
        "app/theme.rs",
        "use eframe::egui; use crate::app::state; use super::super::app::x;",
    );
}

#[test]
fn the_faces_must_not_know_each_other() {
    breaks(
        "app/mod.rs",
        "use crate::{cli as c, figure};",
        "the command line",
    );
    breaks("cli/json.rs", "type A = crate::app::Session;", "the window");
    obeys(
        "cli/json.rs",
        "use crate::session::Settings; use super::figure;",
    );
}

#[test]
fn tabs_must_not_know_each_other() {
    for text in [
        "use super::method::MethodTab;",
        "use crate::app::tabs::method;",
        "fn f() { super::super::tabs::method::f(); }",
    ] {
        breaks("app/tabs/finetune/mod.rs", text, "another tab");
    }
    obeys(
        "app/tabs/method/mod.rs",
        "use crate::app::tabs::{Place, method::x}; use super::Place;",
    );
    obeys("app/tabs/mod.rs", "use self::approximate::ApproximateTab;");
    obeys("app/update.rs", "use super::tabs::approximate::figures;");
}

#[test]
fn the_mathematics_keeps_off_files_threads_and_standard_output() {
    for folder in ["approx", "finetune"] {
        let name = format!("{folder}/file.rs");
        breaks(&name, "use std::{fmt, fs::File};", "the file system");
        breaks(&name, "fn f() { std::process::exit(1) }", "processes");
        breaks(&name, "use std::sync::mpsc::channel;", "channels");
        breaks(&name, "fn f() { println!(\"x\"); }", "standard output");
        obeys(&name, "use std::{fmt, sync::Mutex}; use rayon::prelude::*;");
    }
    breaks(
        "approx/file.rs",
        "fn f() { std::thread::yield_now() }",
        "threads",
    );
    breaks("source/file.rs", "use std::thread::{self};", "threads");
    breaks("app/tabs/mod.rs", "use std::thread;", "threads");
    breaks(
        "app/tabs/mod.rs",
        "fn f() { rayon::spawn(|| ()); }",
        "threads",
    );
    obeys("app/worker.rs", "use std::thread;");
    obeys("process/threads.rs", "use std::thread;");
    breaks("process/signals.rs", "use std::thread;", "threads");
    obeys("source/file.rs", "use std::fs;");
    breaks(
        "source/file.rs",
        "fn f() { eprintln!(); }",
        "standard output",
    );
}

#[test]
fn there_is_one_place_for_svd() {
    for call in [
        "svd",
        "try_svd",
        "thin_svd",
        "svd_unordered",
        "pseudo_inverse",
    ] {
        let text = format!("fn f() {{ let s = m\n  .{call}(true); }}");
        breaks("approx/reconstruct.rs", &text, "singular value");
        breaks("app/tabs/approximate/job.rs", &text, "singular value");
        obeys("approx/factor.rs", &text);
        obeys("approx/factor/faer.rs", &text);
    }
    breaks(
        "analysis/mod.rs",
        "use nalgebra::{DMatrix, SVD};",
        "singular value",
    );
    breaks(
        "analysis/mod.rs",
        "fn f() { nalgebra::linalg::SVD::new(m, true, true); }",
        "singular value",
    );
    breaks(
        "approx/curve.rs",
        "fn f() { let f = faer::Mat::zeros(1, 1); }",
        "singular value",
    );
    obeys("approx/curve.rs", "fn f() { own.svd; svd(own); }");
}

#[test]
fn there_is_one_place_for_colours() {
    for text in [
        "const RED: Rgb = Rgb(255, 0, 0);",
        "fn f() { Color32::from_rgb(1, 2, 3); }",
        "fn f() { Color32 :: from_rgb (1, 2, 3); }",
        "fn f() { vec![Color32::from_rgba_unmultiplied(1, 2, 3, 4)] }",
        "fn f() { ui.colored_label(Color32::RED, \"no\"); }",
    ] {
        breaks("app/tabs/method.rs", text, "colour");
        obeys("app/texture.rs", text);
        obeys("figure/palette.rs", text);
    }
    obeys(
        "app/status.rs",
        "fn f(c: Rgb) -> Color32 { let Some(Rgb { .. }) = c; Color32::TRANSPARENT }",
    );
}

#[test]
fn files_have_a_readable_size() {
    let lines = |count| "//\n".repeat(count);
    breaks("approx/long.rs", &lines(501), "501 lines");
    obeys("approx/long.rs", &lines(500));
    breaks("main.rs", &lines(60), "60 lines");
    obeys("main.rs", &lines(59));
    breaks("app/mod.rs", &lines(300), "300 lines");
    obeys("app/mod.rs", &lines(299));
}

#[test]
fn functions_are_seen_whole_on_a_screen() {
    let function = |lines: usize| format!("fn f() -> [u8; 2] {{\n{}}}\n", "//\n".repeat(lines - 2));
    let method = |lines| format!("impl A {{\n{}}}\n", function(lines));
    let inner = |lines| format!("mod a {{ fn g() {{ {} }} }}", function(lines));
    breaks("approx/a.rs", &function(61), "fn f has 61 lines");
    breaks("approx/a.rs", &method(61), "fn f has 61 lines");
    obeys("approx/a.rs", &function(60));
    obeys("approx/a.rs", &method(60));
    obeys("approx/a.rs", &inner(59));
    obeys(
        "approx/a.rs",
        &format!("#[cfg(test)]\nmod tests {{ {} }}", function(61)),
    );
    let declared = format!("trait A {{ fn a();\n{}}}", "//\n".repeat(61));
    obeys("approx/a.rs", &declared);
    obeys(
        "approx/a.rs",
        &format!("type A = fn();\n{}", "//\n".repeat(61)),
    );
}

#[test]
fn comments_strings_and_test_modules_break_no_rule() {
    for text in [
        "// use crate::app;",
        "/* use crate::app; /* nested */ fn f() { m.svd(true) } */",
        "/// m.svd(true)\nfn f() {}",
        "const A: &str = \"\\\" ; use crate::app; m.svd(true)\";",
        "const A: &str = r#\"\" ; use crate::app;\"#;",
        "const A: &[u8] = b\"use crate::app;\";",
        "const A: char = '\"'; const B: char = '\\''; fn f<'a>(x: &'a u8) {}",
        "#[cfg(test)]\nmod tests { fn f() { { m.svd(true) } } }",
        "#[cfg(test)]\n#[allow(x)]\nmod tests { use crate::app; }",
        "#[cfg(test)] use crate::app;",
    ] {
        obeys("approx/file.rs", text);
        // What follows is seen again.
        breaks(
            "approx/file.rs",
            &format!("{text}\nuse crate::app;"),
            "the window",
        );
    }
    obeys("approx/tests.rs", "use crate::app;");
    obeys("approx/factor/tests/samples.rs", "use crate::app;");
}

#[test]
fn a_complaint_names_the_file_and_the_line() {
    let found = violations(
        "cli/json.rs",
        "//! One\n\nuse crate::{\n    figure,\n    app,\n};\n",
    );
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("src/cli/json.rs:5: "), "{}", found[0]);
}
