//! The rules, and what a file does against them.

use super::names::{Function, Names, SpelledPath, Token, spells};

const WINDOW_LIBRARIES: [&str; 6] = [
    "eframe",
    "egui",
    "egui_plot",
    "egui_kittest",
    "rfd",
    "arboard",
];

const SVD_METHODS: [&str; 9] = [
    "svd",
    "try_svd",
    "svd_unordered",
    "try_svd_unordered",
    "thin_svd",
    "singular_values",
    "singular_values_unordered",
    "pseudo_inverse",
    "polar",
];

const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// Colours that are none, and the grey of a pixel.
const COLOURLESS: [&str; 5] = ["TRANSPARENT", "PLACEHOLDER", "BLACK", "WHITE", "from_gray"];

/// What the file `name` (in `src`, with slashes) does against the rules, one line each.
pub fn violations(name: &str, text: &str) -> Vec<String> {
    let mut found: Vec<String> = size(name, text).into_iter().collect();
    if is_test(name) {
        return found;
    }
    let Names {
        tokens,
        paths,
        functions,
        ..
    } = Names::of(text, &module_of(name));
    let by_path = paths
        .iter()
        .filter_map(|path| Some((path.line, forbidden_path(name, path)?)));
    let by_tokens = (0..tokens.len())
        .filter_map(|at| Some((tokens[at].line, forbidden_tokens(name, &tokens, at)?)));
    let complaints = by_path.chain(by_tokens);
    let complaints = complaints.map(|(line, complaint)| (line, complaint.to_owned()));
    let complaints = complaints.chain(functions.iter().filter_map(length));
    found.extend(complaints.map(|(line, complaint)| format!("src/{name}:{line}: {complaint}")));
    found
}

/// Whether a file holds nothing but tests.
pub fn is_test(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.contains("/tests/")
}

/// The modules of a file, from the crate's root on.
pub fn module_of(name: &str) -> Vec<&str> {
    let mut module: Vec<&str> = name.trim_end_matches(".rs").split('/').collect();
    if matches!(module.last(), Some(&("mod" | "lib" | "main"))) {
        module.pop();
    }
    module
}

fn size(name: &str, text: &str) -> Option<String> {
    let most = match name {
        "main.rs" => 59,
        "app/mod.rs" => 299,
        _ => 500,
    };
    let lines = text.lines().count();
    (lines > most)
        .then(|| format!("src/{name}: has {lines} lines, {most} are allowed, split it by subject"))
}

/// What is wrong with a function that no screen shows whole.
fn length(function: &Function) -> Option<(usize, String)> {
    const MOST: usize = 60;
    let Function { name, line, lines } = function;
    let complaint =
        || format!("fn {name} has {lines} lines, {MOST} are allowed, split it by subject");
    (*lines > MOST).then(|| (*line, complaint()))
}

/// Whether a file lies in one of the folders, or in the module's own file.
fn within(name: &str, modules: &[&str]) -> bool {
    modules.iter().any(|module| {
        name.strip_prefix(module)
            .is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    })
}

/// `source`, `approx`, `finetune`, `figure` and what both faces share.
fn is_core(name: &str) -> bool {
    !within(name, &["app", "cli", "main", "lib"])
}

fn factorizes(name: &str) -> bool {
    within(name, &["approx/factor"])
}

fn forbidden_path(name: &str, path: &SpelledPath) -> Option<&'static str> {
    let names = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
    let mathematics = within(name, &["approx", "finetune"]);
    if names(&["crate::app"]) && (is_core(name) || within(name, &["cli"])) {
        Some("must not know the window, let it ask through its arguments")
    } else if names(&["crate::cli"]) && (is_core(name) || within(name, &["app"])) {
        Some("must not know the command line, move what both need out of it")
    } else if knows_another_tab(name, path) {
        Some("must not know another tab, what tabs share is in src/app/state.rs")
    } else if names(&WINDOW_LIBRARIES) && !within(name, &["app"]) {
        Some("must not use a window library, only src/app does")
    } else if names(&["std::fs", "tempfile"]) && mathematics {
        Some("must not touch the file system, take values and return them")
    } else if names(&["std::process", "std::net"]) && mathematics {
        Some("must not touch processes or the network")
    } else if names(&["std::sync::mpsc"]) && mathematics {
        Some("must not own channels, report progress through a callback")
    } else if names(&["std::thread", "rayon::spawn", "rayon::ThreadPoolBuilder"])
        && !["app/worker.rs", "process/threads.rs"].contains(&name)
    {
        Some("must not own threads, they live in src/app/worker.rs and src/process/threads.rs")
    } else if path.parts.iter().any(|part| part == "SVD") || names(&["faer"]) {
        (!factorizes(name)).then_some(ONE_SVD)
    } else {
        None
    }
}

/// Whether a file of a tab, which is a folder in `app/tabs`, names another tab's.
fn knows_another_tab(name: &str, path: &SpelledPath) -> bool {
    let own = name
        .strip_prefix("app/tabs/")
        .and_then(|rest| rest.split_once('/'));
    let Some((own, _)) = own else {
        return false;
    };
    let other = path.parts.get(3);
    path.starts_with("crate::app::tabs")
        && other.is_some_and(|other| other != own && other.starts_with(|c: char| c.is_lowercase()))
}

const ONE_SVD: &str =
    "must not compute singular values itself, src/approx/factor verifies them (nalgebra#1172)";

fn forbidden_tokens(name: &str, tokens: &[Token], at: usize) -> Option<&'static str> {
    let next = |offset: usize, text| tokens.get(at + offset).is_some_and(|token| token.is(text));
    let word = tokens[at].text.as_str();
    let method = at > 0 && tokens[at - 1].is(".") && next(1, "(");
    if method && SVD_METHODS.contains(&word) && !factorizes(name) {
        return Some(ONE_SVD);
    }
    let quiet = ["source", "approx", "finetune", "figure"];
    if PRINTING.contains(&word) && next(1, "!") && within(name, &quiet) {
        return Some("must not write to standard output or error, return the value");
    }
    let palette = ["figure/palette.rs", "app/texture.rs"].contains(&name);
    (makes_colour(tokens, at) && !palette)
        .then_some("must not make a colour, src/figure/palette.rs has them all")
}

/// `Rgb(…)` with values, `Color32::from_…`, or a colour by name.
fn makes_colour(tokens: &[Token], at: usize) -> bool {
    if spells(tokens, at, "Rgb (") {
        return true;
    }
    spells(tokens, at, "Color32 : :")
        && tokens
            .get(at + 3)
            .is_some_and(|name| !COLOURLESS.contains(&name.text.as_str()))
}
