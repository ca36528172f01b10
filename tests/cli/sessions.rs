//! Sessions without a window: their figures and tables, and what is refused.

use std::path::Path;

use localized_lora::session::Session;
use localized_lora::source::Source;
use localized_lora::views::{approximation, best_grid, data_set, error_curve, rank_map};
use localized_lora::workspace::{DisplaySettings, Workspace, save};

use super::{listing, program, refuse, run, succeed};

fn workspace(source: &str) -> Workspace {
    Workspace {
        session: Session {
            source: source.parse().unwrap(),
            ..Session::default()
        },
        ..Workspace::default()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let files = listing(folder).into_iter();
    files
        .map(|(path, _)| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_figures_of_a_session_are_those_that_their_commands_make() {
    let folder = tempfile::tempdir().unwrap();
    let mut shown = workspace("synthetic:block-low-rank:noise=0.1");
    shown.session.settings.localized.grid = 4;
    shown.session.transform.shift = (1, -2);
    shown.display = DisplaySettings {
        views: vec![
            &approximation::VIEW,
            &error_curve::VIEW,
            &best_grid::VIEW,
            &rank_map::VIEW,
        ],
        error_maps: true,
        ..DisplaySettings::default()
    };
    save(&folder.path().join("talk.llora.json"), &shown).unwrap();
    let told = succeed(
        folder.path(),
        "render talk.llora.json --out out --format svg,pdf",
    );
    assert!(told.contains("wrote out/approximation.svg"), "{told}");
    let stems = [
        "approximation",
        "best-grid",
        "error-against-parameters",
        "ranks-per-block",
    ];
    let expected: Vec<String> = stems
        .iter()
        .flat_map(|stem| ["csv", "pdf", "svg"].map(|ending| format!("{stem}.{ending}")))
        .collect();
    assert_eq!(names(&folder.path().join("out")), expected);
    for stem in stems {
        let path = folder.path().join(format!("out/{stem}.svg"));
        let first = std::fs::read_to_string(&path).unwrap();
        let start = first.find("localized-lora ").unwrap();
        let command: String = first[start..].chars().take_while(|c| *c != '<').collect();
        std::fs::remove_file(&path).unwrap();
        let words = shlex::split(&command).unwrap();
        // It names the file and not its folder.
        let beside = folder.path().join("out");
        program(&beside).args(&words[1..]).assert().success();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), first, "{command}");
    }
    // Its table, too, is the one that the command line prints.
    let printed = succeed(
        folder.path(),
        "approximate synthetic:block-low-rank:noise=0.1 --grid 4 --shift 1,-2 --csv",
    );
    let written = std::fs::read_to_string(folder.path().join("out/approximation.csv")).unwrap();
    assert_eq!(written, printed);
}

#[test]
fn a_link_text_is_a_session_and_a_moved_session_finds_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("first")).unwrap();
    std::fs::write(at("first/a.csv"), "1,2,0\n3,4,0\n0,0,5\n").unwrap();
    let mut shown = Workspace::default();
    shown.session.source = Source::from_path(at("first/a.csv"));
    shown.display.views = vec![&approximation::VIEW];
    save(&at("first/a.llora.json"), &shown).unwrap();
    let link = shown.to_link_text().unwrap();
    succeed(
        folder.path(),
        &format!("render {link} --out linked --tables json --format svg"),
    );
    assert_eq!(
        names(&at("linked")),
        ["approximation.json", "approximation.svg"]
    );
    std::fs::rename(at("first"), at("second")).unwrap();
    succeed(
        folder.path(),
        "render second/a.llora.json --out moved --tables none",
    );
    assert_eq!(names(&at("moved")), ["approximation.png"]);
    let line = format!("render {link} --out again");
    refuse(folder.path(), &line, 1, "there is no folder");
}

#[test]
fn a_view_of_a_data_set_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let mut shown = workspace("mnist:test:3");
    shown.display.views = vec![&data_set::VIEW];
    save(&folder.path().join("a.llora.json"), &shown).unwrap();
    succeed(
        folder.path(),
        "render a.llora.json --out . --format svg --tables latex",
    );
    let table = std::fs::read_to_string(folder.path().join("data-set.tex")).unwrap();
    assert!(table.contains("0.2316"), "{table}");
}

#[test]
fn what_is_no_session_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "newer.llora.json",
        r#"{"localized_lora": "session", "version": 9}"#,
    );
    write("cut.llora.json", r#"{"localized_lora": "session", "ver"#);
    write("other.llora.json", "{}");
    write("sweep.json", r#"{"full": {}, "runs": []}"#);
    write("table.csv", "1,2\n3,4\n");
    for (name, status, part) in [
        ("newer.llora.json", 1, "newer version"),
        ("cut.llora.json", 1, "damaged"),
        ("other.llora.json", 1, "this is no session"),
        ("sweep.json", 1, "results of a sweep"),
        ("table.csv", 1, "this is no session"),
        ("missing.llora.json", 1, "no such file"),
        ("mnist:test:1", 2, "a matrix and no session"),
        ("llora:1:AAAA", 2, "a part of the line is missing"),
        ("llora:7:AAAA", 2, "newer version"),
    ] {
        refuse(
            folder.path(),
            &format!("render {name} --out out"),
            status,
            part,
        );
    }
    let mut moved = workspace("mnist:test:1");
    moved.session.source = Source::from_path(folder.path().join("gone.csv"));
    save(&folder.path().join("moved.llora.json"), &moved).unwrap();
    refuse(
        folder.path(),
        "render moved.llora.json --out out",
        1,
        "gone.csv",
    );
    assert!(!folder.path().join("out").exists());
    // A session is more than a matrix.
    let line = "approximate moved.llora.json";
    refuse(
        folder.path(),
        line,
        2,
        "localized-lora render moved.llora.json --out DIR",
    );
}

#[test]
fn the_figures_of_a_session_replace_none_of_its_sources() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("approximation.csv");
    std::fs::write(&path, "1,2\n3,4\n").unwrap();
    let mut shown = workspace("mnist:test:1");
    shown.session.source = Source::from_path(&path);
    save(&folder.path().join("a.llora.json"), &shown).unwrap();
    refuse(
        folder.path(),
        "render a.llora.json --out .",
        2,
        "replace a source",
    );
    let output = run(folder.path(), "render a.llora.json");
    assert_eq!(output.status.code(), Some(2));
}
