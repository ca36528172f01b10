//! The pictures of the window: the part, its factors and their product, and the terms.

use std::collections::HashMap;

use eframe::egui::{self, Rect, RichText, Role, Sense, Stroke, StrokeKind, Vec2, WidgetInfo};
use nalgebra::DMatrix;

use crate::analysis::{Analysis, Terms};
use crate::app::tabs::approximate::toolbar::cell_scale;
use crate::app::tabs::approximate::view::ApproximateView;
use crate::app::texture::{MatrixTexture, Scale};
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::figure::place::Area;
use crate::figure::product::ProductAreas;

/// What a picture is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Slot {
    Part,
    Left,
    Right,
    /// The sum of so many terms.
    Sum(usize),
    Term(usize),
    /// The matrices of a Kronecker product.
    KroneckerLeft(usize),
    KroneckerRight(usize),
}

/// The pictures that were made of a part.
#[derive(Default)]
pub struct Pictures(HashMap<Slot, Picture>);

struct Picture {
    matrix: DMatrix<f64>,
    texture: Option<MatrixTexture>,
}

/// Height of the large pictures.
const LARGE: f32 = 230.0;

/// Side of a term's picture.
const SMALL: f32 = 84.0;

/// The first terms are shown as pictures.
const MOST: usize = 40;

impl Pictures {
    /// The picture at `slot`, made the first time.
    fn get(&mut self, slot: Slot, make: impl FnOnce() -> DMatrix<f64>) -> &mut Picture {
        self.0.entry(slot).or_insert_with(|| Picture {
            matrix: make(),
            texture: None,
        })
    }

    /// The part beside its factors and the sum of the first `count` terms.
    pub fn overview(
        &mut self,
        ui: &mut egui::Ui,
        terms: &Terms,
        count: usize,
        (analysis, view, theme): (&Analysis, &ApproximateView, Theme),
    ) {
        // Only the present sum is kept.
        self.0
            .retain(|slot, _| !matches!(slot, Slot::Sum(other) if *other != count));
        let cells = cell_scale(analysis, view, theme);
        let half = (0.5 * (ui.available_width() - ui.spacing().item_spacing.x)).max(60.0);
        let size = Vec2::new(half, LARGE);
        ui.horizontal_top(|ui| {
            captioned(ui, size.x, "W", |ui| {
                let part = self.get(Slot::Part, || terms.cells.clone());
                part.show(ui, size, cells, "W");
            });
            match terms.tiling {
                Some(_) => captioned(ui, size.x, "Ŵ, the sum of these terms", |ui| {
                    let sum = self.get(Slot::Sum(count), || terms.sum(count));
                    sum.show(ui, size, cells, "Ŵ");
                }),
                None => captioned(ui, size.x, "B (left) times A (above)", |ui| {
                    self.product(ui, terms, count, (size, cells, theme));
                }),
            }
        });
        if terms.tiling.is_some() {
            self.kronecker(ui, terms, count.saturating_sub(1), theme);
        }
    }

    /// `B`, `A` and their product at proportion; what is not summed yet is veiled.
    fn product(
        &mut self,
        ui: &mut egui::Ui,
        terms: &Terms,
        count: usize,
        (size, cells, theme): (Vec2, Scale, Theme),
    ) {
        let (place, response) = ui.allocate_exact_size(size, Sense::hover());
        let name = "B, A and their product";
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
        let room = Area {
            x: f64::from(place.left()),
            y: f64::from(place.top()),
            width: f64::from(place.width()),
            height: f64::from(place.height()),
        };
        let rank = terms.rank();
        let areas = ProductAreas::new(terms.sides(), rank, room);
        let bound = terms.left.amax().max(terms.right.amax());
        let factors = Scale::signed(bound, theme);
        let sum = self.get(Slot::Sum(count), || terms.sum(count));
        sum.paint(ui, rect(areas.whole), cells);
        if rank == 0 {
            return;
        }
        let (left, right) = (rect(areas.left), rect(areas.right));
        let picture = self.get(Slot::Left, || terms.left.clone());
        picture.paint(ui, left, factors);
        let picture = self.get(Slot::Right, || terms.right.clone());
        picture.paint(ui, right, factors);
        let share = count as f32 / rank as f32;
        let veil = ui.visuals().window_fill.gamma_multiply(0.8);
        let mut rest = [left, right];
        rest[0].min.x += share * left.width();
        rest[1].min.y += share * right.height();
        for rest in rest.into_iter().filter(|_| count < rank) {
            ui.painter().rect_filled(rest, 0.0, veil);
        }
    }

