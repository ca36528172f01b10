//! `approximate`: one matrix, every method.

use std::ops::ControlFlow;

use super::figure::{ColorsName, Target};
use super::output::Outputs;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, SourceArgs, best_grid, print};
use crate::analysis::{Analysis, all_notes};
use crate::approx::{Evaluation, reconstruct};
use crate::figure::compose::{Approximation, Panel, comparison_table, figure_one};
use crate::figure::palette::Theme;
use crate::figure::{Figure, label};
use crate::report;
use crate::session::{Session, View};
use crate::source::Loaded;

/// Arguments of `approximate`.
#[derive(Clone, Debug, clap::Args)]
pub struct ApproximateArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    /// Sets K to the grid with the lowest error within the budget (without one: what Localized costs)
    #[arg(long, conflicts_with_all = ["grid", "block_rank", "adaptive_grid", "adaptive_ranks"], help_heading = "Settings")]
    pub best_grid: bool,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
    /// Adds a row of signed residuals to the figure
    #[arg(long, requires = "figure", help_heading = "Figure")]
    pub error_maps: bool,
    /// Colour scale of the matrices [default: gray]
    #[arg(long, value_enum, requires = "figure", help_heading = "Figure")]
    pub colors: Option<ColorsName>,
}

impl ApproximateArgs {
    /// The figure with what only a picture of matrices has.
    pub(super) fn target(&self) -> Result<Option<Target>, Failure> {
        let mut target = self.figure.target()?;
        if let Some(target) = &mut target {
            target.export.error_maps = self.error_maps;
            target.export.colors = self.colors.map(Into::into).unwrap_or_default();
        }
        Ok(target)
    }
}

/// A matrix, the session that was computed on it, and what came out.
pub(super) struct Computed {
    pub session: Session,
    pub loaded: Loaded,
    pub analysis: Analysis,
    /// What the user should know.
    pub notes: Vec<String>,
}

impl Computed {
    /// Loads the matrix, fits the settings to it and measures every method.
    pub fn new(source: &SourceArgs, settings: &SettingsArgs) -> Result<Self, Failure> {
        Self::with(source, settings, |_, _| Ok(Vec::new()))
    }

    /// The same, with settings that `adjust` may change once the matrix is known.
    pub fn with(
        source: &SourceArgs,
        settings: &SettingsArgs,
        adjust: impl FnOnce(&Loaded, &mut Session) -> Result<Vec<String>, Failure>,
    ) -> Result<Self, Failure> {
        let mut session = source.session();
        let loaded = session.load(&source.limits())?;
        let (rows, cols) = loaded.matrix.shape();
        let (fitted, lowered) = settings.resolve(rows, cols)?;
        session.settings = fitted;
        let mut notes = loaded.notes.clone();
        notes.extend(lowered);
        notes.extend(adjust(&loaded, &mut session)?);
        let analysis = Analysis::of(&loaded.matrix, &session.settings, &|| {
            ControlFlow::Continue(())
        })?;
        notes.extend(left_out(&analysis, &session)?);
        Ok(Self {
            session,
            loaded,
            analysis,
            notes,
        })
    }

    pub fn shape(&self) -> (usize, usize) {
        self.loaded.matrix.shape()
    }

    pub fn json(&self) -> report::Matrix {
        let Analysis { rank, norm, .. } = self.analysis;
        report::Matrix::new(&self.session, self.shape(), rank, norm)
    }

    /// One line about the matrix.
    pub fn heading(&self) -> String {
        let (rows, cols) = self.shape();
        format!(
            "{}: {rows} × {cols}, rank {}, norm {}",
            self.session.title(&self.loaded.labelled_name()),
            self.analysis.rank,
            label::short(self.analysis.norm)
        )
    }

    /// The notes on the matrix and on every method.
    pub fn all_notes(&self) -> Vec<String> {
        let of_methods = self.notes_of_methods();
        self.notes.iter().cloned().chain(of_methods).collect()
    }

    /// The notes on every method, and on the budget that they share.
    fn notes_of_methods(&self) -> Vec<String> {
        all_notes(&self.analysis.evaluations(), &self.session.settings)
    }
}

/// A budget may be too small for one method and not for another: that one is left out with a
/// remark. Any other setting that gives nothing is an error.
fn left_out(analysis: &Analysis, session: &Session) -> Result<Vec<String>, Failure> {
    let failed = analysis.methods.iter().filter_map(|(method, outcome)| {
        let sentence = outcome.as_ref().err()?;
        Some(format!(
            "{} is left out: {sentence}",
            method.method().title()
        ))
    });
    let notes: Vec<String> = failed.collect();
    let nothing = notes.len() == analysis.methods.len();
    match notes.first() {
        Some(first) if nothing || session.settings.matched.is_none() => {
            Err(Failure::usage(first.replacen(" is left out", "", 1)))
        }
        _ => Ok(notes),
    }
}

/// Runs `approximate`.
pub(super) fn run(arguments: &ApproximateArgs) -> Result<(), Failure> {
    let target = arguments.target()?;
    let outputs = Outputs::of(arguments.format).and("--figure", arguments.figure.figure.as_deref());
    outputs.check(&arguments.source.files())?;
    let computed = Computed::with(&arguments.source, &arguments.settings, |loaded, session| {
        if arguments.best_grid {
            best_grid::choose(&loaded.matrix, &mut session.settings)
        } else {
            Ok(Vec::new())
        }
    })?;
    let mut notes = computed.all_notes();
    if let Some(target) = &target {
        notes.extend(target.write(&figure(&computed, target, arguments))?);
    }
    if outputs.leave_only_remarks(&notes) {
        return Ok(());
    }
    print(&computed, arguments.format, &notes)
}

fn figure(computed: &Computed, target: &Target, arguments: &ApproximateArgs) -> Figure {
    let Computed {
        session,
        loaded,
        analysis,
        ..
    } = computed;
    let parts: Vec<_> = analysis
        .evaluations()
        .into_iter()
        .map(|one| {
            let factors = analysis.factors(&one.settings);
            (one, factors.layout(), reconstruct(factors, &one.ranks))
        })
        .collect();
    let context = target.context(session, &View::Approximate, &arguments.source.limits());
    let name = session.title(&loaded.name);
    figure_one(
        &context,
        &Approximation {
            matrix: &loaded.matrix,
            name: &name,
            rank: Some(analysis.rank),
            range: Some(loaded.range()),
            panels: parts
                .iter()
                .map(|(evaluation, layout, reconstruction)| Panel {
                    evaluation,
                    layout,
                    reconstruction,
                })
                .collect(),
            error_maps: target.export.error_maps,
            notes: computed.notes_of_methods(),
        },
    )
}

fn print(computed: &Computed, format: FormatArgs, notes: &[String]) -> Result<(), Failure> {
    let evaluations: Vec<&Evaluation> = computed.analysis.evaluations();
    let table = comparison_table(Theme::Light, &evaluations);
    if format.for_programs() {
        print::remarks(notes);
    }
    if let Some(text) = format.table(&table) {
        return print::standard_output(text);
    }
    if format.json {
        return print::json(&report::Approximation {
            matrix: computed.json(),
            methods: evaluations.into_iter().map(Into::into).collect(),
        });
    }
    print::page(&computed.heading(), &[&table], notes)
}
