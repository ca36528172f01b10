//! What the window exports and what the command line writes are the same bytes, for every view.

use std::path::Path;

use assert_cmd::Command as Program;
use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use localized_lora::app::Explorer;
use localized_lora::app::command::Command;
use localized_lora::app::notices::capitalized;
use localized_lora::app::state::{Message, Preferences};
use localized_lora::approx::budget::BudgetRule;
use localized_lora::approx::{
    AdaptiveSettings, LocalizedSettings, LoraSettings, MeloraSettings, Method,
};
use localized_lora::figure::Gain;
use localized_lora::session::{Session, Settings};
use localized_lora::source::{Dataset, Source, Split, Transform};
use localized_lora::views::{self, Need, Subject, View, approximation};
use serde_json::Value;

use super::finetune::{button, results, small, tab};
use super::{settle, window_with};

fn said(harness: &Harness<'static, Explorer>) -> String {
    match harness.state().state().message() {
        Some(Message::Done(text) | Message::Copied(text) | Message::Error(text)) => text.clone(),
        None => String::new(),
    }
}

/// Opens the dialog on a view and types the file's path.
fn prepare(harness: &mut Harness<'static, Explorer>, view: &View, path: &Path) {
    let ctx = harness.ctx.clone();
    harness.state_mut().run(&ctx, Command::Export);
    settle(harness);
    let radio = harness.get_by_role_and_label(Role::RadioButton, view.title);
    radio.click();
    settle(harness);
    harness
        .get_by_role_and_label(Role::TextInput, "file to write")
        .set_text_value_accesskit(&path.display().to_string());
    settle(harness);
}

/// Presses a button of the dialog, which lies over whatever has one of the same name.
fn press(harness: &mut Harness<'static, Explorer>, name: &str) {
    let button = harness.get_all_by_role_and_label(Role::Button, name);
    button.last().expect("in the dialog").click();
    settle(harness);
}

/// What the window writes; `None` where it refuses, with the sentence in the dialog.
fn exported(harness: &mut Harness<'static, Explorer>, view: &View, path: &Path) -> Option<Vec<u8>> {
    prepare(harness, view, path);
    press(harness, "Save");
    let wrote = std::fs::read(path).ok()?;
    std::fs::remove_file(path).unwrap();
    Some(wrote)
}

/// What *Copy as command* gives in the open dialog, as words.
fn copied(harness: &mut Harness<'static, Explorer>) -> Vec<String> {
    press(harness, "Copy as command");
    let mut words = shlex::split(&said(harness)).unwrap();
    assert_eq!(words.remove(0), "localized-lora");
    words
}

/// The window has refused a view: the command does too, in the same words.
fn refused(harness: &mut Harness<'static, Explorer>, what: &str) {
    let words = copied(harness);
    let mut program = Program::cargo_bin("localized-lora").unwrap();
    let output = program.args(&words).output().unwrap();
    assert!(!output.status.success(), "{what}: only the window refuses");
    let errors = String::from_utf8(output.stderr).unwrap();
    let sentence = errors.trim_end().strip_prefix("error: ").unwrap();
    // It stands in the place of the preview as well.
    assert!(harness.get_all_by_label(&capitalized(sentence)).count() > 0);
    press(harness, "Close");
}

/// What the program prints, called with these words and more.
fn printed(words: &[String], more: &[&str]) -> Vec<u8> {
    let mut program = Program::cargo_bin("localized-lora").unwrap();
    let output = program.args(words).args(more).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {errors}");
    output.stdout
}

#[track_caller]
fn same(window: &[u8], command_line: &[u8], what: &str) {
    if window != command_line {
        let [window, command_line] = [window, command_line].map(String::from_utf8_lossy);
        let lines = window.lines().zip(command_line.lines());
        let differing = lines.filter(|(one, other)| one != other).take(3);
        let differing: Vec<_> = differing.collect();
        panic!("{what} differs:\n{differing:#?}");
    }
}

