//! *Copy as command* and the command line agree about fine-tuning too.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{CliCommand, Invocation, parse};
use crate::experiment::{Experiment, SweepPreset};
use crate::figure::palette::Theme;
use crate::finetune::{Layout, Results, RunKey};
use crate::session::Export;
use crate::source::Dataset;
use crate::views::{Shown, View, accuracy_drop, confusion, delta_weights, training_curves};

fn numbers() -> impl Strategy<Value = Option<Vec<usize>>> {
    let lists = prop::sample::subsequence(vec![1usize, 2, 4, 7, 14], 1..4);
    prop::option::of(lists)
}

prop_compose! {
    fn experiments()(
        dataset in prop::sample::select(vec![
            Dataset::BuiltIn,
            Dataset::Folder("fashion mnist".into()),
            Dataset::Folder("-x".into()),
        ]),
        preset in prop::sample::select(SweepPreset::ALL.to_vec()),
        layouts in prop::option::of(prop::sample::subsequence(Layout::ALL.to_vec(), 1..4)),
        ranks in numbers(),
        segments in numbers(),
        learning_rates in prop::option::of(prop::collection::vec(1e-6f64..10.0, 1..4)),
        seeds in prop::option::of(prop::collection::vec(any::<u64>(), 1..4)),
        epochs in prop::option::of(1usize..50),
    ) -> Experiment {
        Experiment { dataset, preset, layouts, ranks, segments, learning_rates, seeds, epochs }
    }
}

fn picked(experiment: &Experiment, choice: usize, second: bool) -> Shown {
    let settings = experiment.settings();
    let runs = Results::new("", (28, 28), &settings).wanted();
    let some = |index: usize| runs.get(index % runs.len().max(1)).copied();
    let both: Vec<RunKey> = [some(choice), second.then(|| some(choice / 7)).flatten()]
        .into_iter()
        .flatten()
        .collect();
    let (view, most): (&'static View, usize) = match (choice % 4, both.first()) {
        (0, _) | (_, None) => (&accuracy_drop::VIEW, 0),
        (1, _) => (&training_curves::VIEW, 2),
        (2, _) => (&confusion::VIEW, 2),
        (_, Some(_)) => (&delta_weights::VIEW, 1),
    };
    Shown {
        runs: both.into_iter().take(most).collect(),
        ..Shown::of(view)
    }
}

proptest! {
    #[test]
    fn a_copied_command_trains_the_same(
        experiment in experiments(),
        choice in 0usize..1000,
        second: bool,
        dark: bool,
    ) {
        let shown = picked(&experiment, choice, second);
        let export = Export {
            theme: if dark { Theme::Dark } else { Theme::Light },
            ..Export::to("my figure.svg")
        };
        let command = shown.training_command(&experiment, Some(&export)).unwrap().whole;
        let words = shlex::split(&command).unwrap();
        let parsed = match parse(words) {
            Ok(Some(Invocation::Command(parsed))) => parsed,
            _ => panic!("not a subcommand: {command}"),
        };
        let CliCommand::Finetune(arguments) = *parsed else {
            panic!("not about fine-tuning: {command}");
        };
        prop_assert_eq!(&arguments.experiment(), &experiment, "{}", command);
        prop_assert_eq!(arguments.shown(&experiment.settings()), shown, "{}", command);
        prop_assert_eq!(arguments.figure.target().unwrap().unwrap().export, export);
    }

    #[test]
    fn the_experiment_of_its_settings_has_the_same_settings(experiment in experiments()) {
        let settings = experiment.settings();
        if let Some(found) = Experiment::of(&settings, &experiment.dataset) {
            prop_assert_eq!(found.settings(), settings);
        }
    }
}
