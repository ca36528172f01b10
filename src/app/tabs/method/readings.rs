//! The two readings of *localized*, side by side on the network's weight: blocks of the weight
//! (Eq. 2), and cells of the image (the text of III.B).

use eframe::egui::{self, Color32, Pos2, Rect, RichText, Role, Sense, Stroke, Vec2, WidgetInfo};

use crate::app::texture::color32;
use crate::app::widgets::focus;
use crate::app::widgets::knobs::ranged;
use crate::figure::label;
use crate::figure::palette::{self, Theme};
use crate::finetune::network::Shape;
use crate::finetune::{Configuration, Layout, Part};

/// Rows and columns of the images, and the hidden units.
const IMAGE: usize = 28;
const HIDDEN: usize = 64;
const CLASSES: usize = 5;

/// Narrower than this the readings stand below each other.
const BESIDE: f32 = 620.0;

/// The grid and the rank that both are drawn at, and the part that is pointed out.
pub struct Readings {
    grid: usize,
    rank: usize,
    part: usize,
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            grid: 4,
            rank: 2,
            part: 5,
        }
    }
}

impl Readings {
    /// Draws both.
    pub fn ui(&mut self, ui: &mut egui::Ui, theme: Theme) {
        ui.heading("Two readings of “localized” (Eq. 2 and section III.B)");
        ui.label(
            "Equation 2 cuts the 64 × 784 weight itself into K × K blocks; an input segment is then a \
             band of image rows. The text of experiment 2 cuts the 28 × 28 picture, and each cell feeds \
             all hidden units. They are different adapters, and the sweep trains both.",
        );
        ranged(ui, &mut self.grid, 1..=8, "K, the grid", false);
        ranged(ui, &mut self.rank, 1..=16, "r_block, the rank", false);
        self.part = self.part.min(self.grid * self.grid - 1);
        ui.add_space(4.0);
        let readings = [Layout::LocalizedBlock, Layout::LocalizedGrid];
        if ui.available_width() >= BESIDE {
            ui.columns_const(|columns: &mut [egui::Ui; 2]| {
                for (ui, layout) in columns.iter_mut().zip(readings) {
                    self.reading(ui, layout, theme);
                }
            });
        } else {
            for layout in readings {
                self.reading(ui, layout, theme);
            }
        }
        ui.small("Point at a part, or go to it by Tab and the arrows, to see its inputs and its hidden units");
    }

    fn reading(&mut self, ui: &mut egui::Ui, layout: Layout, theme: Theme) {
        let configuration = Configuration {
            layout,
            segments: self.grid,
            rank: self.rank,
        };
        let shape = Shape {
            rows: IMAGE,
            cols: IMAGE,
            hidden: HIDDEN,
            classes: CLASSES,
        };
        let parts = configuration.parts(&shape);
        let color = color32(layout.hue().on(theme));
        let text = color32(palette::as_text(theme, layout.hue().on(theme)));
        ui.label(RichText::new(layout.name()).strong().color(text));
        let weight = Picture {
            name: format!("Weight, {}", layout.name()),
            size: Vec2::new(ui.available_width(), 0.2 * ui.available_width()),
            cells: (HIDDEN, IMAGE * IMAGE),
            color,
        };
        let pointed = weight.draw(ui, &parts, self.part, |part| {
            let runs = runs(&part.inputs);
            runs.map(|(from, to)| (part.hidden.clone(), from..to))
                .collect()
        });
        ui.horizontal(|ui| {
            let image = Picture {
                name: format!("Image, {}", layout.name()),
                size: Vec2::splat(96.0),
                cells: (IMAGE, IMAGE),
                color,
            };
            let in_image = image.draw(ui, &parts, self.part, |part| {
                let runs = runs(&part.inputs).flat_map(by_row);
                runs.collect()
            });
            self.part = pointed.or(in_image).unwrap_or(self.part);
            ui.vertical(|ui| self.numbers(ui, layout, &configuration, &parts, &shape));
        });
    }

