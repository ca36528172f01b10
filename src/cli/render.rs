//! `render`: the figures and tables of a session, without a window.

use std::fs;
use std::path::{Path, PathBuf};

use clap::builder::TypedValueParser;

use super::dataset::measure;
use super::figure::{formats, themes};
use super::{Failure, PROGRAM, approximate, choice, locality, order, print, source};
use crate::analysis::{
    Analysis, Analyst, FoundOrder, GridSearch, Images, Locality, SilentListener, SurveyResult,
};
use crate::figure::palette::Theme;
use crate::figure::{Format, default_png_width, render};
use crate::session::{Export, Session};
use crate::source::{Limits, Source, digits};
use crate::store::{check_outputs, save_atomically};
use crate::views::{Document, Material, Need, Shown, Subject, View};
use crate::workspace::{self, DisplaySettings, Opening, Workspace};

/// Arguments of `render`.
#[derive(Clone, Debug, clap::Args)]
pub struct RenderArgs {
    /// The session: a file that the window saved (*.llora.json), or a link text (llora:…)
    #[arg(value_name = "SESSION", value_parser = source::opening())]
    session: Opening,
    /// The folder that the files are written to; it is made where there is none
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The figures' formats
    #[arg(long, value_parser = formats(), value_delimiter = ',', default_value = "png", help_heading = "Figure")]
    format: Vec<Format>,
    /// Width of a PNG in pixels [default: the figure's width on paper]
    #[arg(long, value_name = "PX", help_heading = "Figure")]
    width: Option<u32>,
    /// Resolution of a PNG in dots per inch [default: 300]
    #[arg(long, value_name = "DPI", help_heading = "Figure")]
    dpi: Option<f64>,
    /// Light or dark ground [default: light]
    #[arg(long, value_parser = themes(), help_heading = "Figure")]
    theme: Option<Theme>,
    /// The tables' formats
    #[arg(long, value_parser = tables(), value_delimiter = ',', default_value = "csv", help_heading = "Output")]
    tables: Vec<TableFormat>,
}

/// A format of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TableFormat {
    Csv,
    Latex,
    Json,
    None,
}

fn tables() -> impl TypedValueParser<Value = TableFormat> {
    choice::parser([
        (
            "csv",
            "Comma-separated values with exact numbers",
            TableFormat::Csv,
        ),
        (
            "latex",
            "Tabulars in the style of booktabs",
            TableFormat::Latex,
        ),
        ("json", "One JSON object", TableFormat::Json),
        ("none", "No tables", TableFormat::None),
    ])
}

impl TableFormat {
    /// The ending of a file and its content.
    fn write(self, document: &Document<'_>) -> Option<(&'static str, Result<String, String>)> {
        match self {
            Self::Csv => Some(("csv", document.csv())),
            Self::Latex => Some(("tex", document.latex())),
            Self::Json => Some(("json", document.json())),
            Self::None => None,
        }
    }

    fn ending(self) -> Option<&'static str> {
        match self {
            Self::Csv => Some("csv"),
            Self::Latex => Some("tex"),
            Self::Json => Some("json"),
            Self::None => None,
        }
    }
}

/// Runs `render`. Everything is computed and drawn before the first file is written.
pub(super) fn run(arguments: &RenderArgs) -> Result<(), Failure> {
    let (workspace, mut read) = arguments.workspace()?;
    if workspace.display.views.is_empty() {
        return Err(Failure::run(
            "the session shows no figure; save it from the Approximate tab",
        ));
    }
    read.extend(workspace.session.files());
    let made = !arguments.out.exists();
    fs::create_dir_all(&arguments.out).map_err(|error| {
        Failure::run(format!(
            "the folder cannot be made ({}); choose another one: {}",
            error.kind(),
            arguments.out.display()
        ))
    })?;
    let done = written(arguments, &workspace, &read);
    if done.is_err() && made {
        // Only an empty one goes.
        let _ = fs::remove_dir(&arguments.out);
    }
    let (heading, notes) = done?;
    print::page(&heading, &[], &notes)
}

/// Draws and writes all files; the answer is what to say of them.
fn written(
    arguments: &RenderArgs,
    workspace: &Workspace,
    read: &[PathBuf],
) -> Result<(String, Vec<String>), Failure> {
    let paths: Vec<PathBuf> = workspace
        .display
        .views
        .iter()
        .flat_map(|view| arguments.paths_of(view))
        .collect();
    let outputs: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    check_outputs(&outputs, read)?;
    let limits = workspace.limits();
    let analysis =
        Analyst::default().analyse(workspace.session.clone(), &limits, &SilentListener)?;
    let mut notes: Vec<String> = analysis.loaded.notes.clone();
    notes.extend(analysis.changes.iter().cloned());
    notes.extend(analysis.left_out().map_err(Failure::usage)?);
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    for view in &workspace.display.views {
        let measured = ViewMaterial::new(view, &analysis, &workspace.display)?;
        match arguments.files_of(view, &measured, &workspace.display, &limits)? {
            Ok(of_view) => files.extend(of_view),
            Err(why) => missing.push(format!("{} is left out: {why}", view.short)),
        }
    }
    if files.is_empty() {
        return Err(Failure::run(missing.join("; ")));
    }
    for (path, bytes) in &files {
        save_atomically(path, bytes)?;
    }
    notes.extend(missing);
    let told = files
        .iter()
        .map(|(path, _)| format!("wrote {}", path.display()));
    Ok((analysis.heading(), notes.into_iter().chain(told).collect()))
}

