//! `compose`: several views in one figure, lettered.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::TypedValueParser;

use super::approximate::colors;
use super::dataset::splits;
use super::figure::FigureTarget;
use super::measured::ViewMaterial;
use super::output::Outputs;
use super::progress::AnalysisProgress;
use super::{
    Failure, FigureArgs, FormatArgs, SettingsArgs, SourceArgs, choice, number, print, source,
};
use crate::analysis::{Analysis, Analyst};
use crate::figure::compose::Letters;
use crate::figure::palette::ColorMap;
use crate::figure::{Gain, latex};
use crate::session::Session;
use crate::source::{Source, Split};
use crate::views::{ALL, Composition, View, approximation, idle_note};

/// Arguments of `compose`.
#[derive(Clone, Debug, clap::Args)]
pub struct ComposeArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    /// The views, in the order of their letters
    #[arg(long, value_name = "VIEW,VIEW", value_parser = views(), value_delimiter = ',', required = true)]
    pub show: Vec<&'static View>,
    /// Adds a row of reconstructions of another matrix; may be given several times
    #[arg(long, value_name = "SOURCE", value_parser = source::parser())]
    pub with: Vec<Source>,
    /// Puts N views beside each other [default: by their widths]
    #[arg(long, value_name = "N", value_parser = number::non_zero)]
    pub columns: Option<NonZeroUsize>,
    /// Letters of the views
    #[arg(long, value_parser = letters(), default_value = "upper")]
    pub letters: Letters,
    /// The half of the data set that is measured where the matrix is no image of it
    #[arg(long, value_parser = splits(), default_value = "test")]
    pub split: Split,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    #[command(flatten)]
    pub(super) format: CaptionArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
    /// Adds a row of signed residuals to the reconstructions
    #[arg(long, help_heading = "Figure")]
    pub error_maps: bool,
    /// Gain of the residuals' colours, a whole number; larger residuals get the last colour
    #[arg(
        long,
        value_name = "TIMES",
        requires = "error_maps",
        help_heading = "Figure"
    )]
    pub error_gain: Option<Gain>,
    /// Colours of the matrices [default: automatic]
    #[arg(long, value_parser = colors(), help_heading = "Figure")]
    pub colors: Option<ColorMap>,
}

/// In which form the caption is printed; a page for people without these.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[group(multiple = false)]
#[command(next_help_heading = "Output")]
pub struct CaptionArgs {
    /// Prints only the caption of the figure
    #[arg(long)]
    pub caption: bool,
    /// Prints only the caption, as LaTeX source
    #[arg(long)]
    pub latex_caption: bool,
}

fn views() -> impl TypedValueParser<Value = &'static View> {
    let panels = ALL.into_iter().filter(|view| view.is_panel());
    choice::parser(panels.map(|view| (view.file_name, view.about, view)))
}

fn letters() -> impl TypedValueParser<Value = Letters> {
    choice::parser(Letters::ALL.map(|one| (one.id(), one.title(), one)))
}

impl ComposeArgs {
    pub(super) fn composition(&self) -> Composition {
        Composition {
            views: self.show.clone(),
            columns: self.columns.map(NonZeroUsize::get),
            letters: self.letters,
            others: self.with.clone(),
            split: self.split,
        }
    }

    /// The figure's file and look.
    pub(super) fn target(&self) -> Result<FigureTarget, Failure> {
        let rows = self.composition().has_reconstructions();
        let asked = [
            ("--with", !self.with.is_empty()),
            ("--error-maps", self.error_maps),
        ];
        if let Some((option, _)) = asked.iter().find(|(_, asked)| *asked && !rows) {
            return Err(Failure::usage(format!(
                "{option} adds rows to the reconstructions; add {} to --show, or leave {option} out",
                approximation::VIEW.file_name
            )));
        }
        if self.error_maps && !self.with.is_empty() {
            return Err(Failure::usage(
                "residuals stand under the reconstructions of one matrix; leave out --error-maps or --with",
            ));
        }
        if self.letters != Letters::default() && self.show.len() < 2 {
            return Err(Failure::usage(
                "letters tell several views apart; show more views, or leave --letters out",
            ));
        }
        let target = self.figure.target()?;
        let Some(mut target) = target else {
            return Err(Failure::usage(
                "compose draws a figure; add --figure FILE.png, .svg or .pdf",
            ));
        };
        target.export.error_maps = self.error_maps;
        target.export.error_gain = self.error_gain.unwrap_or_default();
        target.export.colors = self.colors.unwrap_or_default();
        Ok(target)
    }

    /// All files that are read.
    fn files(&self) -> Vec<PathBuf> {
        let others = self.with.iter().flat_map(Source::files);
        self.source.files().into_iter().chain(others).collect()
    }

    /// The analyses of the matrix and of those of further rows, at settings that fit each.
    fn analyses(&self) -> Result<Vec<Analysis>, Failure> {
        let limits = self.source.limits();
        let first = self.source.session();
        let others = self.with.iter().map(|source| Session {
            source: source.clone(),
            subtract: None,
            ..first.clone()
        });
        let sessions: Vec<Session> = std::iter::once(first.clone()).chain(others).collect();
        let mut analyst = Analyst::default();
        let progress = AnalysisProgress::begin();
        let analyse = |mut session: Session| {
            let matrix = &analyst.load(&session, &limits, &progress)?.matrix;
            session.settings = self.settings.wanted(matrix.nrows(), matrix.ncols())?;
            Ok(analyst.analyse(session, &limits, &progress)?)
        };
        sessions.into_iter().map(analyse).collect()
    }
}

/// Runs `compose`.
pub(super) fn run(arguments: &ComposeArgs) -> Result<(), Failure> {
    let target = arguments.target()?;
    let format = arguments.format;
    let outputs = Outputs::of(FormatArgs {
        caption: format.caption,
        latex_caption: format.latex_caption,
        ..FormatArgs::default()
    });
    let outputs = outputs.and("--figure", arguments.figure.figure.as_deref());
    outputs.check(&arguments.files())?;
    let composition = arguments.composition();
    let analyses = arguments.analyses()?;
    let Some((analysis, others)) = analyses.split_first() else {
        return Ok(());
    };
    let mut notes: Vec<String> = analyses
        .iter()
        .flat_map(|one| one.loaded.notes.iter().chain(&one.changes).cloned())
        .collect();
    notes.extend(analysis.left_out().map_err(Failure::usage)?);
    let images = composition.images(&analysis.session);
    let measured = ViewMaterial::new(&composition.views, analysis, &images)?;
    let measured = measured.and(others.iter().collect());
    let material = measured.material();
    let session = composition.session(&material).unwrap_or_default();
    let limits = arguments.source.limits();
    let command = composition.command(&session, &limits, &target.export);
    let options = composition.options(&session, command, &target.export);
    let figure = composition
        .figure(&material, &options)
        .map_err(Failure::run)?;
    let caption = composition
        .caption(&material, &options)
        .map_err(Failure::run)?;
    notes.extend(target.write(&figure)?);
    let idle = composition.idle_omissions(&figure, &material, &options);
    notes.extend(idle_note(&idle));
    if outputs.leave_only_remarks(&notes) {
        return Ok(());
    }
    let printed = match format {
        CaptionArgs { caption: true, .. } => caption,
        CaptionArgs {
            latex_caption: true,
            ..
        } => latex(&caption),
        CaptionArgs { .. } => {
            let notes: Vec<String> = std::iter::once(caption).chain(notes).collect();
            return print::page(&analysis.heading(), &[], &notes);
        }
    };
    print::remarks(&notes);
    print::text(&(printed + "\n"))
}
