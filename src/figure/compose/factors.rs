//! One part of a method as a product of its factors, and term by term.

use nalgebra::DMatrix;

use super::{Context, Look};
use crate::analysis::Terms;
use crate::figure::product::Product;
use crate::figure::{
    BlockLine, Cell, Colors, Column, Element, Figure, Heading, Heatmap, Row, ScaleBar, Table, label,
};

/// Terms beside each other.
const PER_ROW: usize = 5;

/// Few terms are not larger for that.
const LEAST_PER_ROW: usize = 3;

/// The first terms are pictures.
const PICTURES: usize = 10;

/// The first terms are rows of the figure's table.
const ROWS: usize = 20;

/// The scale of signed pictures.
fn signed(matrices: &[&DMatrix<f64>]) -> (f64, f64) {
    let largest = matrices.iter().map(|matrix| matrix.amax());
    let largest = largest.fold(0.0, f64::max);
    (-largest, largest)
}

/// The part and the product of its factors, its terms one by one, and what each adds. `whole` is the
/// matrix and the ends of its colours.
pub fn factors(context: &Context, terms: &Terms, whole: (&DMatrix<f64>, (f64, f64))) -> Figure {
    let figure = context
        .figure(Figure::PAGE, "Factors and terms", terms.heading())
        .with_row(overview(context, terms, whole));
    let mut figure = match terms.tiling {
        Some(_) => with_products(figure, terms),
        None => with_terms(figure, terms),
    };
    let mut table = terms_table(terms);
    let cut = table.rows.len().saturating_sub(ROWS);
    table.rows.truncate(ROWS);
    figure.rows.push(vec![Element::Table(table)]);
    let more = (cut > 0).then(|| format!("{} more terms are not shown.", label::count(cut)));
    let notes = terms.notes().into_iter().map(|note| format!("{note}."));
    let heading = format!("{}.", terms.heading());
    let notes = std::iter::once(heading).chain(notes).chain(more);
    figure.with_row(vec![Element::Notes(notes.collect())])
}

/// Where the part lies, what it is, and the product of its factors.
fn overview(
    context: &Context,
    terms: &Terms,
    (matrix, range): (&DMatrix<f64>, (f64, f64)),
) -> Vec<Element> {
    let look = Look::method(terms.method(), context.theme);
    let (colors, range) = Colors::of(context.colors, range);
    let place = terms.outline().map(|(rows, cols)| {
        Element::Heatmap(Heatmap {
            headings: vec![
                Heading::name(&look.name, Some(look.color)),
                Heading::plain(terms.name()),
            ],
            blocks: vec![BlockLine { rows, cols }],
            block_color: Some(look.color),
            ..Heatmap::new(matrix.clone(), range, colors)
        })
    });
    let (p, q) = terms.cells.shape();
    let part = Element::Heatmap(Heatmap {
        headings: vec![
            Heading::name("W", Some(look.color)),
            Heading::plain(format!("{p} × {q}")),
        ],
        ..Heatmap::new(terms.cells.clone(), range, colors)
    });
    let sum = Heatmap::new(terms.sum(terms.rank()), range, colors);
    let product = match terms.tiling {
        Some(_) => Element::Heatmap(Heatmap {
            headings: vec![
                Heading::name("Ŵ = Σ A ⊗ B", Some(look.color)),
                Heading::plain(format!("{p} × {q}")),
            ],
            ..sum
        }),
        None => Element::Product(Box::new(product(terms, sum, &look))),
    };
    place.into_iter().chain([part, product]).collect()
}

fn product(terms: &Terms, sum: Heatmap, look: &Look) -> Product {
    let range = signed(&[&terms.left, &terms.right]);
    let (p, q) = terms.sides();
    let rank = terms.rank();
    let factor = |matrix: &DMatrix<f64>| Heatmap::new(matrix.clone(), range, Colors::Diverging);
    Product {
        headings: vec![
            Heading::name("W ≈ B A", Some(look.color)),
            Heading::plain(format!("B left, {p} × {rank}; A above, {rank} × {q}")),
        ],
        left: factor(&terms.left),
        right: factor(&terms.right),
        whole: sum,
    }
}

