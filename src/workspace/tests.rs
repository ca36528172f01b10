//! A session comes back as it was, and nothing that is not one gets in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nalgebra::DMatrix;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::approx::budget::BudgetRule;
use crate::approx::method::{Method, Role};
use crate::figure::Gain;
use crate::figure::palette::{ColorMap, Gradient};
use crate::session::Settings;
use crate::source::{Dataset, NamedMatrix, Source, Split, Transform};
use crate::views::ALL;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn paths() -> impl Strategy<Value = PathBuf> {
    let names = [
        "/data/a.png",
        "/data/two words.csv",
        "/it's/$HOME;`ls`\"*.npy",
        "/ümlaut/日本.npz",
        "/line\nbreak.csv",
    ];
    prop::sample::select(names.to_vec()).prop_map(PathBuf::from)
}

fn sources() -> impl Strategy<Value = Source> {
    let simple = prop_oneof![
        (paths(), prop::option::of("[a-z #]{1,8}"))
            .prop_map(|(path, array)| Source::File { path, array }),
        (prop::option::of(paths()), any::<bool>(), any::<usize>()).prop_map(
            |(folder, train, index)| Source::Digit {
                dataset: folder.map_or(Dataset::BuiltIn, Dataset::Folder),
                split: if train { Split::Train } else { Split::Test },
                index,
            }
        ),
        prop::sample::select(vec![
            "low-rank:rows=9,seed=4",
            "gradient:noise=0.3333333333333333"
        ])
        .prop_map(|text| format!("synthetic:{text}").parse().expect("a source")),
        prop::collection::vec(-1e300..1e300_f64, 6).prop_map(|cells| {
            let matrix = DMatrix::from_row_slice(2, 3, &cells);
            Source::Values(Arc::new(
                NamedMatrix::new("pasted", matrix).expect("finite"),
            ))
        }),
    ];
    prop_oneof![
        simple.clone(),
        (simple.clone(), simple).prop_map(|(whole, part)| whole.minus(part)),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let rule = prop::sample::select(vec![
        None,
        Some(BudgetRule::EqualParameters),
        Some(BudgetRule::SectionTwoE),
    ]);
    let of_method = (prop::collection::vec(1usize..2000, 4), any::<bool>());
    let of_all = prop::collection::vec(of_method, Method::ALL.len());
    (rule, of_all, any::<bool>()).prop_map(|(matched, of_all, by_hand)| {
        let mut settings = Settings {
            matched,
            ..Settings::default()
        };
        for (method, (numbers, shown)) in Method::ALL.iter().copied().zip(of_all) {
            for (place, parameter) in method.parameters().iter().enumerate() {
                let few = matches!(parameter.role, Role::Segments(_)) && by_hand;
                let most = if few { 5 } else { 2000 };
                settings.set_value(method, place, 1 + numbers[place] % most);
            }
            if let Some(switch) = settings.switch(method) {
                *switch = shown;
            }
            let blocks = settings.of(method).layout().count();
            if let (true, Some(blocks)) = (by_hand, blocks) {
                settings.set_by_hand(method, Some((0..blocks).map(|b| b % 3).collect()));
            }
        }
        settings
    })
}

fn displays() -> impl Strategy<Value = DisplaySettings> {
    let views = ALL.into_iter().filter(|one| one.is_panel());
    let views = prop::sample::subsequence(views.collect::<Vec<_>>(), 0..5);
    let colors = prop::sample::select(ColorMap::ALL.to_vec());
    let switches = prop::array::uniform4(any::<bool>());
    let gain = prop::sample::select(Gain::USUAL.to_vec());
    let colors = (colors, gain);
    (views, colors, switches, prop::option::of(any::<bool>())).prop_map(
        |(views, (colors, error_gain), switches, log_parameters)| {
            let [error_maps, block_lines, log_error, train] = switches;
            DisplaySettings {
                views,
                error_maps,
                error_gain,
                colors,
                block_lines,
                log_error,
                log_parameters,
                split: if train { Split::Train } else { Split::Test },
            }
        },
    )
}

fn workspaces() -> impl Strategy<Value = Workspace> {
    let subtract = prop::option::of(sources());
    let transform = (prop::option::of(any::<u64>()), any::<(i32, i32)>());
    let rest = ("[a-z]{0,9}", 1usize..64_000_000, any::<bool>());
    (sources(), subtract, transform, settings(), displays(), rest).prop_map(
        |(source, subtract, (shuffle, shift), settings, display, (tab, max_pixels, sweep))| {
            Workspace {
                tab,
                session: Session {
                    source,
                    subtract,
                    transform: Transform { shuffle, shift },
                    order: None,
                    color: sweep,
                    settings,
                },
                display,
                max_pixels,
                experiment: sweep.then(Experiment::default),
            }
        },
    )
}

proptest! {
    #[test]
    fn a_session_survives_a_file_and_a_line(workspace in workspaces()) {
        let folder = folder();
        let path = folder.path().join("a.llora.json");
        save(&path, &workspace).expect("writes");
        prop_assert_eq!(&load(&path).expect("reads"), &workspace);
        let line = workspace.to_link_text().expect("is said");
        prop_assert!(line.is_ascii() && !line.contains(char::is_whitespace));
        prop_assert_eq!(&Workspace::from_link_text(&line).expect("is read"), &workspace);
    }

    #[test]
    fn a_damaged_session_is_refused_or_another_one_but_never_a_panic(
        workspace in workspaces(), at in any::<prop::sample::Index>(), byte: u8, cut in any::<bool>(),
    ) {
        let mut bytes = workspace.to_text(false).expect("is said").into_bytes();
        let at_byte = at.index(bytes.len());
        if cut { bytes.truncate(at_byte); } else { bytes[at_byte] = byte; }
        if let Ok(read) = Workspace::from_json(&bytes) {
            prop_assert!(check::check(&read).is_ok());
        }
        let mut line: Vec<char> = workspace.to_link_text().expect("is said").chars().collect();
        let at_char = at.index(line.len());
        if cut { line.truncate(at_char); } else { line[at_char] = char::from(byte); }
        let line: String = line.into_iter().collect();
        if let Err(error) = Workspace::from_link_text(&line) {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,200}") {
        prop_assert!(Workspace::from_json(&bytes).is_err());
        let line = format!("llora:1:{text}");
        prop_assert!(Workspace::from_link_text(&line).is_err());
    }
}

#[test]
fn a_session_beside_its_data_moves_with_it() {
    let folder = folder();
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    std::fs::create_dir_all(first.join("data")).expect("makes folders");
    std::fs::write(first.join("data/a.csv"), "1,2\n3,4\n").expect("writes");
    let mut workspace = Workspace::default();
    workspace.session.source = Source::from_path(first.join("data/a.csv"));
    workspace.session.subtract = Some(Source::from_path(folder.path().join("b.csv")));
    save(&first.join("a.llora.json"), &workspace).expect("writes");
    let text = std::fs::read_to_string(first.join("a.llora.json")).expect("reads");
    assert!(text.contains("\"data/a.csv\""), "{text}");
    std::fs::rename(&first, &second).expect("moves");
    let moved = load(&second.join("a.llora.json")).expect("reads").session;
    assert_eq!(moved.source, Source::from_path(second.join("data/a.csv")));
    assert!(moved.load(&Limits::default()).is_err(), "b.csv is missing");
    // What lies elsewhere is named from the root on.
    assert_eq!(moved.subtract, workspace.session.subtract);
}

/// The sentence on an object with these values in place of those of the default session.
fn refusal(changes: &serde_json::Value) -> String {
    let text = Workspace::default().to_text(false).expect("is said");
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
    for (key, change) in changes.as_object().expect("an object") {
        value[key] = change.clone();
    }
    let error = Workspace::from_json(value.to_string().as_bytes());
    error.expect_err("is refused").to_string()
}

#[test]
fn what_is_no_session_of_this_version_gets_a_sentence() {
    for (changes, part) in [
        (
            json!({"version": 2}),
            "form 2, and this version reads up to 1",
        ),
        (json!({"version": 0}), "says no version"),
        (json!({"version": "1"}), "says no version"),
        (json!({"localized_lora": "plan"}), "this is no session"),
        (
            json!({"lesson": 3}),
            "asks for lesson, which this version does not know",
        ),
        (
            json!({"session": {"settings": {"loora": {"rank": 4}}}}),
            "asks for session.settings.loora",
        ),
        (
            json!({"session": {"source": "standard_input"}}),
            "impossible",
        ),
        (
            json!({"session": {"settings": {"localized": {"grid": 0, "rank": 2}}}}),
            "impossible",
        ),
        (
            json!({"display": {"views": ["confusion"]}}),
            "a view that does not exist",
        ),
        (json!({"max_pixels": 0}), "impossible"),
    ] {
        let told = refusal(&changes);
        assert!(told.contains(part), "{told}");
    }
    let of_bytes = |bytes: &[u8]| {
        Workspace::from_json(bytes)
            .expect_err("refused")
            .to_string()
    };
    assert!(of_bytes(b"").contains("no session"));
    assert!(of_bytes(b"\x89PNG").contains("no session"));
    assert!(of_bytes(b"[1, 2]").contains("no session"));
    assert!(of_bytes(b"{\"localized_lora\": ").contains("damaged"));
    assert!(of_bytes(b"{\"full\": {}, \"runs\": []}").contains("results of a sweep"));
}

#[test]
fn a_line_is_read_as_mails_and_messages_bring_it() {
    let line = Workspace::default().to_link_text().expect("is said");
    assert!(line.starts_with("llora:1:"), "{line}");
    let (start, end) = line.split_at(60);
    for text in [
        format!("  {line}\n"),
        format!("<{line}>"),
        format!("\"{start}\r\n  {end}\""),
    ] {
        assert!(is_link_text(&text));
        assert_eq!(Workspace::from_link_text(&text), Ok(Workspace::default()));
    }
    let told = |text: &str| {
        Workspace::from_link_text(text)
            .expect_err("refused")
            .to_string()
    };
    assert!(told(&line.replace("llora:1:", "llora:2:")).contains("newer version"));
    assert!(told(start).contains("a part of the line is missing"));
    assert!(told("llora:").contains("no version"));
    assert!(told("mnist:test:1").contains("no link text"));
}

#[test]
fn a_short_line_cannot_fill_the_memory() {
    use base64::Engine;
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..64 {
        encoder.write_all(&zeros).expect("packs");
    }
    let packed = encoder.finish().expect("packs");
    let line = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(packed);
    let told = Workspace::from_link_text(&format!("llora:1:{line}")).expect_err("refused");
    assert!(told.to_string().contains("too large"), "{told}");
}

#[test]
fn files_are_known_by_their_names() {
    for (name, known) in [
        ("talk.llora.json", true),
        ("TALK.LLORA.JSON", true),
        ("talk.json", false),
        ("llora.json", false),
    ] {
        assert_eq!(is_session_file(Path::new(name)), known, "{name}");
    }
}

/// The file of the first version is read by every later one.
#[test]
fn the_file_of_the_first_version_is_read_whole() {
    let first = include_bytes!("../../tests/data/saved/session-1.llora.json");
    let read = Workspace::from_json(first).expect("reads");
    let settings = &read.session.settings;
    assert_eq!(settings.adaptive.grid, 4);
    assert_eq!((settings.show_adaptive, settings.matched), (true, None));
    assert_eq!(read.session.transform.shuffle, Some(7));
    assert_eq!(
        read.session.source,
        "mnist:test:38".parse().expect("a source")
    );
    assert_eq!(
        (read.display.error_maps, read.display.colors),
        (true, ColorMap::Gradient(Gradient::Viridis))
    );
    assert_eq!(read.display.views.len(), 3);
}
