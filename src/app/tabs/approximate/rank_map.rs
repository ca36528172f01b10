//! The legend of the map of ranks: whose ranks they are, and their colour scale.

use eframe::egui::{self, RichText};

use crate::app::texture::color32;
use crate::app::widgets::heat_map::bar;
use crate::app::widgets::prose;
use crate::figure::Heatmap;
use crate::figure::compose::rank_scale;
use crate::figure::palette::{self, Theme};

/// The method that the ranks belong to, and the colour scale of the ranks.
pub fn beside(ui: &mut egui::Ui, map: &Heatmap, high: f32, theme: Theme) {
    for heading in &map.headings {
        match heading.color {
            Some(color) => {
                let color = color32(palette::as_text(theme, color));
                prose::styled(ui, &heading.text, &egui::TextStyle::Body, color);
            }
            None => _ = prose::small(ui, &heading.text),
        }
    }
    ui.add_space(6.0);
    let scale = rank_scale(map);
    ui.label(RichText::new(&scale.label).small());
    bar(ui, &scale, (high - 110.0).clamp(40.0, 140.0), theme);
}
