//! The definition of a view.

use std::fmt;

use super::material::Material;
use super::options::Options;
use crate::experiment::RunsReport;
use crate::figure::{Figure, Omitted, Table};
use crate::report;

/// One thing that can be looked at, printed and exported: Figure 1, a curve, what a run learned.
pub struct View {
    /// Its name in settings that are kept.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The short title, for a button beside others.
    pub short: &'static str,
    /// A description, for help and tooltips.
    pub about: &'static str,
    /// The name that is suggested for its file, without an ending; it is called so where a command
    /// line names several.
    pub file_name: &'static str,
    /// Its subject.
    pub subject: Subject,
    /// The words of the command line that ask for it.
    pub call: ViewCall,
    /// Whether its figure shows matrices in a colour scale that can be chosen, with residuals.
    pub pictures: bool,
    /// The measurement that it needs beside the analysis of a matrix.
    pub needs: Need,
    /// Its picture.
    pub figure: fn(&Material<'_>, &Options) -> Result<Figure, String>,
    /// Its numbers as tables.
    pub tables: fn(&Material<'_>, &Options, TableForm) -> Result<Vec<Table>, String>,
    /// Its numbers with their settings, as one JSON object and a line end.
    pub json: fn(&Material<'_>, &Options) -> Result<String, String>,
    /// Its matrix as an NPY file, where it is one.
    pub npy: Option<NpyWriter>,
    /// Notes for a reader of its numbers, one sentence each.
    pub notes: fn(&Material<'_>, &Options) -> Vec<String>,
    /// What can be left out of its figure beside tables and notes.
    pub omissible: fn(&Material<'_>) -> Vec<Omitted>,
}

/// Writes a view that is a matrix as an NPY file.
pub type NpyWriter = fn(&Material<'_>) -> Result<Vec<u8>, String>;

/// Who reads a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableForm {
    /// People, on a page of text.
    Text,
    /// Other programs.
    Csv,
    /// A paper.
    Latex,
}

/// The subject of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A matrix and its approximations.
    Matrix,
    /// The images of a data set and their approximations.
    Images,
    /// A sweep, or some of its runs.
    Experiment,
    /// A scanned model.
    Model,
}

/// The measurement that a view needs beside the analysis of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A survey of the data set.
    Survey,
    /// A search over grids.
    Grids,
    /// Every structure at its best.
    Atlas,
    /// The locality test.
    Locality,
    /// The locality test on every image of the data set.
    LocalitySurvey,
    /// The search for an order.
    Order,
    /// The results of a sweep.
    Results,
    /// Projections of full fine-tuning's update.
    Projections,
    /// A look into one run.
    Run,
    /// Looks into one run, or two to compare.
    Runs,
}

/// The words of a command line that ask for a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewCall {
    /// The subcommand.
    pub subcommand: &'static str,
    /// A flag that chooses the view.
    pub flag: Option<&'static str>,
    /// The value of `--show` that chooses it.
    pub show: Option<&'static str>,
}

impl ViewCall {
    /// The view that a subcommand shows without being told.
    pub const fn plain(subcommand: &'static str) -> Self {
        Self {
            subcommand,
            flag: None,
            show: None,
        }
    }

    /// One that `--show` asks for.
    pub const fn shown(subcommand: &'static str, show: &'static str) -> Self {
        Self {
            show: Some(show),
            ..Self::plain(subcommand)
        }
    }
}

impl View {
    /// Whether it can be a panel of a figure with others: it shows a matrix or images.
    pub fn is_panel(&self) -> bool {
        matches!(self.subject, Subject::Matrix | Subject::Images)
    }

    /// Whether it searches the settings by itself, so that those of the session do not matter beside
    /// their budget.
    pub fn searches(&self) -> bool {
        matches!(self.needs, Need::Grids | Need::Atlas)
    }
}

impl PartialEq for View {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for View {}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)
    }
}

/// For a figure of which nothing but tables and notes can be left out.
pub(super) fn nothing_omissible(_: &Material<'_>) -> Vec<Omitted> {
    Vec::new()
}

/// For a figure that shows the methods of the matrix.
pub(super) fn analysed_methods(material: &Material<'_>) -> Vec<Omitted> {
    let analysed = material.analysis.iter().chain(material.others);
    let shown = analysed.flat_map(|one| one.evaluations());
    shown.map(|one| Omitted::Method(one.method())).collect()
}

/// For a view whose numbers need no explanation.
pub(super) fn no_notes(_: &Material<'_>, _: &Options) -> Vec<String> {
    Vec::new()
}

/// The numbers of any view of runs.
pub(super) fn runs_json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    report::text(&RunsReport::new(material.runs()?))
}
