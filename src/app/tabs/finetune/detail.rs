//! The inside of a run: ΔW with its parts, the hidden units that moved most, the confusion matrix.

use std::sync::Arc;

use eframe::egui::{self, Align2, Color32, Rect, RichText, Role, Sense, Vec2, WidgetInfo};

use super::looks::{LearnedRun, Looks};
use crate::app::command::Command;
use crate::app::state::Tab;
use crate::app::texture::{MatrixTexture, Scale, color32};
use crate::app::widgets::matrix_view::{MatrixView, PaneView};
use crate::app::widgets::prose;
use crate::experiment::figures::{self, look_of, whole_setting};
use crate::figure::compose::confusion_matrix;
use crate::figure::palette::{self, Theme};
use crate::figure::{ConfusionMatrix, label};
use crate::finetune::RunKey;
use crate::session::Session;
use crate::source::{NamedMatrix, Source};
/// Beside each other from this width on.
const TWO_COLUMNS: f32 = 900.0;

/// Side of a cell of the confusion matrix.
const CONFUSION_CELL: Vec2 = Vec2::new(38.0, 19.0);

/// Pictures of hidden units are at most so large, and at least so large beside something else.
const FEATURE: f32 = 84.0;
const LEAST_FEATURE: f32 = 48.0;

/// Draws the selected runs; `session` is what the Approximate tab shows.
pub fn show(
    ui: &mut egui::Ui,
    looks: &mut Looks,
    session: &Session,
    theme: Theme,
    out: &mut Vec<Command>,
) {
    let selected = looks.selected().to_vec();
    if selected.is_empty() {
        return;
    }
    head(ui, looks);
    // One scale for both, so that equal colours are equal weights.
    let bounds = selected
        .iter()
        .filter_map(|key| looks.learned(key).map(|one| one.bound));
    let bound = bounds.collect::<Vec<_>>().into_iter().fold(0.0, f64::max);
    let mut pane = looks.pane;
    let mut one = |ui: &mut egui::Ui, key: &RunKey, pane: &mut PaneView| {
        title(ui, key, theme);
        match looks.learned(key) {
            Some(learned) => run(ui, learned, session, bound, pane, theme, out),
            None => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("Retraining this run to inspect it…");
                });
            }
        }
    };
    match selected.as_slice() {
        [left, right] if ui.available_width() >= TWO_COLUMNS => {
            ui.columns_const(|[first, second]| {
                one(first, left, &mut pane);
                one(second, right, &mut pane);
            });
        }
        all => all.iter().for_each(|key| one(ui, key, &mut pane)),
    }
    looks.pane = pane;
}

fn head(ui: &mut egui::Ui, looks: &mut Looks) {
    ui.horizontal(|ui| {
        ui.strong("Learned update ΔW");
        if ui
            .small_button("Close")
            .on_hover_text("Clear the selection")
            .clicked()
        {
            looks.clear();
        }
    });
}

fn title(ui: &mut egui::Ui, key: &RunKey, theme: Theme) {
    let look = look_of(key, theme);
    let color = color32(palette::as_text(theme, look.color));
    ui.horizontal(|ui| {
        ui.label(RichText::new(look.name).strong().color(color));
        prose::line(ui, &whole_setting(key));
    });
}

fn run(
    ui: &mut egui::Ui,
    learned: &mut LearnedRun,
    session: &Session,
    bound: f64,
    pane: &mut PaneView,
    theme: Theme,
    out: &mut Vec<Command>,
) {
    update(ui, learned, bound, pane, theme);
    ui.horizontal(|ui| {
        let record = &learned.run.record;
        let (rows, cols) = learned.run.update.shape();
        let text = format!(
            "ΔW {rows} × {cols}, |ΔW| up to {}; {} parameters, {} correct",
            label::short(learned.bound),
            label::count(record.params),
            label::percentage(record.test_accuracy)
        );
        let hint = "Approximate ΔW to see whether it is global, diagonal or local";
        if ui
            .small_button("Open ΔW in Approximate")
            .on_hover_text(hint)
            .clicked()
        {
            open(learned, session, out);
        }
        ui.add(egui::Label::new(RichText::new(text).small()).truncate());
    });
    let count = learned.features.len();
    let beside = feature_side(ui, count, 7.0 * CONFUSION_CELL.x);
    if beside >= LEAST_FEATURE {
        ui.horizontal_top(|ui| {
            features(ui, learned, beside, theme);
            confusion(ui, learned, theme);
        });
    } else {
        let side = feature_side(ui, count, 0.0);
        ui.horizontal_top(|ui| features(ui, learned, side, theme));
        confusion(ui, learned, theme);
    }
}

/// The side of `count` pictures in a row where `reserved` is for something else.
fn feature_side(ui: &egui::Ui, count: usize, reserved: f32) -> f32 {
    let gap = ui.spacing().item_spacing.x;
    let room = (ui.available_width() - reserved) / count.max(1) as f32 - gap;
    room.clamp(16.0, FEATURE)
}

/// ΔW as a matrix of the Approximate tab.
fn open(learned: &LearnedRun, session: &Session, out: &mut Vec<Command>) {
    let key = &learned.run.record.key;
    let look = look_of(key, Theme::Light);
    let name = format!("ΔW of {}, {}", look.name, whole_setting(key));
    // An update is finite: training would have failed before.
    if let Ok(matrix) = NamedMatrix::new(name, learned.run.update.clone()) {
        let session = Session {
            source: Source::Values(Arc::new(matrix)),
            subtract: None,
            transform: crate::source::Transform::default(),
            order: None,
            color: false,
            ..session.clone()
        };
        out.push(Command::SetSession(Box::new(session)));
        out.push(Command::Show(Tab::HOME));
    }
}