    fn numbers(
        &self,
        ui: &mut egui::Ui,
        layout: Layout,
        configuration: &Configuration,
        parts: &[Part],
        shape: &Shape,
    ) {
        let formula = match layout {
            Layout::LocalizedGrid => "(784 + 64 K²) r_block",
            _ => "(64 + 784) K r_block",
        };
        let params = label::count(configuration.params(shape));
        let font = egui::TextStyle::Body.resolve(ui.style());
        let ink = ui.visuals().text_color();
        let text = format!("{formula} = {params} parameters");
        ui.label(crate::app::widgets::plot::typeset(&text, &font, ink));
        let Some(part) = parts.get(self.part) else {
            return;
        };
        ui.label(format!(
            "Part {} of {}: {} inputs → {} hidden units",
            self.part + 1,
            parts.len(),
            part.inputs.len(),
            part.hidden.len()
        ));
        ui.label(format!("its own numbers: {}", label::count(part.params())));
    }
}

/// Neighbouring inputs as ranges.
fn runs(inputs: &[usize]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let runs = inputs.chunk_by(|a, b| a + 1 == *b);
    runs.filter_map(|run| Some((*run.first()?, run.last()? + 1)))
}

/// A range of inputs as pieces of image rows.
fn by_row((from, to): (usize, usize)) -> impl Iterator<Item = CellRange> {
    (from / IMAGE..to.div_ceil(IMAGE)).map(move |row| {
        let start = row * IMAGE;
        let cols = from.max(start) - start..to.min(start + IMAGE) - start;
        (row..row + 1, cols)
    })
}

/// Rows and columns of a picture.
type CellRange = (std::ops::Range<usize>, std::ops::Range<usize>);

/// A matrix in which the parts are seen.
struct Picture {
    name: String,
    size: Vec2,
    /// Rows and columns.
    cells: (usize, usize),
    color: Color32,
}

impl Picture {
    /// Draws all parts, one of them in full colour; the answer is the part under the pointer.
    fn draw(
        &self,
        ui: &mut egui::Ui,
        parts: &[Part],
        chosen: usize,
        places: impl Fn(&Part) -> Vec<CellRange>,
    ) -> Option<usize> {
        let sense = Sense::hover() | Sense::focusable_noninteractive();
        let (place, response) = ui.allocate_exact_size(self.size, sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &self.name));
        let painter = ui.painter_at(place.expand(1.0));
        let (rows, cols) = self.cells;
        let at = |row: usize, col: usize| {
            let share = Vec2::new(col as f32 / cols as f32, row as f32 / rows as f32);
            place.min + share * place.size()
        };
        let side = parts.len().isqrt().max(1);
        let mut pointed = focus::arrows(ui, &response).and_then(|(down, right)| {
            let to = chosen.checked_add_signed(down * side as isize + right)?;
            (to < parts.len()).then_some(to)
        });
        let pointer = response.hover_pos();
        painter.rect_filled(place, 0.0, ui.visuals().extreme_bg_color);
        // Parts with the same inputs are one place of the image; the chosen one lies on top.
        let mut drawn: Vec<Vec<CellRange>> = Vec::new();
        let others = (0..parts.len()).filter(|index| *index != chosen);
        for index in others.chain([chosen]) {
            let Some(part) = parts.get(index) else {
                continue;
            };
            let ranges = places(part);
            if index != chosen && drawn.contains(&ranges) {
                continue;
            }
            let even = (index / side + index % side).is_multiple_of(2);
            let tint = match (index == chosen, even) {
                (true, _) => self.color,
                (false, true) => self.color.gamma_multiply(0.28),
                (false, false) => self.color.gamma_multiply(0.12),
            };
            for (down, across) in ranges.iter().cloned() {
                let corners: [Pos2; 2] = [at(down.start, across.start), at(down.end, across.end)];
                let rect = Rect::from_min_max(corners[0], corners[1]);
                painter.rect_filled(rect, 0.0, tint);
                if pointer.is_some_and(|pointer| rect.contains(pointer)) {
                    pointed = Some(index);
                }
            }
            drawn.push(ranges);
        }
        let stroke = Stroke::new(1.0, ui.visuals().text_color());
        painter.rect_stroke(place, 0.0, stroke, egui::StrokeKind::Inside);
        pointed
    }
}
