//! `curve`: error against parameters at every rank, and the singular values behind it.

use std::num::NonZeroUsize;

use super::approximate::Computed;
use super::figure::Target;
use super::output::Outputs;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, SourceArgs, number, print};
use crate::approx::curve::{CurvePoint, adaptive_curve, uniform_curve};
use crate::approx::{Evaluation, Method};
use crate::figure::compose::{
    Context, ErrorCurve, MethodSpectrum, curve_table, error_against_parameters, singular_values,
};
use crate::figure::{Cell, Column, Row, Table, label};
use crate::report;
use crate::session::View;

/// Arguments of `curve`.
#[derive(Clone, Debug, clap::Args)]
pub struct CurveArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    /// Ends the curves at P parameters [default: as many as the matrix has entries]
    #[arg(long, value_name = "P", value_parser = number::non_zero)]
    pub max_params: Option<NonZeroUsize>,
    /// Shows the singular values of each method's blocks instead
    #[arg(long, conflicts_with = "max_params")]
    pub singular_values: bool,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

impl CurveArgs {
    pub(super) fn view(&self) -> View {
        if self.singular_values {
            View::SingularValues
        } else {
            View::Curve {
                max_params: self.max_params.map(NonZeroUsize::get),
            }
        }
    }
}

/// Runs `curve`.
pub(super) fn run(arguments: &CurveArgs) -> Result<(), Failure> {
    let target = arguments.figure.target()?;
    let outputs = Outputs::of(arguments.format).and("--figure", arguments.figure.figure.as_deref());
    outputs.check(&arguments.source.files())?;
    let computed = Computed::new(&arguments.source, &arguments.settings)?;
    if arguments.singular_values {
        spectra(arguments, &computed, target.as_ref(), &outputs)
    } else {
        errors(arguments, &computed, target.as_ref(), &outputs)
    }
}

/// Error against parameters.
fn errors(
    arguments: &CurveArgs,
    computed: &Computed,
    target: Option<&Target>,
    outputs: &Outputs<'_>,
) -> Result<(), Failure> {
    let entries = computed.loaded.matrix.len();
    let most = arguments.max_params.map_or(entries, NonZeroUsize::get);
    let evaluations = computed.analysis.evaluations();
    let points: Vec<Vec<CurvePoint>> = evaluations
        .iter()
        .map(|one| points_within(computed, one, most))
        .collect();
    let curves: Vec<ErrorCurve> = evaluations
        .iter()
        .zip(&points)
        .map(|(one, points)| ErrorCurve {
            settings: &one.settings,
            points,
            present: (one.params <= most).then_some(*one),
        })
        .collect();
    let mut notes = computed.notes.clone();
    notes.extend(
        curves
            .iter()
            .filter(|curve| curve.points.is_empty())
            .map(|curve| {
                let name = curve.settings.method().title();
                format!(
                    "{name}: no rank costs {} parameters or less",
                    label::count(most)
                )
            }),
    );
    if let Some(target) = target {
        let limits = arguments.source.limits();
        let context = target.context(&computed.session, &arguments.view(), &limits);
        notes.extend(target.write(&error_against_parameters(&context, entries, &curves))?);
    }
    if outputs.leave_only_remarks(&notes) {
        return Ok(());
    }
    if arguments.format.json {
        print::remarks(&notes);
        let curve =
            |curve: &ErrorCurve| report::Curve::new(curve.settings, curve.points, computed.shape());
        return print::json(&report::Curves {
            matrix: computed.json(),
            max_params: most,
            curves: curves.iter().map(curve).collect(),
        });
    }
    let table = curve_table(&Context::new("", ""), &curves);
    print_table(arguments, computed, &table, &notes)
}

fn points_within(computed: &Computed, one: &Evaluation, most: usize) -> Vec<CurvePoint> {
    let spectra = &computed.analysis.factors(&one.settings).spectra;
    let mut points = match one.method() {
        Method::LocalizedAdaptive => adaptive_curve(spectra),
        _ => uniform_curve(spectra),
    };
    points.retain(|point| point.params <= most);
    points
}

/// The singular values of every block.
fn spectra(
    arguments: &CurveArgs,
    computed: &Computed,
    target: Option<&Target>,
    outputs: &Outputs<'_>,
) -> Result<(), Failure> {
    let evaluations = computed.analysis.evaluations();
    let methods: Vec<MethodSpectrum> = evaluations
        .iter()
        .map(|one| MethodSpectrum {
            settings: &one.settings,
            spectra: &computed.analysis.factors(&one.settings).spectra,
            ranks: &one.ranks,
        })
        .collect();
    let mut notes = computed.notes.clone();
    if let Some(target) = target {
        let limits = arguments.source.limits();
        let context = target.context(&computed.session, &arguments.view(), &limits);
        notes.extend(target.write(&singular_values(&context, &methods))?);
    }
    if outputs.leave_only_remarks(&notes) {
        return Ok(());
    }
    if arguments.format.json {
        print::remarks(&notes);
        let methods = evaluations.iter().zip(&methods);
        return print::json(&report::Spectrum {
            matrix: computed.json(),
            methods: methods
                .map(|(one, method)| report::BlockSpectra::new(one, method.spectra))
                .collect(),
        });
    }
    print_table(arguments, computed, &spectrum_table(&methods), &notes)
}

/// A row per singular value.
fn spectrum_table(methods: &[MethodSpectrum]) -> Table {
    let rows = methods.iter().flat_map(|method| {
        let blocks = method.spectra.layout.blocks().iter();
        let spectra = blocks.zip(&method.spectra.sigma).zip(method.ranks);
        spectra.flat_map(move |((block, sigma), rank)| {
            let values = sigma.iter().enumerate();
            values.map(move |(k, value)| Row {
                color: None,
                cells: vec![
                    Cell::text(method.settings.method().title()),
                    Cell::text(format!("({}, {})", block.i, block.j)),
                    Cell::count(k + 1),
                    Cell::number(label::short(*value), *value),
                    Cell::text(if k < *rank { "yes" } else { "no" }),
                ],
            })
        })
    });
    Table {
        title: None,
        columns: vec![
            Column::left("Method"),
            Column::left("Block"),
            Column::right("Index"),
            Column::right("Singular value"),
            Column::left("Kept"),
        ],
        rows: rows.collect(),
    }
}

fn print_table(
    arguments: &CurveArgs,
    computed: &Computed,
    table: &Table,
    notes: &[String],
) -> Result<(), Failure> {
    match arguments.format.table(table) {
        Some(text) => {
            print::remarks(notes);
            print::standard_output(text)
        }
        None => print::page(&computed.heading(), &[table], notes),
    }
}
