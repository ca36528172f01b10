//! The description of a figure: rows of elements, and what is known about where it came from.

use super::bars::BlockBars;
use super::heatmap::{ConfusionMatrix, Heatmap, ScaleBar};
use super::palette::Theme;
use super::paper::Paper;
use super::plot::{Plot, Series};
use super::product::Product;
use super::table::Table;
use crate::text::one_line;

/// A figure, independent of the format it will be written in.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The title above everything, in bold.
    pub title: Option<String>,
    /// Whether the title is shortened to one line instead of broken into several: the frames of an
    /// animation have one height.
    pub one_line_title: bool,
    /// Rows from top to bottom; the elements of a row share its width equally.
    pub rows: Vec<Vec<Element>>,
    /// The metadata of the file.
    pub metadata: Metadata,
    /// Background and text; the builders choose the methods' colours for the same theme.
    pub theme: Theme,
    /// Width on paper, in points (1/72 inch). The type keeps its size, so this is also the
    /// choice between a figure for one column and one for the whole page.
    pub width: f64,
    /// Size of labels on paper, in points; the rest of the type, lines and markers go with it.
    pub type_size: f64,
    /// Whether the lines of series differ in their dashes as well as in colour.
    pub line_styles: bool,
}

impl Figure {
    /// A column of a two-column paper: 3.5 inches.
    pub const COLUMN: f64 = 252.0;
    /// The text width of a page: 7 inches.
    pub const PAGE: f64 = 504.0;
    /// The narrowest figure that is drawn with type of the usual size; smaller widths are raised to
    /// it.
    pub const MIN_WIDTH: f64 = 120.0;
    /// The widest figure that is drawn with type of the usual size; larger widths are lowered to it.
    pub const MAX_WIDTH: f64 = 2880.0;

    /// An empty figure of a width in points.
    pub fn new(theme: Theme, width: f64, metadata: Metadata) -> Self {
        Self {
            title: None,
            one_line_title: false,
            rows: Vec::new(),
            metadata,
            theme,
            width,
            type_size: Paper::TYPE,
            line_styles: true,
        }
    }

    /// This figure with one more row.
    #[must_use]
    pub fn with_row(mut self, elements: Vec<Element>) -> Self {
        self.rows.push(elements);
        self
    }

    /// Whether everything that it could show is left out.
    pub fn is_empty(&self) -> bool {
        !self.contains(&|element| match element {
            Element::ScaleBar(_) | Element::Notes(_) | Element::Part(_) | Element::Blank => false,
            Element::Table(table) => !table.rows.is_empty(),
            _ => true,
        })
    }

    /// Whether lines are in it that differ in their dashes.
    pub fn has_line_styles(&self) -> bool {
        let styled = |series: &Series| !series.line_style().is_empty();
        self.contains(&|element| match element {
            Element::Plot(plot) => plot.series.iter().any(styled),
            _ => false,
        })
    }

    /// Whether any of its elements, those of its parts among them, is such.
    pub(super) fn contains(&self, is_such: &dyn Fn(&Element) -> bool) -> bool {
        any(&self.rows, is_such)
    }

    /// This figure with a title.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// This figure with a title that has one line at any width.
    #[must_use]
    pub fn with_one_line_title(self, title: impl Into<String>) -> Self {
        Self {
            one_line_title: true,
            ..self.with_title(title)
        }
    }
}

fn any(rows: &[Vec<Element>], is_such: &dyn Fn(&Element) -> bool) -> bool {
    rows.iter().flatten().any(|element| match element {
        Element::Part(part) => any(&part.rows, is_such),
        _ => is_such(element),
    })
}

/// One part of a figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Element {
    /// A matrix as a picture.
    Heatmap(Heatmap),
    /// A matrix as a product of two factors.
    Product(Box<Product>),
    /// The singular values of blocks inside them.
    Bars(BlockBars),
    /// The colour scale that the heat maps above it share.
    ScaleBar(ScaleBar),
    /// Curves, points and histograms over two axes.
    Plot(Plot),
    /// Rows and columns of text.
    Table(Table),
    /// Counts of true against predicted classes.
    ConfusionMatrix(ConfusionMatrix),
    /// Sentences in small type, one paragraph each.
    Notes(Vec<String>),
    /// A figure within the figure, with a letter to refer to it by.
    Part(Part),
    /// An empty place, so that a row keeps the widths of the row above.
    Blank,
}

/// A figure within a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The letter above its upper left corner; may be empty.
    pub letter: String,
    /// Its rows.
    pub rows: Vec<Vec<Element>>,
}

/// The metadata of a figure's file, in the fields that its format has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The title.
    pub title: String,
    /// The settings it was made with, in words.
    pub description: String,
    /// The command line that makes the same figure; empty when there is none.
    pub command: String,
    /// The matrix or data set it was made from.
    pub source: String,
    /// Program and version.
    pub software: String,
}

impl Metadata {
    /// Metadata of a figure made by this version of the program.
    pub fn new(
        title: impl Into<String>,
        description: impl Into<String>,
        source: impl Into<String>,
        command: impl Into<String>,
    ) -> Self {
        Self {
            title: one_line(&title.into()).into_owned(),
            description: one_line(&description.into()).into_owned(),
            command: command.into(),
            source: source.into(),
            software: concat!("Localized LoRA Explorer ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// The fields that say something, under the names used in PNG and SVG.
    pub fn entries(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("Title", self.title.as_str()),
            ("Description", &self.description),
            ("Source", &self.source),
            ("Command", &self.command),
            ("Software", &self.software),
        ];
        all.into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }
}
