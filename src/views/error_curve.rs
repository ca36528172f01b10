//! Error against parameters at every rank.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, analysed_methods};
use crate::analysis::Analysis;
use crate::approx::MethodSettings;
use crate::approx::curve::CurvePoint;
use crate::approx::metrics::share;
use crate::figure::compose::{ErrorCurve, curve_table, error_against_parameters};
use crate::figure::{Figure, Table, label};
use crate::report::{self, Matrix, Setting};

/// The view.
pub static VIEW: View = View {
    key: "error_curve",
    title: "Error against parameters",
    short: "Error against parameters",
    about: "The error at every rank, with the current settings marked",
    file_name: "error-against-parameters",
    subject: Subject::Matrix,
    call: ViewCall::plain("curve"),
    pictures: false,
    needs: Need::Nothing,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: analysed_methods,
};

/// The curves of an analysis, up to where they are to end.
struct MethodCurves<'a> {
    analysis: &'a Analysis,
    most: usize,
    points: Vec<Vec<CurvePoint>>,
}

impl<'a> MethodCurves<'a> {
    fn new(material: &Material<'a>, options: &Options) -> Result<Self, String> {
        let analysis = material.analysis()?;
        let most = options.max_params;
        let most = most.unwrap_or(analysis.entries());
        let within = |points: &[CurvePoint]| -> Vec<CurvePoint> {
            let points = points.iter().copied();
            points.filter(|point| point.params <= most).collect()
        };
        let results = analysis.results();
        Ok(Self {
            analysis,
            most,
            points: results.map(|(one, _)| within(&one.curve)).collect(),
        })
    }

    fn list(&self) -> Vec<ErrorCurve<'_>> {
        let results = self.analysis.results().zip(&self.points);
        let curve = results.map(|((one, outcome), points)| ErrorCurve {
            settings: &one.settings,
            points,
            present: Some(&outcome.evaluation).filter(|one| one.params <= self.most),
        });
        curve.collect()
    }
}

/// The whole curves of all methods, also of one whose present setting gives nothing.
pub fn curves(analysis: &Analysis) -> Vec<ErrorCurve<'_>> {
    let curve = analysis.methods.iter().map(|method| ErrorCurve {
        settings: &method.settings,
        points: &method.curve,
        present: method.outcome.as_ref().ok().map(|one| &one.evaluation),
    });
    curve.collect()
}

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let curves = MethodCurves::new(material, options)?;
    let entries = curves.analysis.entries();
    let mut list = curves.list();
    list.retain(|curve| options.context.shows(curve.settings.method()));
    Ok(error_against_parameters(&options.context, entries, &list))
}

fn tables(material: &Material<'_>, options: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    let curves = MethodCurves::new(material, options)?;
    Ok(vec![curve_table(&options.context, &curves.list())])
}

/// `curve --json`.
#[derive(Serialize)]
struct CurvesReport {
    #[serde(flatten)]
    matrix: Matrix,
    /// The number of parameters where the curves end.
    max_params: usize,
    curves: Vec<MethodCurve>,
}

/// One method at every rank.
#[derive(Serialize)]
struct MethodCurve {
    #[serde(flatten)]
    setting: Setting,
    points: Vec<Point>,
}

#[derive(Serialize)]
struct Point {
    rank: usize,
    params: usize,
    share: f64,
    error: f64,
}

impl MethodCurve {
    /// The points of one method on a matrix of `shape`.
    fn new(settings: &MethodSettings, points: &[CurvePoint], shape: (usize, usize)) -> Self {
        let point = |point: &CurvePoint| Point {
            rank: point.rank,
            params: point.params,
            share: share(point.params, shape.0, shape.1),
            error: point.error,
        };
        Self {
            setting: Setting::layout(settings),
            points: points.iter().map(point).collect(),
        }
    }
}

fn json(material: &Material<'_>, options: &Options) -> Result<String, String> {
    let curves = MethodCurves::new(material, options)?;
    let shape = curves.analysis.shape();
    let list = curves.list().into_iter();
    report::text(&CurvesReport {
        matrix: Matrix::of(curves.analysis),
        max_params: curves.most,
        curves: list
            .map(|curve| MethodCurve::new(curve.settings, curve.points, shape))
            .collect(),
    })
}

fn notes(material: &Material<'_>, options: &Options) -> Vec<String> {
    let Ok(curves) = MethodCurves::new(material, options) else {
        return Vec::new();
    };
    let list = curves.list().into_iter();
    let empty = list.filter(|curve| curve.points.is_empty()).map(|curve| {
        let name = curve.settings.method().title();
        let most = label::parameters(curves.most);
        format!("{name}: even rank 1 needs more than {most}")
    });
    empty.collect()
}