/// The terms side by side on one scale.
fn with_terms(mut figure: Figure, terms: &Terms) -> Figure {
    let pictures: Vec<DMatrix<f64>> = (0..terms.rank().min(PICTURES))
        .map(|k| terms.picture(k))
        .collect();
    let range = signed(&pictures.iter().collect::<Vec<_>>());
    let columns = pictures.len().clamp(LEAST_PER_ROW, PER_ROW);
    let any = !pictures.is_empty();
    let elements = pictures.into_iter().enumerate().map(|(k, picture)| {
        Element::Heatmap(Heatmap {
            headings: headings(terms, k),
            ..Heatmap::new(picture, range, Colors::Diverging)
        })
    });
    let elements: Vec<Element> = elements.collect();
    for row in elements.chunks(columns) {
        let mut row = row.to_vec();
        row.resize(columns, Element::Blank);
        figure.rows.push(row);
    }
    let bar = ScaleBar {
        range,
        colors: Colors::Diverging,
        label: "entries of σ u vᵀ".to_owned(),
        missing: None,
        whole: false,
    };
    match any {
        true => figure.with_row(vec![Element::ScaleBar(bar)]),
        false => figure,
    }
}

/// For each term the two matrices whose Kronecker product it is, and the product.
fn with_products(mut figure: Figure, terms: &Terms) -> Figure {
    for k in 0..terms.rank().min(PICTURES / 2) {
        let Some([left, right]) = terms.kronecker(k) else {
            continue;
        };
        let whole = terms.picture(k);
        let factor = signed(&[&left, &right]);
        let of = |name: &str, matrix: DMatrix<f64>, range| {
            let (p, q) = matrix.shape();
            let size = Heading::plain(format!("{p} × {q}"));
            Element::Heatmap(Heatmap {
                headings: vec![Heading::name(name, None), size],
                ..Heatmap::new(matrix, range, Colors::Diverging)
            })
        };
        let range = signed(&[&whole]);
        let term = Element::Heatmap(Heatmap {
            headings: headings(terms, k),
            ..Heatmap::new(whole, range, Colors::Diverging)
        });
        let row = vec![of("A", left, factor), of("B", right, factor), term];
        figure.rows.push(row);
    }
    figure
}

/// The lines above a term: its number, weight, and the error after it.
fn headings(terms: &Terms, k: usize) -> Vec<Heading> {
    let term = &terms.terms[k];
    vec![
        Heading::name(format!("Term {}", k + 1), None),
        Heading::plain(format!("σ = {}", label::short(term.sigma))),
        Heading::plain(format!("{} of the energy", label::percent(term.share))),
        Heading::plain(format!("error {}", label::error(term.part_error))),
    ]
}

/// What each term adds: σ, σ², its share of the part's energy, and the errors after it, of the part
/// and of the whole matrix.
pub fn terms_table(terms: &Terms) -> Table {
    let rows = terms.terms.iter().enumerate().map(|(k, term)| {
        let square = term.sigma * term.sigma;
        Row {
            color: None,
            cells: vec![
                Cell::count(k + 1),
                Cell::number(label::short(term.sigma), term.sigma),
                Cell::number(label::short(square), square),
                Cell::number(label::percent(term.share), term.share),
                Cell::number(label::error(term.part_error), term.part_error),
                Cell::number(label::error(term.error), term.error),
            ],
        }
    });
    let of_part = match terms.parts {
        1 => "Error after",
        _ => "Error of the block",
    };
    Table {
        title: None,
        columns: vec![
            Column::right("Term").keyed("term"),
            Column::right("σ").keyed("sigma"),
            Column::right("σ²").keyed("sigma_squared"),
            Column::right("Energy").keyed("energy_share"),
            Column::right(of_part).keyed("part_error"),
            Column::right("Error of W").keyed("error"),
        ],
        rows: rows.collect(),
    }
}