/// ΔW, hidden units down and inputs across, with the parts that are rectangles of it.
fn update(
    ui: &mut egui::Ui,
    learned: &mut LearnedRun,
    bound: f64,
    pane: &mut PaneView,
    theme: Theme,
) {
    let matrix = &learned.run.update;
    let (rows, cols) = matrix.shape();
    let width = ui.available_width();
    let height = (width * rows as f32 / cols as f32).clamp(40.0, 160.0);
    let scale = Scale::signed(bound, theme);
    let kept = learned.texture.take();
    let texture = MatrixTexture::keep(kept, ui.ctx(), learned.id, matrix, scale);
    let key = &learned.run.record.key;
    let name = format!("ΔW of {}", crate::experiment::RunName::from(*key));
    let color = color32(look_of(key, theme).color);
    let view = MatrixView {
        name: &name,
        matrix,
        texture: &texture,
        bars: None,
        blocks: None,
        ranks: None,
        outlines: Some((&learned.parts, color)),
        selected: None,
        cursor: None,
    };
    view.show(ui, Vec2::new(width, height), pane);
    learned.texture = Some(texture);
}

/// The hidden units whose rows are largest, each in the shape of the image, on one scale.
fn features(ui: &mut egui::Ui, learned: &mut LearnedRun, side: f32, theme: Theme) {
    let values = learned.features.iter().map(|one| one.image.amax());
    let bound = values.fold(0.0, f64::max);
    let color = color32(look_of(&learned.run.record.key, theme).color);
    for (place, feature) in learned.features.iter_mut().enumerate() {
        let id = learned.id * 1000 + place as u64 + (1 << 40);
        let scale = Scale::signed(bound, theme);
        let kept = feature.texture.take();
        let texture = MatrixTexture::keep(kept, ui.ctx(), id, &feature.image, scale);
        ui.vertical(|ui| {
            ui.set_width(side);
            ui.spacing_mut().item_spacing.y = 1.0;
            let number = match side < LEAST_FEATURE {
                true => feature.unit.to_string(),
                false => format!("unit {}", feature.unit),
            };
            ui.label(RichText::new(number).small());
            let name = format!("what unit {} learned", feature.unit);
            let view = MatrixView {
                name: &name,
                matrix: &feature.image,
                texture: &texture,
                bars: None,
                blocks: None,
                ranks: None,
                outlines: Some((&learned.cells, color)),
                selected: None,
                cursor: None,
            };
            view.show(ui, Vec2::splat(side), &mut PaneView::default());
        });
        feature.texture = Some(texture);
    }
}

/// The test digits: true ones down, predicted ones across; the stronger, the more of its row.
fn confusion(ui: &mut egui::Ui, learned: &LearnedRun, theme: Theme) {
    let counts = &learned.run.confusion;
    let names: Vec<String> = figures::digits();
    let matrix = confusion_matrix(&figures::confusion_of(theme, &learned.run));
    let size = CONFUSION_CELL * egui::vec2(counts.ncols() as f32 + 1.0, 1.0);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(0.0);
        ui.label(RichText::new("True digit ↓, predicted →").small());
        let (place, _) = ui.allocate_exact_size(size, Sense::hover());
        for (column, name) in names.iter().enumerate() {
            let color = ui.visuals().text_color();
            text(ui, cell(place, column + 1), name, color);
        }
        for (truth, (row, name)) in counts.row_iter().zip(&names).enumerate() {
            let row: Vec<u32> = row.iter().copied().collect();
            let (place, response) = ui.allocate_exact_size(size, Sense::hover());
            let listed: Vec<String> = row.iter().map(u32::to_string).collect();
            let label = format!(
                "true {name}, predicted {}: {}",
                names.join(" "),
                listed.join(" ")
            );
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
            text(ui, cell(place, 0), name, ui.visuals().text_color());
            confusion_row(ui, &matrix, truth, place, theme);
            let at = response
                .hover_pos()
                .map(|at| (at.x - place.left()) / CONFUSION_CELL.x);
            let column = at
                .map(|at| at as usize)
                .filter(|at| (1..=row.len()).contains(at));
            if let Some(column) = column {
                let total: u32 = row.iter().sum();
                let (count, taken) = (row[column - 1], &names[column - 1]);
                let told = format!("{count} of {total} images of {name} are classified as {taken}");
                response.on_hover_text_at_pointer(told);
            }
        }
    });
}

/// A row in the shades of the exported figure.
fn confusion_row(ui: &egui::Ui, matrix: &ConfusionMatrix, truth: usize, place: Rect, theme: Theme) {
    for (guess, count) in matrix.counts[truth].iter().enumerate() {
        let fill = matrix.cell_color(theme, truth, guess);
        let cell = cell(place, guess + 1);
        ui.painter()
            .rect_filled(cell.shrink(0.5), 0.0, color32(fill));
        let ink = color32(palette::foreground(theme));
        text(ui, cell, &label::count(*count as usize), ink);
    }
}

/// The place of a column in a row of the confusion matrix.
fn cell(row: Rect, column: usize) -> Rect {
    let left = row.left() + column as f32 * CONFUSION_CELL.x;
    Rect::from_min_size(egui::pos2(left, row.top()), CONFUSION_CELL)
}

fn text(ui: &egui::Ui, place: Rect, text: &str, color: Color32) {
    let font = egui::TextStyle::Small.resolve(ui.style());
    ui.painter()
        .text(place.center(), Align2::CENTER_CENTER, text, font, color);
}
