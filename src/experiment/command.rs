//! *Copy as command* for fine-tuning.

use super::{Experiment, RunName};
use crate::finetune::{Layout, RunKey};
use crate::session::Export;
use crate::session::words::Words;
use crate::source::Dataset;

/// What of an experiment is looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// The whole sweep: Figure 2.
    AccuracyDrop,
    /// How runs went.
    TrainingCurves(Vec<RunKey>),
    /// What a run learned.
    DeltaWeights(RunKey),
    /// What runs still confuse.
    Confusion(Vec<RunKey>),
}

impl Shown {
    /// The name on the command line.
    pub fn id(&self) -> &'static str {
        match self {
            Self::AccuracyDrop => "accuracy-drop",
            Self::TrainingCurves(_) => "training-curves",
            Self::DeltaWeights(_) => "delta-weights",
            Self::Confusion(_) => "confusion",
        }
    }

    /// The runs, where it is about some.
    pub fn runs(&self) -> &[RunKey] {
        match self {
            Self::AccuracyDrop => &[],
            Self::TrainingCurves(runs) | Self::Confusion(runs) => runs,
            Self::DeltaWeights(run) => std::slice::from_ref(run),
        }
    }
}

impl Experiment {
    /// The command line that trains the same and writes the same figure; `None` when a path is
    /// not UTF-8.
    pub fn command(&self, shown: &Shown, export: Option<&Export>) -> Option<String> {
        let mut words = Words::program();
        words.word("finetune");
        words.option("preset", self.preset.id());
        if let Dataset::Folder(folder) = &self.dataset {
            words.option("data", folder.to_str()?);
        }
        if let Some(layouts) = &self.layouts {
            let ids: Vec<&str> = layouts.iter().copied().map(Layout::id).collect();
            words.option("layouts", &ids.join(","));
        }
        list(&mut words, "ranks", self.ranks.as_deref());
        list(&mut words, "segments", self.segments.as_deref());
        list(&mut words, "learning-rates", self.learning_rates.as_deref());
        list(&mut words, "seeds", self.seeds.as_deref());
        if let Some(epochs) = self.epochs {
            words.option("epochs", &epochs.to_string());
        }
        for run in shown.runs() {
            words.option("run", &RunName::from(*run).to_string());
        }
        if let Some(export) = export {
            if *shown != Shown::AccuracyDrop {
                words.option("show", shown.id());
            }
            words.figure(export)?;
        }
        words.quoted()
    }
}

fn list<T: ToString>(words: &mut Words, name: &str, values: Option<&[T]>) {
    if let Some(values) = values {
        let values: Vec<String> = values.iter().map(T::to_string).collect();
        words.option(name, &values.join(","));
    }
}
