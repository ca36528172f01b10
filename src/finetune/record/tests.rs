use std::ops::ControlFlow;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::finetune::Layout;
use crate::finetune::bounds::{LIST, RUNS};
use crate::finetune::frontier::points;
use crate::finetune::settings::{Configuration, LayoutGrid};

const BOMB: &str = include_str!("../../../tests/data/cases/results-parts-bomb.json");
const SLOW: &str = include_str!("../../../tests/data/cases/results-slow.json");

/// A run as it might have come out.
fn record(results: &Results, key: RunKey) -> RunRecord {
    let shape = results.shape();
    let params = key
        .adapter
        .map_or(shape.params(), |adapter| adapter.params(&shape));
    RunRecord {
        key,
        params,
        share: rounded(params as f64 / shape.params() as f64),
        validation_loss: 0.25 + key.learning_rate,
        validation_accuracy: 90.0,
        test_accuracy: 90.0 + 0.25 * key.seed as f64,
        seconds: 1.5,
    }
}

/// Results with every run that `settings` ask for.
fn whole(settings: &SweepSettings) -> Results {
    let mut results = Results::new("MNIST", (28, 28), settings);
    let runs: Vec<RunRecord> = results
        .wanted()
        .into_iter()
        .map(|key| record(&results, key))
        .collect();
    for &seed in &settings.seeds {
        results.add_pretrained(seed, 98.5);
    }
    results.add_all(runs);
    assert!(results.complete);
    results
}

fn quick(seeds: &[u64]) -> SweepSettings {
    SweepSettings {
        seeds: seeds.to_vec(),
        ..SweepSettings::quick()
    }
}

#[test]
fn a_file_that_asks_for_too_much_is_refused_in_a_sentence() {
    for (text, why) in [
        (BOMB, "weights between pixels and hidden units"),
        (SLOW, "weights between pixels and hidden units"),
    ] {
        let error = Results::from_json(text).expect_err("asks for too much");
        let sentence = error.to_string();
        assert!(sentence.contains(why), "{sentence}");
        assert!(!sentence.contains('\n') && sentence.len() < 400);
    }
    // The same on a network that there can be.
    let smaller = |text: &str| {
        let mut file: Value = serde_json::from_str(text).expect("is JSON");
        file["image"] = json!([28, 28]);
        file["settings"]["hidden"] = json!(64);
        file.to_string()
    };
    for text in [BOMB, SLOW] {
        assert!(Results::from_json(&smaller(text)).is_err());
    }
}

#[test]
fn what_a_sweep_may_ask_for_is_counted_and_not_laid_out() {
    let shape = |hidden, side| Shape {
        rows: side,
        cols: side,
        hidden,
        classes: 5,
    };
    for layout in Layout::ALL {
        let endless = Configuration {
            layout,
            segments: usize::MAX,
            rank: usize::MAX,
        };
        // Nothing overflows, and nothing is allocated.
        assert!(endless.params(&shape(64, 28)) > 0);
        assert!(endless.part_count() > 0);
        assert_eq!(
            endless.smallest_side(&shape(1 << 16, 1 << 12)) > 0,
            layout == Layout::Lora
        );
    }
    let mut many_parts = quick(&[0]);
    many_parts.hidden = 1024;
    many_parts.set_segments(&[100]);
    many_parts.set_ranks(&[1]);
    let error = many_parts
        .check(&shape(1024, 128))
        .expect_err("10,000 parts");
    assert!(error.to_string().contains("10000"), "{error}");
    let mut many_runs = SweepSettings::wider();
    many_runs.seeds = (0..LIST as u64).collect();
    many_runs.set_ranks(&(1..=LIST).collect::<Vec<_>>());
    let error = many_runs.check(&shape(64, 28)).expect_err("80,000 runs");
    assert!(error.to_string().contains("at most 20000 runs"), "{error}");
    for long in [usize::MAX, LIST + 1] {
        let long = long.min(100_000);
        let mut settings = quick(&(0..long as u64).collect::<Vec<_>>());
        assert_eq!(settings.distinct_seeds().len(), long);
        assert!(settings.check(&shape(64, 28)).is_err());
        settings = quick(&[0]);
        settings.set_ranks(&vec![1; long]);
        assert!(settings.check(&shape(64, 28)).is_err());
    }
}

