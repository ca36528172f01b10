//! *Copy as command*: the command line that gives what a session shows.

use std::path::PathBuf;

use super::words::Words;
use super::{Session, Settings};
use crate::approx::budget::BudgetRule;
use crate::approx::method::{MethodSettings, Role, Usual};
use crate::figure::Format;
use crate::figure::palette::{ColorMap, Theme};
use crate::source::{Dataset, Limits, Source, Split, Transform};

/// What of a session is looked at; each is a subcommand.
#[derive(Clone, Debug, PartialEq)]
pub enum View {
    /// Reconstructions and their table (the paper's Figure 1 and Table I).
    Approximate,
    /// Error against parameters, up to a number of parameters.
    Curve {
        /// Where the curves end; the matrix's number of entries when absent.
        max_params: Option<usize>,
    },
    /// The singular values of the methods' blocks.
    SingularValues,
    /// The errors over a whole data set.
    Dataset {
        /// Which data set.
        dataset: Dataset,
        /// Which half of it.
        split: Split,
        /// Only the images of this digit.
        digit: Option<u8>,
    },
}

/// A figure's file, and what is chosen for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// The file; `-` is standard output.
    pub path: PathBuf,
    /// The format, where the file's ending does not tell.
    pub format: Option<Format>,
    /// Width of a PNG in pixels; from the figure's size on paper when absent.
    pub width: Option<u32>,
    /// Resolution of a PNG, in dots per inch.
    pub dpi: f64,
    /// Light or dark ground.
    pub theme: Theme,
    /// The colour scale of matrices.
    pub colors: ColorMap,
    /// A row of residuals under the reconstructions.
    pub error_maps: bool,
}

impl Export {
    /// Resolution that journals ask for.
    pub const DPI: f64 = 300.0;

    /// A light figure at the usual resolution.
    pub fn to(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            format: None,
            width: None,
            dpi: Self::DPI,
            theme: Theme::default(),
            colors: ColorMap::default(),
            error_maps: false,
        }
    }
}

impl Session {
    /// The command line that computes the same from the same source, and writes the same figure
    /// if `export` is given; quoted for a POSIX shell. The command line parses it back to a session
    /// with equal [`Session::essentials`].
    ///
    /// `None` when no command line can say it: a pasted or learned matrix, a path that is not
    /// UTF-8 or reads as something else.
    pub fn command(&self, view: &View, limits: &Limits, export: Option<&Export>) -> Option<String> {
        let mut words = Words::program();
        words.subcommand(view)?;
        if !matches!(view, View::Dataset { .. }) {
            if let Some(part) = self.part()? {
                words.option("subtract", &written(part)?);
            }
            if limits.max_pixels != Limits::default().max_pixels {
                words.option("max-pixels", &limits.max_pixels.to_string());
            }
        }
        words.transform(self.transform);
        words.settings(&self.settings);
        if let Some(export) = export {
            words.export(export, view)?;
        }
        if !matches!(view, View::Dataset { .. }) {
            words.last(&written(self.first()?)?);
        }
        words.quoted()
    }

    /// The source without what is subtracted from it; `None` when there are several differences.
    fn first(&self) -> Option<&Source> {
        match &self.source {
            Source::Difference(whole, _) if self.subtract.is_none() => Some(whole),
            Source::Difference(..) => None,
            source => Some(source),
        }
    }

    /// What is subtracted, if anything is.
    fn part(&self) -> Option<Option<&Source>> {
        match (&self.source, &self.subtract) {
            (Source::Difference(..), Some(_)) => None,
            (Source::Difference(_, part), None) => Some(Some(part)),
            (_, part) => Some(part.as_ref()),
        }
    }
}

/// A source as the command line reads it back; what came through a pipe is gone.
fn written(source: &Source) -> Option<String> {
    if *source == Source::StandardInput {
        return None;
    }
    let text = source.to_string();
    (text.parse::<Source>().as_ref() == Ok(source)).then_some(text)
}

impl Words {
    fn subcommand(&mut self, view: &View) -> Option<()> {
        match view {
            View::Approximate => self.word("approximate"),
            View::Curve { max_params } => {
                self.word("curve");
                if let Some(most) = max_params {
                    self.option("max-params", &most.to_string());
                }
            }
            View::SingularValues => {
                self.word("curve");
                self.flag("singular-values");
            }
            View::Dataset {
                dataset,
                split,
                digit,
            } => {
                self.word("dataset");
                if let Dataset::Folder(folder) = dataset {
                    self.option("data", folder.to_str()?);
                }
                self.option("split", &split.to_string());
                if let Some(digit) = digit {
                    self.option("digit", &digit.to_string());
                }
            }
        }
        Some(())
    }

    fn transform(&mut self, transform: Transform) {
        if let Some(seed) = transform.shuffle {
            self.option("shuffle", &seed.to_string());
        }
        let (down, right) = transform.shift;
        if (down, right) != (0, 0) {
            self.option("shift", &format!("{down},{right}"));
        }
    }

    fn settings(&mut self, settings: &Settings) {
        if let Some(rule) = settings.matched {
            self.option("budget", &settings.adaptive.budget.to_string());
            if rule != BudgetRule::default() {
                self.option("rule", rule_name(rule));
            }
        }
        for one in settings.shown() {
            self.method(&one, settings);
        }
    }

    /// What one method is set to, but for what follows from a budget or from Localized's grid.
    fn method(&mut self, one: &MethodSettings, all: &Settings) {
        let definition = one.method().definition();
        if let Some(switch) = &definition.switch {
            self.flag(switch.flag);
        }
        for (parameter, value) in one.values() {
            let follows = match (parameter.role, parameter.usual) {
                (Role::Segments(_), Usual::LocalizedGrid) => value == all.localized.grid,
                (Role::Segments(_), _) => false,
                (Role::Rank | Role::Budget, _) => all.matched.is_some(),
            };
            if !follows {
                self.option(parameter.flag, &value.to_string());
            }
        }
        if let (Some(by_hand), Some(ranks)) = (&definition.by_hand, one.by_hand()) {
            let ranks: Vec<String> = ranks.iter().map(usize::to_string).collect();
            self.option(by_hand.flag, &ranks.join(","));
        }
    }

    fn export(&mut self, export: &Export, view: &View) -> Option<()> {
        self.figure(export)?;
        if *view == View::Approximate && export.colors != ColorMap::default() {
            self.option("colors", &export.colors.name().to_lowercase());
        }
        if export.error_maps && *view == View::Approximate {
            self.flag("error-maps");
        }
        Some(())
    }
}

/// The rule as `--rule` reads it.
pub(crate) fn rule_name(rule: BudgetRule) -> &'static str {
    match rule {
        BudgetRule::EqualParameters => "equal",
        BudgetRule::SectionTwoE => "section-2e",
    }
}
