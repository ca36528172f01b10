//! The sources obey the map of the house: who may know whom, one place for SVD, colours and
//! threads, files of a readable size.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "structure/lexer.rs"]
mod lexer;
#[path = "structure/rules.rs"]
mod rules;

use rules::violations;

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

#[test]
fn every_source_file_obeys_the_map_of_the_house() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    assert!(files.len() > 50, "only {} files were found", files.len());
    let mut complaints = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let name = inside.to_str().unwrap().replace('\\', "/");
        complaints.extend(violations(&name, &fs::read_to_string(&file).unwrap()));
    }
    complaints.sort();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
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
    breaks("approx/long.rs", &lines(601), "601 lines");
    obeys("approx/long.rs", &lines(600));
    breaks("main.rs", &lines(60), "60 lines");
    obeys("main.rs", &lines(59));
    breaks("app/mod.rs", &lines(300), "300 lines");
    obeys("app/mod.rs", &lines(299));
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