/// The material of a view.
struct ViewMaterial<'a> {
    analysis: &'a Analysis,
    grids: Option<GridSearch>,
    survey: Option<SurveyResult>,
    locality: Option<Locality>,
    order: Option<FoundOrder>,
    images: Images,
}

impl<'a> ViewMaterial<'a> {
    fn new(
        view: &'static View,
        analysis: &'a Analysis,
        display: &DisplaySettings,
    ) -> Result<Self, Failure> {
        let images = Images::beside(&analysis.session.source, display.split);
        let mut measured = Self {
            analysis,
            grids: None,
            survey: None,
            locality: None,
            order: None,
            images,
        };
        match view.needs {
            Need::Grids => {
                let settings = &analysis.session.settings;
                measured.grids = Some(approximate::grids(&analysis.loaded.matrix, settings)?);
            }
            Need::Survey => {
                let images = &measured.images;
                let set = digits(&images.dataset, images.split)?;
                let transform = analysis.session.transform;
                measured.survey = Some(measure(&set, images, transform, &analysis.wanted)?);
            }
            Need::Locality => {
                measured.locality = Some(locality::measure(analysis, Shown::of(view).draws)?);
            }
            Need::Order => {
                measured.order = Some(order::search(analysis, Shown::of(view).starts)?);
            }
            Need::Nothing | Need::Results | Need::Projections | Need::Run | Need::Runs => {}
        }
        Ok(measured)
    }

    /// The session at the settings that the view's matrices took.
    fn session(&self, view: &View) -> Session {
        let mut session = self.analysis.session.clone();
        if let (Subject::Images, Some(survey)) = (view.subject, &self.survey) {
            session.settings = survey.settings.clone();
        }
        session
    }

    fn material(&self) -> Material<'_> {
        Material {
            analysis: Some(self.analysis),
            grids: self.grids.as_ref(),
            survey: self.survey.as_ref(),
            locality: self.locality.as_ref(),
            order: self.order.as_ref(),
            ..Material::default()
        }
    }
}

type Files = Vec<(PathBuf, Vec<u8>)>;

impl RenderArgs {
    /// The session, and the files that it was read from.
    fn workspace(&self) -> Result<(Workspace, Vec<PathBuf>), Failure> {
        let path = match &self.session {
            Opening::Workspace(workspace) => return Ok((workspace.as_ref().clone(), Vec::new())),
            // Whatever its name, what is in it decides.
            Opening::File(path) | Opening::Source(Source::File { path, array: None }) => path,
            Opening::Source(source) => {
                return Err(Failure::usage(format!(
                    "this is a matrix and no session; give a file that the window saved, or write \
                     {PROGRAM} approximate {source}"
                )));
            }
        };
        let workspace = workspace::load(path).map_err(Failure::run)?;
        Ok((workspace, vec![path.clone()]))
    }

    fn path(&self, view: &View, ending: &str) -> PathBuf {
        self.out.join(format!("{}.{ending}", view.file_name))
    }

    fn paths_of(&self, view: &View) -> Vec<PathBuf> {
        let figures = self.format.iter().map(|format| format.extension());
        let tables = self.tables.iter().filter_map(|name| name.ending());
        figures
            .chain(tables)
            .map(|ending| self.path(view, ending))
            .collect()
    }

    /// The files of a view with their bytes, or why the view shows nothing.
    fn files_of(
        &self,
        view: &'static View,
        measured: &ViewMaterial<'_>,
        display: &DisplaySettings,
        limits: &Limits,
    ) -> Result<Result<Files, String>, Failure> {
        let (session, material) = (measured.session(view), measured.material());
        let shown = Shown {
            images: measured.images.clone(),
            ..Shown::of(view)
        };
        let mut files = Vec::new();
        for format in self.format.iter().copied() {
            let export = self.export(self.path(view, format.extension()), display);
            let command = shown.command(&session, limits, Some(&export));
            let options = shown.options(shown.subject(&session), command, Some(&export));
            let figure = match view.document(&material, &options).figure() {
                Ok(figure) => figure,
                Err(why) => return Ok(Err(why)),
            };
            let width = export.width;
            let width = width.unwrap_or_else(|| default_png_width(&figure, export.dpi));
            let bytes = render(&figure, format, width, export.dpi)?;
            print::remarks(figure.font_note().as_slice());
            files.push((export.path, bytes));
        }
        let options = shown.options(shown.subject(&session), None, None);
        let document = view.document(&material, &options);
        for name in &self.tables {
            let Some((ending, text)) = name.write(&document) else {
                continue;
            };
            match text {
                Ok(text) => files.push((self.path(view, ending), text.into_bytes())),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(files))
    }

    fn export(&self, path: PathBuf, display: &DisplaySettings) -> Export {
        Export {
            width: self.width,
            dpi: self.dpi.unwrap_or(Export::DPI),
            theme: self.theme.unwrap_or_default(),
            colors: display.colors,
            error_maps: display.error_maps,
            error_gain: display.error_gain,
            ..Export::to(path)
        }
    }
}
