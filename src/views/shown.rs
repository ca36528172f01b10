//! A view with what is chosen beside it: what a command line says and a file's name stands for.

use super::approximation;
use super::options::Options;
use super::view::{Need, Subject, View};
use crate::analysis::{DRAWS, Images, PartChoice, STARTS, SURVEY_DRAWS};
use crate::experiment::{Experiment, RunName};
use crate::figure::Gain;
use crate::figure::compose::Context;
use crate::figure::palette::ColorMap;
use crate::finetune::RunKey;
use crate::session::words::Words;
use crate::session::{CommandLine, Export, Session};
use crate::source::{Dataset, Limits};

/// A view with its own settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The view.
    pub view: &'static View,
    /// The number of parameters where curves end; the matrix's number of entries when absent.
    pub max_params: Option<usize>,
    /// The part of a method that is taken apart.
    pub part: PartChoice,
    /// The draws of a permutation test, and the seed that chooses them.
    pub draws: (usize, u64),
    /// The starts of a search for an order, and the seed that chooses them.
    pub starts: (usize, u64),
    /// The images of a view of a data set.
    pub images: Images,
    /// The runs of a view of runs.
    pub runs: Vec<RunKey>,
}

impl Shown {
    /// A view with nothing chosen beside it.
    pub fn of(view: &'static View) -> Self {
        Self {
            view,
            max_params: None,
            part: PartChoice::default(),
            draws: match view.needs {
                Need::LocalitySurvey => (SURVEY_DRAWS, 0),
                _ => (DRAWS, 0),
            },
            starts: (STARTS, 0),
            images: Images::default(),
            runs: Vec::new(),
        }
    }

    /// The options for the figure of `export`, or without one for text; `source` and
    /// `command` say in the file what it is of and how it is made again, without anyone's folders.
    pub fn options(
        &self,
        source: impl Into<String>,
        command: Option<CommandLine>,
        export: Option<&Export>,
    ) -> Options {
        let command = command.map_or_else(String::new, |command| command.stored);
        let mut context = Context::new(source, command);
        if let Some(export) = export {
            context.theme = export.theme;
            context.colors = export.colors;
            context.paper = export.paper;
            context.omit.clone_from(&export.omit);
        }
        Options {
            context,
            error_maps: export.and_then(|export| export.error_maps.then_some(export.error_gain)),
            max_params: self.max_params,
            part: self.part,
        }
    }

    /// The subject of a session's figure, for its metadata.
    pub fn subject(&self, session: &Session) -> String {
        match self.view.subject {
            Subject::Images => {
                let dataset = self.images.dataset.without_folders();
                format!("{dataset} {}", self.images.split)
            }
            Subject::Matrix | Subject::Experiment | Subject::Model => {
                session.whole_source().without_folders().to_string()
            }
        }
    }

    /// The command line that computes the same from the same source, and writes the same figure
    /// if `export` is given; quoted for a POSIX shell. The command line parses it back to a session
    /// with equal [`Session::essentials`].
    ///
    /// `None` when no command line can say it: a pasted or learned matrix, a path that is not
    /// UTF-8 or reads as something else.
    pub fn command(
        &self,
        session: &Session,
        limits: &Limits,
        export: Option<&Export>,
    ) -> Option<CommandLine> {
        let of_matrix = self.view.subject == Subject::Matrix;
        let mut words = Words::program();
        self.call(&mut words);
        if of_matrix {
            words.part(session, limits)?;
            words.order(session)?;
        } else {
            self.images(&mut words)?;
        }
        words.transform(session.transform);
        words.settings(&session.settings);
        if let Some(export) = export {
            self.figure(&mut words, export)?;
        }
        if of_matrix {
            words.source(session)?;
        }
        words.quoted()
    }

    /// The command line that trains the same and writes the same figure; `None` when a path is
    /// not UTF-8.
    pub fn training_command(
        &self,
        experiment: &Experiment,
        export: Option<&Export>,
    ) -> Option<CommandLine> {
        let mut words = Words::program();
        words.word(self.view.call.subcommand);
        experiment.say(&mut words)?;
        for run in &self.runs {
            words.option("run", &RunName::from(*run).to_string());
        }
        if let Some(export) = export {
            if let Some(show) = self.view.call.show {
                words.option("show", show);
            }
            self.figure(&mut words, export)?;
        }
        words.quoted()
    }

    fn call(&self, words: &mut Words) {
        let call = self.view.call;
        words.word(call.subcommand);
        if let Some(most) = self.max_params {
            words.option("max-params", &most.to_string());
        }
        if matches!(self.view.needs, Need::Locality | Need::LocalitySurvey) {
            let (draws, seed) = self.draws;
            words.option("draws", &draws.to_string());
            words.option("seed", &seed.to_string());
        }
        if self.view.needs == Need::Order {
            let (starts, seed) = self.starts;
            words.option("starts", &starts.to_string());
            words.option("seed", &seed.to_string());
        }
        if let Some(flag) = call.flag {
            words.flag(flag);
        }
        if let Some(show) = call.show {
            words.option("show", show);
        }
        if let Some(method) = self.part.method {
            words.option("of", method.key());
        }
        if let Some(part) = self.part.part {
            words.option("block", &(part + 1).to_string());
        }
    }

    fn images(&self, words: &mut Words) -> Option<()> {
        let images = &self.images;
        if let Dataset::Folder(folder) = &images.dataset {
            words.path_option("data", folder)?;
        }
        words.option("split", &images.split.to_string());
        if let Some(digit) = images.digit {
            words.option("digit", &digit.to_string());
        }
        Some(())
    }

    fn figure(&self, words: &mut Words, export: &Export) -> Option<()> {
        words.figure(export)?;
        if self.view.pictures {
            if export.colors != ColorMap::default() {
                words.option("colors", export.colors.name());
            }
            if export.error_maps && *self.view == approximation::VIEW {
                words.flag("error-maps");
                if export.error_gain != Gain::default() {
                    words.option("error-gain", &export.error_gain.to_string());
                }
            }
        }
        Some(())
    }
}
