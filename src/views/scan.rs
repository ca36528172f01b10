//! Every layer of a model at one budget.

use std::path::{Path, PathBuf};

use super::material::Material;
use super::options::Options;
use super::shown::Shown;
use super::view::{Need, Subject, TableForm, View, ViewCall};
use crate::analysis::{
    OpenModel, PlanStructure, Scan, ScanPart, ScanSettings, SkippedArray, join_patterns,
};
use crate::approx::locality::LEAST_DRAWS_OF_Z;
use crate::figure::compose::MapColumn;
use crate::figure::palette::{ColorMap, Gradient};
use crate::figure::{Figure, Omitted, Table, compose};
use crate::report;
use crate::session::words::Words;
use crate::session::{CommandLine, Export};
use crate::source::Source;

/// The view.
pub static VIEW: View = View {
    key: "scan",
    title: "Map of the model",
    short: "Model",
    about: "Every layer of a model: which structure has the least error at one budget",
    file_name: "model-map",
    subject: Subject::Model,
    call: ViewCall::plain("scan"),
    pictures: false,
    needs: Need::Results,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: numbers,
};

/// What a scan was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanCall {
    /// Model and settings.
    pub settings: ScanSettings,
    /// The patterns of the layers' names; all layers without.
    pub layers: Vec<String>,
    /// The part of them that is scanned.
    pub part: Option<ScanPart>,
    /// The files of scans that are merged instead.
    pub merge: Vec<PathBuf>,
    /// The column that colours the map.
    pub color: Option<MapColumn>,
}

impl ScanCall {
    /// The files that are read for it.
    pub fn files(&self) -> Vec<PathBuf> {
        let models = [Some(&self.settings.model), self.settings.subtract.as_ref()];
        let models = models.into_iter().flatten();
        let files = models.flat_map(|path| Source::from_path(path).files());
        files.chain(self.merge.clone()).collect()
    }

    /// The options for the figure of `export`, or without one for text.
    pub fn options(&self, scan: &Scan, export: Option<&Export>) -> Options {
        let name = compose::model_file_name(scan);
        let mut options = Shown::of(&VIEW).options(name, self.command(export), export);
        options.context.colors = COLORS;
        options
    }

    /// The command line that makes the same again, and writes the same figure if `export` is given; `None`
    /// when a path is not UTF-8.
    pub fn command(&self, export: Option<&Export>) -> Option<CommandLine> {
        let mut words = Words::program();
        words.word("scan");
        let asked = &self.settings;
        let usual = (8, 4, 100, 0);
        let own = (asked.budget_rank, asked.grid, asked.draws, asked.seed);
        if own != usual {
            words.option("budget-rank", &own.0.to_string());
            words.option("grid", &own.1.to_string());
            words.option("draws", &own.2.to_string());
            words.option("seed", &own.3.to_string());
        }
        if !self.layers.is_empty() {
            words.option("layers", &join_patterns(&self.layers));
        }
        if let Some(part) = self.part {
            words.option("part", &part.to_string());
        }
        if let Some(export) = export {
            words.figure(export)?;
            // Without a figure there is nothing to colour.
            if let Some(color) = self.color {
                words.option("color", color.id());
            }
        }
        if let Some(base) = &asked.subtract {
            words.path_option("subtract", base)?;
        }
        if self.merge.is_empty() {
            words.last_path(&asked.model)?;
        } else {
            words.flag("merge");
            for file in &self.merge {
                words.path(file)?;
            }
        }
        words.quoted()
    }
}

/// The command line that makes a plan of the scan in a file; `None` when its path is not UTF-8.
pub fn plan_command(
    scan: &Path,
    (structure, budget): (PlanStructure, usize),
) -> Option<CommandLine> {
    let mut words = Words::program();
    words.word("plan");
    words.option("params", &budget.to_string());
    if structure != PlanStructure::Lora {
        words.option("structure", structure.id());
    }
    words.last_path(scan)?;
    words.quoted()
}

/// The command line that lists the arrays of a model, beside those of its base where there is one; `None` when a path
/// is not UTF-8.
pub fn arrays_command(model: &OpenModel) -> Option<CommandLine> {
    let mut words = Words::program();
    words.word("arrays");
    if let Some(base) = &model.base {
        words.path_option("subtract", &base.path)?;
    }
    words.last_path(&model.path)?;
    words.quoted()
}

/// The colours of unsigned columns.
pub const COLORS: ColorMap = ColorMap::Gradient(Gradient::Viridis);

/// Those in the cells of the map.
fn numbers(_: &Material<'_>) -> Vec<Omitted> {
    vec![Omitted::Numbers]
}

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let (scan, column) = material.scan()?;
    Ok(compose::scan_map(&options.context, scan, column))
}

fn tables(material: &Material<'_>, _: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    Ok(vec![compose::scan_table(material.scan()?.0)])
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    report::text(material.scan()?.0)
}

fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let Ok((scan, _)) = material.scan() else {
        return Vec::new();
    };
    let mut notes = vec![compose::scan_sentence(scan)];
    notes.extend(compose::scan_fit(scan));
    notes.extend(compose::scan_missing(scan));
    let tests = scan
        .layers
        .iter()
        .filter_map(|layer| layer.locality.as_ref());
    if tests.clone().any(|test| test.statistic == "participation") {
        notes.push(
            "z of participation: the participation ratio of the blocks’ singular values, which needs no SVD, \
             against random orders of rows and columns; −3 or below is called local beyond chance"
                .to_owned(),
        );
    }
    if (1..LEAST_DRAWS_OF_Z).contains(&scan.draws) {
        notes.push(format!(
            "z needs {LEAST_DRAWS_OF_Z} random orders or more; scan again with --draws {LEAST_DRAWS_OF_Z}"
        ));
    }
    notes.extend(compose::scan_rounding(scan));
    notes.extend(SkippedArray::all_left_out(&scan.skipped));
    notes
}
