//! The build-up from the command line.

use std::io::BufReader;

use image::AnimationDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;

use super::{json_of, refuse, succeed};

fn open(path: &std::path::Path) -> BufReader<std::fs::File> {
    BufReader::new(std::fs::File::open(path).unwrap())
}

#[test]
fn an_animation_has_a_frame_for_each_step_and_says_how_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let line = "animate mnist:test:1 --by block --fps 20 --width 480 --theme dark";
    succeed(folder.path(), &format!("{line} --figure a.gif"));
    succeed(folder.path(), &format!("{line} --figure a.png"));
    let frames = GifDecoder::new(open(&at("a.gif"))).unwrap().into_frames();
    let gif: Vec<_> = frames.collect_frames().unwrap();
    let frames = PngDecoder::new(open(&at("a.png")))
        .unwrap()
        .apng()
        .unwrap()
        .into_frames();
    let png: Vec<_> = frames.collect_frames().unwrap();
    // From nothing, fourteen parameters at a time, to 224.
    assert_eq!((gif.len(), png.len()), (17, 17));
    for frames in [&gif, &png] {
        assert!(frames.iter().all(|frame| frame.buffer().width() == 480));
        let delays = frames.iter().map(|frame| frame.delay().numer_denom_ms());
        let delays: Vec<u32> = delays.map(|(above, below)| above / below).collect();
        assert!(delays[..16].iter().all(|delay| *delay == 50), "{delays:?}");
        assert_eq!(delays[16], 2000);
    }
    for name in ["a.gif", "a.png"] {
        let bytes = std::fs::read(at(name)).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let command = text.find("localized-lora animate").unwrap();
        let told = &text[command..command + 220];
        assert!(
            told.contains("--by block") && told.contains(&format!("--figure {name}")),
            "{told}"
        );
    }
}

#[test]
fn the_steps_are_printed_and_end_at_the_session() {
    let steps = json_of("animate mnist:test:1 --json");
    let last = steps["steps"].as_array().unwrap().last().unwrap();
    let whole = json_of("approximate mnist:test:1 --json");
    assert_eq!(last["methods"], whole["methods"]);
    assert_eq!(steps["steps"][0]["params"], 0);
    let nothing = steps["steps"][0]["methods"][0]["error"].as_f64().unwrap();
    assert!((nothing - 1.0).abs() < 1e-12, "{nothing}");
    let folder = tempfile::tempdir().unwrap();
    let printed = succeed(folder.path(), "animate mnist:test:1");
    assert!(
        printed.contains("224  0.2313  0.9071          0.2119"),
        "{printed}"
    );
}

#[test]
fn an_animation_that_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (options, part) in [
        ("--figure a.svg", ".gif, .png or .apng"),
        ("--figure a", "--format gif or apng"),
        ("--figure a.gif --format apng", "contradicts the ending"),
        ("--figure -", "add --format gif or apng"),
        ("--figure a.gif --fps 5 --delay 100", "does not go with"),
        ("--figure a.gif --fps 0", "0.02 to 50"),
        ("--figure a.gif --delay 3", "20 to 60000"),
        ("--figure a.gif --width 0", "0 × "),
        ("--figure nowhere/a.gif", "nowhere"),
    ] {
        let status = if options.contains("nowhere") { 1 } else { 2 };
        refuse(
            folder.path(),
            &format!("animate mnist:test:1 {options}"),
            status,
            part,
        );
    }
}