/// Every view of these subjects, as picture and as numbers.
fn compare(
    harness: &mut Harness<'static, Explorer>,
    name: &str,
    subjects: &[Subject],
    more: impl Fn(&View) -> Vec<String>,
    timeless: impl Fn(&[u8]) -> Vec<u8>,
) {
    let folder = tempfile::tempdir().unwrap();
    for view in views::ALL {
        // Projections are the command line's alone, and ten thousand images take minutes to test.
        let built_in = ["Table I", "one row"].contains(&name);
        let long = built_in && view.needs == Need::LocalitySurvey;
        if !subjects.contains(&view.subject) || view.needs == Need::Projections || long {
            continue;
        }
        let what = format!("{name}, {view:?}");
        let path = folder.path().join("one.svg");
        let Some(svg) = exported(harness, view, &path) else {
            refused(harness, &what);
            continue;
        };
        let [csv, json] = ["csv", "json"].map(|ending| {
            let path = folder.path().join(format!("one.{ending}"));
            exported(harness, view, &path).expect(&what)
        });
        prepare(harness, view, &path);
        let words = copied(harness);
        press(harness, "Close");
        let more = more(view);
        let more = |option| {
            [
                &[option],
                &more.iter().map(String::as_str).collect::<Vec<_>>()[..],
            ]
            .concat()
        };
        same(
            &csv,
            &printed(&words, &more("--csv")),
            &format!("{what}: CSV"),
        );
        same(
            &svg,
            &std::fs::read(&path).unwrap(),
            &format!("{what}: SVG"),
        );
        let printed = printed(&words, &more("--json"));
        same(
            &timeless(&json),
            &timeless(&printed),
            &format!("{what}: JSON"),
        );
        std::fs::remove_file(&path).unwrap();
    }
}

fn as_it_is(bytes: &[u8]) -> Vec<u8> {
    bytes.to_vec()
}

fn of_matrices(session: Session, name: &str) {
    let mut harness = window_with(Preferences {
        session,
        ..Preferences::default()
    });
    let subjects = [Subject::Matrix, Subject::Images];
    compare(&mut harness, name, &subjects, |_| Vec::new(), as_it_is);
}

/// A small data set in MNIST's format, so that it is quickly measured.
fn data_set(folder: &Path) -> Dataset {
    let images = 40_u32;
    let pixel = |image: u32, at: u32| {
        let (row, col) = (at / 28, at % 28);
        let wave = (row * (image % 7 + 1) + col * (image % 5 + 2) + image * image) % 97;
        if wave > 60 {
            (wave * 2 + image) as u8
        } else {
            0
        }
    };
    let mut pixels = vec![0, 0, 8, 3];
    for side in [images, 28, 28] {
        pixels.extend(side.to_be_bytes());
    }
    pixels.extend((0..images).flat_map(|image| (0..28 * 28).map(move |at| pixel(image, at))));
    let mut labels = vec![0, 0, 8, 1];
    labels.extend(images.to_be_bytes());
    labels.extend((0..images).map(|image| (image % 10) as u8));
    std::fs::write(folder.join("t10k-images-idx3-ubyte"), pixels).unwrap();
    std::fs::write(folder.join("t10k-labels-idx1-ubyte"), labels).unwrap();
    Dataset::Folder(folder.to_path_buf())
}

fn digit(dataset: &Dataset, index: usize) -> Source {
    Source::Digit {
        dataset: dataset.clone(),
        split: Split::Test,
        index,
    }
}

#[test]
fn table_one_is_the_same_in_both() {
    of_matrices(Session::default(), "Table I");
}