    /// The two matrices whose Kronecker product a term is.
    fn kronecker(&mut self, ui: &mut egui::Ui, terms: &Terms, k: usize, theme: Theme) {
        let Some([left, right]) = terms.kronecker(k).filter(|_| k < terms.rank()) else {
            return;
        };
        let size = Vec2::splat(1.2 * SMALL);
        ui.horizontal_top(|ui| {
            for (slot, name, matrix) in [
                (Slot::KroneckerLeft(k), "A", left),
                (Slot::KroneckerRight(k), "B", right),
            ] {
                let (rows, cols) = matrix.shape();
                let scale = Scale::signed(matrix.amax(), theme);
                let caption = format!("{name} of term {}, {rows} × {cols}", k + 1);
                captioned(ui, 1.6 * size.x, &caption, |ui| {
                    self.get(slot, || matrix).show(ui, size, scale, name);
                });
            }
        });
    }

    /// The terms side by side on one scale; a click sums up to it.
    pub fn terms(&mut self, ui: &mut egui::Ui, terms: &Terms, count: &mut usize, theme: Theme) {
        if terms.rank() == 0 {
            ui.label("No term is kept");
            return;
        }
        let first = self.get(Slot::Term(0), || terms.picture(0)).matrix.amax();
        let scale = Scale::signed(first, theme);
        let size = {
            let (rows, cols) = terms.cells.shape();
            let largest = rows.max(cols).max(1) as f32;
            Vec2::new(cols as f32, rows as f32) * (SMALL / largest)
        };
        let size = size.max(Vec2::splat(8.0));
        egui::ScrollArea::horizontal()
            .id_salt("terms of the part")
            .show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    for k in 0..terms.rank().min(MOST) {
                        self.term(ui, terms, k, count, (size, scale));
                    }
                });
                ui.add_space(8.0);
            });
    }

    fn term(
        &mut self,
        ui: &mut egui::Ui,
        terms: &Terms,
        k: usize,
        count: &mut usize,
        (size, scale): (Vec2, Scale),
    ) {
        let width = size.x.max(0.75 * SMALL);
        ui.vertical(|ui| {
            ui.set_width(width);
            let (place, response) = ui.allocate_exact_size(size, Sense::click());
            let (rank, one) = (k + 1, &terms.terms[k]);
            let selected = *count == rank;
            response.widget_info(|| {
                WidgetInfo::selected(Role::Button, true, selected, format!("Term {rank}"))
            });
            let picture = self.get(Slot::Term(k), || terms.picture(k));
            picture.paint(ui, place, scale);
            if selected {
                let stroke = Stroke::new(2.5, ui.visuals().strong_text_color());
                let painter = ui.painter();
                painter.rect_stroke(place.expand(1.0), 0.0, stroke, StrokeKind::Outside);
            }
            if response.clicked() {
                *count = rank;
            }
            let number = RichText::new(format!("σ{}", subscript(rank))).small();
            let text = match k < *count {
                true => number.strong(),
                false => number.weak(),
            };
            ui.label(text);
            ui.label(RichText::new(label::percent(one.share)).small());
            response.on_hover_text(format!(
                "σ = {}: {} of the energy; error {} after it. Click to sum up to here",
                label::short(one.sigma),
                label::percent(one.share),
                label::error(one.part_error)
            ));
        });
    }
}

impl Picture {
    /// Draws it in the middle of `size`, as large as it can be.
    fn show(&mut self, ui: &mut egui::Ui, size: Vec2, scale: Scale, name: &str) {
        let (rows, cols) = self.matrix.shape();
        let cells = Vec2::new(cols.max(1) as f32, rows.max(1) as f32);
        let cell = (size.x / cells.x).min(size.y / cells.y);
        let shown = (cells * cell).max(Vec2::splat(3.0));
        let (place, response) = ui.allocate_exact_size(shown, Sense::hover());
        let name = name.to_owned();
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        self.paint(ui, place, scale);
    }

    fn paint(&mut self, ui: &egui::Ui, place: Rect, scale: Scale) {
        // A picture of a slot never changes.
        let texture = MatrixTexture::keep(self.texture.take(), ui.ctx(), 0, &self.matrix, scale);
        let (rows, cols) = self.matrix.shape();
        let cells = Vec2::new(cols.max(1) as f32, rows.max(1) as f32);
        texture.paint(ui.painter(), |cell| {
            place.min + cell.to_vec2() * place.size() / cells
        });
        let frame = ui.visuals().widgets.noninteractive.bg_stroke;
        ui.painter()
            .rect_stroke(place, 0.0, frame, StrokeKind::Outside);
        self.texture = Some(texture);
    }
}

fn captioned(ui: &mut egui::Ui, width: f32, caption: &str, add: impl FnOnce(&mut egui::Ui)) {
    ui.vertical(|ui| {
        ui.set_width(width);
        ui.add(egui::Label::new(RichText::new(caption).small()).truncate());
        add(ui);
    });
}

fn rect(area: Area) -> Rect {
    let corner = egui::pos2(area.x as f32, area.y as f32);
    Rect::from_min_size(corner, Vec2::new(area.width as f32, area.height as f32))
}

/// `₁₂`.
fn subscript(number: usize) -> String {
    let digit = |c: char| char::from_u32(0x2080 + c as u32 - '0' as u32).unwrap_or(c);
    number.to_string().chars().map(digit).collect()
}
