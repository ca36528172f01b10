//! The build-up as frames: reconstructions side by side, and the marks on their way down the curves.
//! What the window plays and what an animation shows follow from the same steps.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use nalgebra::DMatrix;
use serde::Serialize;

use super::approximation::panel;
use super::error_curve::curves;
use crate::analysis::{Analysis, BuildUp, Growth};
use crate::approx::Evaluation;
use crate::figure::animation::{Animation, AnimationFormat};
use crate::figure::compose::{self, Approximation, Context, Look};
use crate::figure::palette::{self, ColorMap, Rgb, Theme};
use crate::figure::{Cell, Colors, Column, Figure, FigureError, Plot, Row, Table, label};
use crate::report::{self, Matrix, MethodReport};
use crate::session::words::Words;
use crate::session::{CommandLine, Session};
use crate::source::Limits;

/// The file of an animation, and what is chosen for it.
#[derive(Clone, Debug, PartialEq)]
pub struct AnimationExport {
    /// The file; `-` is standard output.
    pub path: PathBuf,
    /// The format, where the file's ending does not tell.
    pub format: Option<AnimationFormat>,
    /// The kind of a term.
    pub growth: Growth,
    /// The time that a frame is shown; it follows from the number of frames when absent.
    pub delay: Option<Duration>,
    /// Width in pixels.
    pub width: u32,
    /// Light or dark ground.
    pub theme: Theme,
    /// The colour scale of matrices.
    pub colors: ColorMap,
}

impl AnimationExport {
    /// The usual width in pixels: that of a slide's half, with letters that can be read.
    pub const WIDTH: u32 = 960;

    /// An animation of the usual look.
    pub fn to(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            format: None,
            growth: Growth::default(),
            delay: None,
            width: Self::WIDTH,
            theme: Theme::default(),
            colors: ColorMap::default(),
        }
    }

    /// The context of the frames; `source` and `command` say in the file what it is of and how it is
    /// made again.
    pub fn context(&self, source: String, command: Option<CommandLine>) -> Context {
        Context {
            theme: self.theme,
            colors: self.colors,
            ..Context::new(source, command.map_or_else(String::new, |one| one.stored))
        }
    }

    /// The command line that makes the same animation; `None` when no command line can say it.
    pub fn command(&self, session: &Session, limits: &Limits) -> Option<CommandLine> {
        let mut words = Words::program();
        words.word("animate");
        words.part(session, limits)?;
        words.order(session)?;
        words.transform(session.transform);
        words.settings(&session.settings);
        if self.growth != Growth::default() {
            words.option("by", self.growth.id());
        }
        words.path_option("figure", &self.path)?;
        if let Some(format) = self.format {
            words.option("format", format.extension());
        }
        if let Some(delay) = self.delay {
            words.option("delay", &delay.as_millis().to_string());
        }
        if self.width != Self::WIDTH {
            words.option("width", &self.width.to_string());
        }
        if self.theme == Theme::Dark {
            words.option("theme", "dark");
        }
        if self.colors != ColorMap::default() {
            words.option("colors", self.colors.name());
        }
        words.source(session)?;
        words.quoted()
    }
}

/// The time that a frame of a few is shown, and the time of all of many together.
const UNHURRIED: Duration = Duration::from_millis(500);
const ALL: Duration = Duration::from_secs(12);

/// The time that the last frame is shown.
const REST: Duration = Duration::from_secs(2);

/// The default time of a step: half a second, or less where there are so
/// many that all of them take twelve.
pub fn usual_delay(build_up: &BuildUp) -> Duration {
    let steps = build_up.last().max(1) as u32;
    // In hundredths, as a GIF has them.
    let share = (ALL / steps).as_millis() as u64 / 10 * 10;
    Duration::from_millis(share).clamp(Animation::SHORTEST, UNHURRIED)
}

/// The bytes of an animation's file. `going` hears how many frames are done of how many, and may stop.
///
/// # Errors
/// A width that cannot be drawn.
pub fn encode(
    build_up: &BuildUp,
    export: &AnimationExport,
    format: AnimationFormat,
    limits: &Limits,
    going: &dyn Fn(usize, usize) -> ControlFlow<()>,
) -> Result<ControlFlow<(), Vec<u8>>, FigureError> {
    let session = &build_up.analysis().session;
    let command = export.command(session, limits);
    let context = export.context(
        session.whole_source().without_folders().to_string(),
        command,
    );
    let animation = animation(build_up, &context, export);
    animation.encode(format, &|step| frame(build_up, step, &context), &|done| {
        going(done, animation.frames)
    })
}