#[test]
fn matched_budgets_are_the_same_in_both() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = data_set(folder.path());
    let settings = Settings {
        matched: Some(BudgetRule::EqualParameters),
        show_adaptive: true,
        adaptive: AdaptiveSettings {
            grid: 4,
            budget: 530,
            ..AdaptiveSettings::default()
        },
        ..Settings::default()
    };
    // Under section II.E the budget is too small for MELoRA and Localized.
    let smaller = Settings {
        matched: Some(BudgetRule::SectionTwoE),
        ..Settings::default()
    };
    for (settings, name) in [(settings, "matched"), (smaller, "one left out")] {
        let session = Session {
            source: digit(&dataset, 3),
            settings,
            ..Session::default()
        };
        of_matrices(session, name);
    }
}

#[test]
fn ranks_set_by_hand_are_the_same_in_both() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session {
        source: digit(&data_set(folder.path()), 7),
        settings: Settings {
            show_adaptive: true,
            adaptive: AdaptiveSettings {
                grid: 2,
                budget: 300,
                painted: Some(vec![1, 2, 0, 3]),
                ..AdaptiveSettings::default()
            },
            // Larger than the blocks: lowered, and kept for other matrices.
            melora: MeloraSettings {
                blocks: 9,
                rank: 12,
            },
            localized: LocalizedSettings { grid: 3, rank: 4 },
            ..Settings::default()
        },
        ..Session::default()
    };
    of_matrices(session, "painted");
}

#[test]
fn added_structures_are_the_same_in_both() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings {
        charge_structure: true,
        ..Settings::default()
    };
    for method in Method::ALL {
        if let Some(shown) = settings.switch(*method) {
            *shown = true;
        }
    }
    settings.kronecker.left_rows = 7;
    settings.quadtree.price = 631.8556.try_into().ok();
    let session = Session {
        source: digit(&data_set(folder.path()), 4),
        settings,
        ..Session::default()
    };
    of_matrices(session, "structures");
}

#[test]
fn a_shuffled_difference_is_the_same_in_both() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = data_set(folder.path());
    let session = Session {
        source: digit(&dataset, 1),
        subtract: Some(digit(&dataset, 2)),
        transform: Transform {
            shuffle: Some(3),
            shift: (2, -1),
        },
        ..Session::default()
    };
    of_matrices(session, "subtract and shuffle");
}

#[test]
fn a_single_row_is_the_same_in_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("row.csv");
    std::fs::write(&path, "3,1,4,1,5,9,2\n").unwrap();
    let session = Session {
        source: Source::from_path(&path),
        ..Session::default()
    };
    of_matrices(session, "one row");
}

/// The texts of a picture, in the order in which they are drawn.
fn texts(svg: &[u8]) -> Vec<String> {
    let svg = String::from_utf8_lossy(svg).into_owned();
    let texts = svg.split("<text").skip(1).filter_map(|rest| {
        let (_, rest) = rest.split_once('>')?;
        Some(rest.split_once("</text>")?.0.to_owned())
    });
    texts.collect()
}

#[test]
fn the_colours_of_error_maps_end_at_the_same_error_in_both() {
    let folder = tempfile::tempdir().unwrap();
    // Dark, and every method is exact: nothing is left but rounding.
    let dark = folder.path().join("dark.pgm");
    std::fs::write(&dark, "P2 4 4 255\n9 9 0 0\n9 9 0 0\n0 0 7 7\n0 0 7 7\n").unwrap();
    let exact = Settings {
        lora: LoraSettings { rank: 2 },
        melora: MeloraSettings { blocks: 2, rank: 1 },
        localized: LocalizedSettings { grid: 2, rank: 1 },
        ..Settings::default()
    };
    let one = digit(&data_set(folder.path()), 1);
    let strong = Gain::USUAL[2];
    for (source, settings, gain, end) in [
        (
            Source::from_path(&dark),
            exact,
            Gain::default(),
            Some("9·10⁻⁹"),
        ),
        (one.clone(), Settings::default(), Gain::default(), None),
        (one, Settings::default(), strong, None),
    ] {
        let session = Session {
            source,
            settings,
            ..Session::default()
        };
        let mut preferences = Preferences {
            session,
            ..Preferences::default()
        };
        preferences.view.error_maps = true;
        preferences.view.error_gain = gain;
        let mut harness = window_with(preferences);
        let view = &approximation::VIEW;
        let svg = exported(&mut harness, view, &folder.path().join("one.svg")).unwrap();
        let texts = texts(&svg);
        let name = match gain == strong {
            true => "residual W − Ŵ, gain ×5",
            false => "residual W − Ŵ",
        };
        harness.get_by_label(&name.replacen('r', "R", 1));
        let scale = texts.iter().position(|text| text == name);
        let [low, high, _] = &texts[scale.unwrap() - 3..scale.unwrap()] else {
            unreachable!()
        };
        assert_eq!(*low, format!("−{high}"));
        assert!(end.is_none_or(|end| high == end), "{high}");
        for end in [low, high] {
            harness.get_by_label(end);
        }
    }
}

