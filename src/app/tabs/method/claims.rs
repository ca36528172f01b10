//! The claims: what is reported, what is measured here and now, whether it holds, and a way to see it.

use eframe::egui::{self, Align, Layout, Vec2};

use super::{MethodTab, Section};
use crate::app::background::BackgroundTask;
use crate::app::command::Command;
use crate::app::state::{State, Tab};
use crate::app::widgets::measuring::working;
use crate::app::widgets::prose;
use crate::app::worker::wake_by;
use crate::claims::{Beside, Claim, ClaimPlace, Holds, claims};
use crate::views::{View, atlas, data_set, locality, order, rank_map, singular_values};

/// The shares of the width that the columns have.
const COLUMNS: [f32; 4] = [0.37, 0.19, 0.25, 0.11];

/// In less than this the columns stand below each other.
const TABLE: f32 = 640.0;

/// Draws the claims; measures when they are first seen.
pub fn show(tab: &mut MethodTab, ui: &mut egui::Ui, state: &mut State, out: &mut Vec<Command>) {
    ui.heading("Claims, and what is measured");
    ui.label(
        "Each number in the third column is computed here and now, on MNIST’s test digits; Show opens \
         the place where it can be seen and changed.",
    );
    let wake = wake_by(ui.ctx());
    tab.background.ask(BackgroundTask::Claims, None, &wake);
    working(&mut tab.background, ui);
    let found = claims(
        &tab.background.claims,
        state.trained.as_deref(),
        state.projected.as_deref(),
    );
    ui.add_space(4.0);
    let width = ui.available_width();
    if width >= TABLE {
        head(ui, width);
    }
    for claim in &found {
        ui.separator();
        let clicked = match width >= TABLE {
            true => row(ui, claim, width),
            false => lines(ui, claim),
        };
        if clicked {
            open(tab, claim, state, out);
        }
    }
}

fn head(ui: &mut egui::Ui, width: f32) {
    ui.horizontal(|ui| {
        for (name, share) in ["Claim", "Reported", "Measured", "Holds?"]
            .into_iter()
            .zip(COLUMNS)
        {
            cell(ui, share * width, |ui| ui.small(name));
        }
    });
}

/// A claim in columns; whether it is to be opened.
fn row(ui: &mut egui::Ui, claim: &Claim, width: f32) -> bool {
    let [statement, reported, measured, holds] = COLUMNS.map(|share| share * width);
    ui.horizontal_top(|ui| {
        cell(ui, statement, |ui| prose::sentence(ui, claim.statement));
        cell(ui, reported, |ui| prose::sentence(ui, claim.reported));
        cell(ui, measured, |ui| prose::strong(ui, measured_text(claim)));
        cell(ui, holds, |ui| verdict(ui, claim));
        button(ui, claim)
    })
    .inner
}

/// A claim where there is no room for columns.
fn lines(ui: &mut egui::Ui, claim: &Claim) -> bool {
    prose::sentence(ui, claim.statement);
    prose::small(ui, &format!("Reported: {}", claim.reported));
    prose::strong(ui, measured_text(claim));
    ui.horizontal(|ui| {
        verdict(ui, claim);
        button(ui, claim)
    })
    .inner
}

fn cell(ui: &mut egui::Ui, width: f32, add: impl FnOnce(&mut egui::Ui) -> egui::Response) {
    let size = Vec2::new(width - ui.spacing().item_spacing.x, 0.0);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_width(size.x);
        add(ui);
    });
}

/// The numbers, or what they wait for.
fn measured_text(claim: &Claim) -> &str {
    match (&claim.finding, &claim.place) {
        (Some(finding), _) => &finding.measured,
        (None, ClaimPlace::Sweep) => "run a sweep in the Fine-tune tab",
        (None, _) => "…",
    }
}

fn verdict(ui: &mut egui::Ui, claim: &Claim) -> egui::Response {
    let Some(finding) = &claim.finding else {
        return ui.label("");
    };
    let (sign, color) = match finding.holds {
        Holds::Yes => ("✔", ui.visuals().text_color()),
        Holds::InPart => ("≈", ui.visuals().warn_fg_color),
        Holds::No => ("✖", ui.visuals().error_fg_color),
    };
    ui.colored_label(color, format!("{sign} {}", finding.holds.word()))
}

fn button(ui: &mut egui::Ui, claim: &Claim) -> bool {
    let hint = match &claim.place {
        ClaimPlace::Matrix(..) => "Open the Approximate tab at these settings",
        ClaimPlace::Sweep => "Open the Fine-tune tab",
        ClaimPlace::Parameters => "Open the calculator of parameters",
    };
    ui.push_id(claim.key, |ui| {
        ui.button("Show").on_hover_text(hint).clicked()
    })
    .inner
}

/// Opens the place of a claim.
fn open(tab: &mut MethodTab, claim: &Claim, state: &mut State, out: &mut Vec<Command>) {
    match &claim.place {
        ClaimPlace::Matrix(session, beside) => {
            state.preferences.view.second = view(*beside);
            out.push(Command::SetSession(session.clone()));
            out.push(Command::Show(Tab::HOME));
        }
        ClaimPlace::Sweep => out.push(Command::show_sweep()),
        ClaimPlace::Parameters => tab.section = Section::Parameters,
    }
}

fn view(beside: Beside) -> &'static View {
    match beside {
        Beside::SingularValues => &singular_values::VIEW,
        Beside::DataSet => &data_set::VIEW,
        Beside::RankMap => &rank_map::VIEW,
        Beside::Atlas => &atlas::VIEW,
        Beside::Locality => &locality::VIEW,
        Beside::Order => &order::VIEW,
    }
}