/// The animation, with what its file holds beside the frames.
pub fn animation(build_up: &BuildUp, context: &Context, export: &AnimationExport) -> Animation {
    let delay = export.delay.unwrap_or_else(|| usual_delay(build_up));
    let methods = build_up.analysis().methods.iter();
    let inks = methods.map(|one| Look::method(one.settings.method(), context.theme).color);
    Animation {
        frames: build_up.last() + 1,
        width: export.width,
        delay,
        rest: REST.max(delay),
        colors: Colors::of(context.colors, build_up.analysis().range).0,
        inks: inks.collect(),
        pixels: pixels(build_up.analysis()),
        metadata: frame(build_up, build_up.last(), context).metadata,
    }
}

/// The colours of a picture in colour, which none of a scale are like.
fn pixels(analysis: &Analysis) -> Vec<Rgb> {
    let Some(channels) = analysis.loaded.channels.as_deref() else {
        return Vec::new();
    };
    let [red, green, blue] = channels.each_ref().map(DMatrix::as_slice);
    let cells = red.iter().zip(green).zip(blue);
    cells
        .map(|((red, green), blue)| palette::pixel([*red, *green, *blue], analysis.range))
        .collect()
}

/// A step as a figure; all of a build-up have one size.
pub fn frame(build_up: &BuildUp, step: usize, context: &Context) -> Figure {
    let analysis = build_up.at(step);
    let name = analysis.session.title(&analysis.loaded.name);
    let shown = Approximation {
        matrix: &analysis.loaded.matrix,
        channels: analysis.loaded.channels.as_deref(),
        name: &name,
        letter: analysis.letter(),
        rank: Some(analysis.rank_words()),
        range: Some(analysis.range),
        panels: analysis.outcomes().map(panel).collect(),
        error_maps: None,
        notes: Vec::new(),
    };
    let plot = plot(build_up, &analysis, context.theme);
    compose::build_up(context, &shown, plot, &build_up.caption(step))
}

/// Error against parameters from nothing on, with the marks of a step; its axes are those of every
/// step.
pub fn plot(build_up: &BuildUp, step: &Analysis, theme: Theme) -> Plot {
    let whole = build_up.analysis();
    let evaluations: Vec<&Evaluation> = step.evaluations();
    compose::build_up_plot(theme, whole.entries(), &curves(whole), &evaluations)
}

/// The steps as a table: parameters, and the error of each method.
pub fn table(build_up: &BuildUp) -> Table {
    let whole = build_up.analysis();
    let methods: Vec<_> = whole
        .results()
        .map(|(one, _)| one.settings.method())
        .collect();
    let titles = methods.iter().map(|method| {
        let title = Column::right(method.title());
        title.keyed(format!("error_{}", method.key()))
    });
    let row = |step: usize| {
        let analysis = build_up.at(step);
        let errors = analysis.evaluations().into_iter();
        let errors = errors.map(|one| Cell::number(label::error(one.error), one.error));
        let parameters = build_up.parameters(step);
        let start = [Cell::count(step), Cell::count(parameters)];
        Row {
            color: None,
            cells: start.into_iter().chain(errors).collect(),
        }
    };
    Table {
        title: None,
        columns: [
            Column::right("Step"),
            Column::right("Parameters").keyed("params"),
        ]
        .into_iter()
        .chain(titles)
        .collect(),
        rows: (0..=build_up.last()).map(row).collect(),
    }
}

/// `animate --json`.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    matrix: Matrix,
    by: &'static str,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    params: usize,
    methods: Vec<MethodReport>,
}

/// The steps as one JSON object and a line end.
///
/// # Errors
/// A number that JSON cannot say.
pub fn json(build_up: &BuildUp) -> Result<String, String> {
    let step = |step: usize| Step {
        params: build_up.parameters(step),
        methods: build_up
            .at(step)
            .evaluations()
            .into_iter()
            .map(Into::into)
            .collect(),
    };
    report::text(&Report {
        matrix: Matrix::of(build_up.analysis()),
        by: build_up.growth().id(),
        steps: (0..=build_up.last()).map(step).collect(),
    })
}