#[test]
fn signed_values_have_a_scale_about_zero_in_both() {
    let folder = tempfile::tempdir().unwrap();
    let signed = folder.path().join("signed.csv");
    std::fs::write(&signed, "1,0,-2\n0,3,1\n-1,0,8\n").unwrap();
    let session = Session {
        source: Source::from_path(&signed),
        ..Session::default()
    };
    let mut harness = window_with(Preferences {
        session,
        ..Preferences::default()
    });
    for end in ["−8", "8"] {
        harness.get_by_label(end);
    }
    let path = folder.path().join("signed.svg");
    let svg = exported(&mut harness, &approximation::VIEW, &path).unwrap();
    let texts = texts(&svg);
    let scale = texts.iter().position(|text| text == "entries of W and Ŵ");
    assert_eq!(texts[scale.unwrap() - 3..scale.unwrap()], ["−8", "8", "0"]);
}

#[test]
fn a_norm_that_overflows_is_refused_with_the_same_sentence_in_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.csv");
    std::fs::write(&path, "1e308,1.5e308\n-1.7e308,1e308\n").unwrap();
    let session = Session {
        source: Source::from_path(&path),
        ..Session::default()
    };
    let harness = window_with(Preferences {
        session,
        ..Preferences::default()
    });
    let told = said(&harness);
    for subcommand in ["approximate", "curve"] {
        let mut program = Program::cargo_bin("localized-lora").unwrap();
        let output = program.arg(subcommand).arg(&path).output().unwrap();
        let sentence = String::from_utf8(output.stderr).unwrap();
        let sentence = sentence.trim_end().strip_prefix("error: ").unwrap();
        assert!(told.starts_with(sentence), "{told}\n{sentence}");
        assert!(sentence.contains("overflows"), "{sentence}");
    }
}

/// The same numbers, whatever time a run took.
fn timeless(json: &[u8]) -> Vec<u8> {
    fn forget(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("seconds");
                fields.values_mut().for_each(forget);
            }
            Value::Array(values) => values.iter_mut().for_each(forget),
            _ => {}
        }
    }
    let mut value: Value = serde_json::from_slice(json).unwrap();
    forget(&mut value);
    serde_json::to_vec_pretty(&value).unwrap()
}

#[test]
fn a_sweep_and_its_runs_are_the_same_in_both() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = tab(small(), None);
    button(&harness, "Run");
    settle(&mut harness);
    harness.get_by_label("localized_grid:4:2@0.001#0").click();
    settle(&mut harness);
    // The command goes on from the same runs, so that even the times are the same.
    let kept = folder.path().join("kept.json");
    let trained = results(&harness).to_json().unwrap();
    std::fs::write(&kept, trained).unwrap();
    let resume = |view: &View| match view.call.show {
        None => ["--resume", "--out", kept.to_str().unwrap()]
            .map(str::to_owned)
            .to_vec(),
        Some(_) => Vec::new(),
    };
    compare(
        &mut harness,
        "a sweep",
        &[Subject::Experiment],
        resume,
        timeless,
    );
}
