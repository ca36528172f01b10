//! The words of a command line that say an experiment.

use super::Experiment;
use crate::finetune::Layout;
use crate::session::words::Words;
use crate::source::Dataset;

impl Experiment {
    /// Writes what is trained; `None` when a path is not UTF-8.
    pub(crate) fn say(&self, words: &mut Words) -> Option<()> {
        words.option("preset", self.preset.id());
        if let Dataset::Folder(folder) = &self.dataset {
            words.path_option("data", folder)?;
        }
        if let Some(layouts) = &self.layouts {
            let ids: Vec<&str> = layouts.iter().copied().map(Layout::id).collect();
            words.option("layouts", &ids.join(","));
        }
        list(words, "ranks", self.ranks.as_deref());
        list(words, "segments", self.segments.as_deref());
        list(words, "learning-rates", self.learning_rates.as_deref());
        list(words, "seeds", self.seeds.as_deref());
        if let Some(epochs) = self.epochs {
            words.option("epochs", &epochs.to_string());
        }
        Some(())
    }
}

fn list<T: ToString>(words: &mut Words, name: &str, values: Option<&[T]>) {
    if let Some(values) = values {
        let values: Vec<String> = values.iter().map(T::to_string).collect();
        words.option(name, &values.join(","));
    }
}