#[test]
fn as_many_runs_as_a_sweep_may_have_are_read_again() {
    let mut settings = quick(&(0..24).collect::<Vec<_>>());
    settings.grids = vec![LayoutGrid {
        layout: Layout::Lora,
        segments: vec![1],
        ranks: (1..=LIST - 6).collect(),
    }];
    settings.learning_rates = (1..=LIST - 2).map(|rate| rate as f64 * 1e-4).collect();
    let results = whole(&settings);
    let count = results.all_runs().count();
    assert!((RUNS * 9 / 10..=RUNS).contains(&count), "{count}");
    let text = results.to_json().expect("is said in JSON");
    assert!(text.len() < 12 << 20, "{} bytes", text.len());
    // Not printed where it fails: it is twenty thousand lines.
    match Results::from_json(&text) {
        Ok(read) => assert!(read == results, "other results than were written"),
        Err(error) => panic!("{error}"),
    }
    assert_eq!(points(&results).len(), LIST - 6);
    for key in results.wanted().iter().step_by(97) {
        assert_eq!(results.find(key).map(|run| run.key), Some(*key));
    }
}

#[test]
fn runs_are_shared_by_sweeps_that_differ_in_what_they_ask_for_alone() {
    let one = whole(&quick(&[0]));
    let mut more = quick(&[0, 1]);
    more.learning_rates.push(2e-3);
    more.keep_layouts(&[Layout::Lora, Layout::Melora]);
    assert!(one.shares_runs(&more, "MNIST"));
    let mut results = Results::new("MNIST", (28, 28), &more);
    results.take_over(&one);
    let of_both = |run: &&RunRecord| {
        let layout = run.key.adapter.map(|adapter| adapter.layout);
        !matches!(layout, Some(Layout::LocalizedBlock | Layout::LocalizedGrid))
    };
    assert_eq!(
        results.all_runs().count(),
        one.all_runs().filter(of_both).count()
    );
    for run in results.all_runs() {
        assert_eq!(one.find(&run.key), Some(run));
    }
    assert!(!results.complete);
    assert_eq!(results.pretrained, one.pretrained);
    // What a run depends on parts them.
    let changes: [fn(&mut SweepSettings); 5] = [
        |settings| settings.epochs += 1,
        |settings| settings.batch += 1,
        |settings| settings.hidden += 1,
        |settings| settings.pretraining_epochs += 1,
        |settings| settings.pretraining_rate *= 2.0,
    ];
    for change in changes {
        let mut other = quick(&[0]);
        change(&mut other);
        assert!(!one.shares_runs(&other, "MNIST"));
    }
    assert!(!one.shares_runs(&quick(&[0]), "Fashion"));
    let older = Results {
        version: "0.0.9".to_owned(),
        ..one
    };
    assert!(!older.shares_runs(&quick(&[0]), "MNIST"));
    let error = older
        .check(&quick(&[0]), ("MNIST", [28, 28]))
        .expect_err("is older");
    assert!(error.to_string().contains("version 0.0.9"), "{error}");
}

#[test]
fn a_run_is_added_once_and_only_where_it_was_asked_for() {
    let mut results = Results::new("MNIST", (28, 28), &quick(&[0, 1]));
    let wanted = results.wanted();
    for key in wanted.iter().rev().chain(&wanted) {
        results.add(record(&results, *key));
    }
    assert_eq!(results, {
        let mut whole = whole(&quick(&[0, 1]));
        whole.pretrained.clear();
        whole
    });
    let foreign = RunKey {
        seed: 7,
        ..wanted[0]
    };
    results.add(record(&results, foreign));
    results.add_pretrained(7, 90.0);
    assert_eq!(results.find(&foreign), None);
    assert!(results.pretrained.is_empty());
}

#[test]
fn the_deviation_is_that_of_a_sample() {
    assert_eq!(deviation([2.0].into_iter()), None);
    assert_eq!(deviation([1.0, 3.0].into_iter()), Some(2f64.sqrt()));
    assert_eq!(deviation([5.0; 3].into_iter()), Some(0.0));
}

fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                places(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate().take(3) {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn wild() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<u64>().prop_map(|n| json!(n)),
        (0u32..64).prop_map(|power| json!(1u64 << power)),
        any::<f64>().prop_map(|n| json!(n)),
        (0usize..10_000).prop_map(|n| json!("x\n".repeat(n))),
        (0usize..5000, 0u64..100_000).prop_map(|(n, value)| json!(vec![value; n])),
        (0usize..5000).prop_map(|n| json!((0..n).collect::<Vec<_>>())),
        Just(json!(null)),
        Just(json!({})),
    ]
}

proptest! {
    #[test]
    fn no_change_of_a_file_takes_more_than_reading_it(
        changes in prop::collection::vec((any::<prop::sample::Index>(), wild()), 1..5),
        of_the_bomb: bool,
    ) {
        let text = match of_the_bomb {
            true => BOMB.to_owned(),
            false => whole(&quick(&[0])).to_json().unwrap_or_default(),
        };
        let mut file: Value = serde_json::from_str(&text).unwrap_or_default();
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&file, "", &mut all);
            let place = place.get(&all).clone();
            if let Some(at) = file.pointer_mut(&place) {
                *at = value;
            }
        }
        match Results::from_json(&file.to_string()) {
            Ok(results) => {
                prop_assert!(results.run_count() <= RUNS);
                prop_assert_eq!(results.settings.check(&results.shape()), Ok(()));
            }
            Err(error) => {
                let sentence = error.to_string();
                prop_assert!(sentence.len() < 1000 && !sentence.contains('\n'), "{}", sentence);
            }
        }
    }
}

#[test]
fn a_sweep_goes_on_from_the_runs_of_another() {
    let images =
        |count: usize| -> Vec<u8> { (0..count * 16).map(|pixel| (pixel % 251) as u8).collect() };
    let labels = |count: usize| -> Vec<u8> { (0..count).map(|image| (image % 10) as u8).collect() };
    let data = crate::finetune::AdaptationData::new(
        "tiny",
        &images(200),
        &labels(200),
        &images(50),
        &labels(50),
        4,
        4,
    )
    .expect("has all digits");
    let mut settings = quick(&[0]);
    settings.hidden = 8;
    settings.set_ranks(&[1, 2]);
    settings.set_segments(&[2]);
    let mut part = settings.clone();
    part.keep_layouts(&[Layout::Lora]);
    let go_on = |_| ControlFlow::Continue(());
    let train = |settings: &SweepSettings, done: Option<&Results>| {
        crate::finetune::sweep(&data, settings, done, &go_on).expect("can be trained")
    };
    let timeless = |mut results: Results| {
        let runs = results.full.runs.iter_mut().chain(&mut results.runs);
        runs.for_each(|run| run.seconds = 0.0);
        results
    };
    let alone = train(&settings, None);
    let first = train(&part, None);
    assert!(first.complete && first.shares_runs(&settings, "tiny"));
    let both = train(&settings, Some(&first));
    for run in first.all_runs() {
        assert_eq!(both.find(&run.key), Some(run), "not trained again");
    }
    assert_eq!(timeless(both), timeless(alone));
}

#[test]
fn results_of_the_first_form_are_read_and_those_of_a_newer_one_refused() {
    let first = include_str!("../../../tests/data/finetune_quick.json");
    let results = Results::from_json(first).expect("is read");
    assert_eq!(results.format, FORMAT);
    let mut written: Value =
        serde_json::from_str(&results.to_json().expect("is said in JSON")).expect("is JSON");
    let format = written.as_object_mut().and_then(|all| all.remove("format"));
    assert_eq!(format, Some(FORMAT.into()));
    let mut older: Value = serde_json::from_str(first).expect("is JSON");
    assert_eq!(written, older);
    // Whatever else a newer form holds.
    for other in [json!({}), older.take()] {
        let mut newer = other;
        newer["format"] = (FORMAT + 1).into();
        let error = Results::from_json(&newer.to_string()).expect_err("is refused");
        assert!(matches!(error, FinetuneError::NewerFormat { .. }));
        assert!(error.to_string().contains("newer version of this program"));
    }
}
