//! `render`: the figures and tables of a session, without a window.

use std::path::{Path, PathBuf};

use clap::builder::TypedValueParser;

use super::figure::formats;
use super::measured::ViewMaterial;
use super::progress::AnalysisProgress;
use super::{Failure, LookArgs, PROGRAM, choice, print, source};
use crate::analysis::{Analyst, Images};
use crate::figure::{Format, Omitted, render};
use crate::session::Export;
use crate::source::{Limits, Source};
use crate::store::{OutputFolder, check_outputs, save_atomically};
use crate::views::{Composition, Document, Shown, View, idle_note};
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
    #[command(flatten)]
    look: LookArgs,
    /// The tables' formats
    #[arg(long, value_parser = tables(), value_delimiter = ',', default_value = "csv", help_heading = "Output")]
    tables: Vec<TableFormat>,
}

/// A format of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TableFormat {
    Csv,
    Latex,
    Markdown,
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
        ("markdown", "Tables of Markdown", TableFormat::Markdown),
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
            Self::Markdown => Some(("md", document.markdown())),
            Self::Json => Some(("json", document.json())),
            Self::None => None,
        }
    }

    fn ending(self) -> Option<&'static str> {
        match self {
            Self::Csv => Some("csv"),
            Self::Latex => Some("tex"),
            Self::Markdown => Some("md"),
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
    let _folder = OutputFolder::make(&arguments.out)?;
    let (heading, notes) = written(arguments, &workspace, &read)?;
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
    let progress = AnalysisProgress::begin();
    let analysis = Analyst::default().analyse(workspace.session.clone(), &limits, &progress)?;
    drop(progress);
    let mut notes: Vec<String> = analysis.loaded.notes.clone();
    notes.extend(analysis.changes.iter().cloned());
    notes.extend(analysis.left_out().map_err(Failure::usage)?);
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    let mut idle = arguments.look.omit.clone();
    for view in &workspace.display.views {
        let images = Images::beside(&analysis.session.source, workspace.display.split);
        let measured = ViewMaterial::new(&[view], &analysis, &images)?;
        let shown = Shown {
            images,
            ..Shown::of(view)
        };
        match arguments.files_of(&shown, &measured, &workspace.display, &limits)? {
            Ok((of_view, idle_here)) => {
                files.extend(of_view);
                idle.retain(|part| idle_here.contains(part));
            }
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
    notes.extend(idle_note(&idle));
    let told = files
        .iter()
        .map(|(path, _)| format!("wrote {}", path.display()));
    Ok((analysis.heading(), notes.into_iter().chain(told).collect()))
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

    /// The files of a view with their bytes, and what was left out of its figure in vain; or why the view shows
    /// nothing.
    fn files_of(
        &self,
        shown: &Shown,
        measured: &ViewMaterial<'_>,
        display: &DisplaySettings,
        limits: &Limits,
    ) -> Result<Result<(Files, Vec<Omitted>), String>, Failure> {
        let (view, material) = (shown.view, measured.material());
        let session = Composition::of(view).session(&material).unwrap_or_default();
        let (mut files, mut idle) = (Vec::new(), Vec::new());
        for format in self.format.iter().copied() {
            let export = self.export(self.path(view, format.extension()), display);
            let command = shown.command(&session, limits, Some(&export));
            let options = shown.options(shown.subject(&session), command, Some(&export));
            let document = view.document(&material, &options);
            let figure = match document.figure() {
                Ok(figure) => figure,
                Err(why) => return Ok(Err(why)),
            };
            idle = document.idle_omissions(&figure);
            let bytes = render(&figure, format, export.pixels(&figure), export.dpi)?;
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
        Ok(Ok((files, idle)))
    }

    fn export(&self, path: PathBuf, display: &DisplaySettings) -> Export {
        Export {
            colors: display.colors,
            error_maps: display.error_maps,
            error_gain: display.error_gain,
            ..self.look.export(path)
        }
    }
}
