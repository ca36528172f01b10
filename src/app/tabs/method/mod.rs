//! The methods, with the present numbers in the formulas, and the claims beside what this program
//! measured.

mod calculator;
mod claims;
mod definitions;
mod readings;

use eframe::egui;

use crate::app::background::Background;
use crate::app::command::Command;
use crate::app::page::Page;
use crate::app::state::{State, Tab};
use crate::app::widgets::focus;
use crate::figure::palette::Theme;

use calculator::Calculator;
use readings::Readings;

/// The tab.
pub const TAB: Tab = Tab::new("method", "Method", egui::Key::Num3);

/// The tab: its part that is shown, and what each of them knows.
#[derive(Default)]
pub struct MethodTab {
    section: Section,
    calculator: Calculator,
    readings: Readings,
    /// Measures what the claims are held against.
    background: Background,
}

/// A part of the tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Section {
    /// Definitions, equations and methods.
    #[default]
    Definitions,
    /// The two readings of *localized*.
    Readings,
    /// The calculator of parameters.
    Parameters,
    /// The claims.
    Claims,
}

impl Section {
    const ALL: [Self; 4] = [
        Self::Definitions,
        Self::Readings,
        Self::Parameters,
        Self::Claims,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Definitions => "Definitions",
            Self::Readings => "Two readings",
            Self::Parameters => "Parameters",
            Self::Claims => "Claims",
        }
    }

    fn tooltip(self) -> &'static str {
        match self {
            Self::Definitions => "Definitions, equations and methods, with the present numbers",
            Self::Readings => "Blocks of the weight, and cells of the image",
            Self::Parameters => "Section II.E for any side, rank, N and K",
            Self::Claims => "What is reported, what is measured, and whether it holds",
        }
    }
}

impl Page for MethodTab {
    fn tab(&self) -> Tab {
        TAB
    }

    fn receive(&mut self, _state: &mut State) {
        self.background.receive();
    }

    fn busy(&self) -> bool {
        self.background.busy()
    }

    fn cancel(&mut self) -> bool {
        self.background.cancel();
        true
    }

    fn ui(&mut self, ui: &mut egui::Ui, state: &mut State, theme: Theme, out: &mut Vec<Command>) {
        egui::CentralPanel::default().show(ui, |ui| {
            focus::content(ui);
            ui.horizontal_wrapped(|ui| {
                for section in Section::ALL {
                    ui.selectable_value(&mut self.section, section, section.title())
                        .on_hover_text(section.tooltip());
                }
            });
            ui.separator();
            egui::ScrollArea::vertical()
                .id_salt(self.section.title())
                .auto_shrink(false)
                .show(ui, |ui| {
                    ui.set_max_width(ui.available_width().min(READABLE));
                    match self.section {
                        Section::Definitions => {
                            definitions::show(ui, state.analysis.as_deref(), theme);
                        }
                        Section::Readings => self.readings.ui(ui, theme),
                        Section::Parameters => self.calculator.ui(ui, theme),
                        Section::Claims => claims::show(self, ui, state, out),
                    }
                    focus::follow(ui);
                });
        });
    }
}

/// Lines longer than this are hard to read.
const READABLE: f32 = 1000.0;
