//! The bar of the player, above the panes.

use std::sync::Arc;

use eframe::egui::{self, Frame, Role, WidgetInfo};

use super::action::PlayAction;
use super::{Player, SPEEDS};
use crate::analysis::Growth;
use crate::app::command::Command;
use crate::app::state::State;
use crate::app::widgets::knobs::choice;

/// Draws the bar while something is played, and goes on when it is time.
pub fn show(player: &mut Player, ui: &mut egui::Ui, state: &State, out: &mut Vec<Command>) {
    let now = ui.input(|input| input.time);
    if let Some(rest) = player.advance(now, &state.wake) {
        ui.ctx().request_repaint_after(rest);
    }
    let (Some((at, running)), Some(build_up)) = (player.place(), player.build_up()) else {
        return;
    };
    let (last, caption) = (build_up.last(), build_up.caption(at));
    let mut chosen = at;
    Frame::group(ui.style()).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            buttons(ui, running, out);
            step_slider(ui, &mut chosen, last);
            ui.strong(caption);
        });
        ui.horizontal_wrapped(|ui| {
            for growth in Growth::ALL {
                ui.selectable_value(&mut player.growth, growth, growth.title());
            }
            let title = |speed: f64| format!("{speed} ×");
            choice(ui, "Speed", title(player.speed), 60.0, |ui| {
                for speed in SPEEDS {
                    ui.selectable_value(&mut player.speed, speed, title(speed));
                }
            });
            Command::play(PlayAction::Export).button(ui, out);
            Command::play(PlayAction::Leave).button(ui, out);
        });
    });
    if chosen != at {
        let wake = Arc::clone(&state.wake);
        player.scrub(chosen, &wake);
    }
}

fn buttons(ui: &mut egui::Ui, running: bool, out: &mut Vec<Command>) {
    Command::play(PlayAction::Back).button(ui, out);
    let (text, hint) = match running {
        true => ("Pause", "Stay at this step (Space)"),
        false => (
            "Continue",
            "Play on; from the end, play again from nothing (Space)",
        ),
    };
    if ui.button(text).on_hover_text(hint).clicked() {
        out.push(Command::play(PlayAction::Toggle));
    }
    Command::play(PlayAction::Forward).button(ui, out);
}

fn step_slider(ui: &mut egui::Ui, at: &mut usize, last: usize) {
    let (value, slider) = (*at, egui::Slider::new(at, 0..=last).show_value(false));
    let response = ui.add(slider).on_hover_text("Drag to any step");
    response.widget_info(|| WidgetInfo {
        value: Some(value as f64),
        ..WidgetInfo::labeled(Role::Slider, true, "step of the build-up")
    });
}
