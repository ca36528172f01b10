//! The locality test: three null distributions with the matrix's own values, live.

use eframe::egui;

use super::figures::locality_ask;
use super::{ApproximateTab, answered};
use crate::analysis::{Analysis, Locality, LocalityQuestion};
use crate::app::widgets::plot::PlotView;
use crate::app::widgets::prose;
use crate::figure::Plot;
use crate::figure::compose::locality_plots;
use crate::figure::palette::Theme;

/// With less room the three plots would be too small to be read: one is shown at a time.
const ALL_THREE: f32 = 700.0;

/// Draws the test as far as it is.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    analysis: &Analysis,
    theme: Theme,
    refit: bool,
) {
    let wanted = locality_ask(analysis);
    answered::ask(&mut tab.background, ui, &wanted, analysis);
    let chosen = &mut tab.question;
    let Some((shown, found)) = &tab.background.locality else {
        return;
    };
    let said = (*shown != wanted, "the previous test");
    let ((), again) = answered::draw(&tab.background, ui, said, |ui| {
        prose::sentence(ui, &found.verdict());
        plots(ui, chosen, found, (theme, refit));
    });
    if again {
        tab.background.again();
    }
}

/// The three plots, or the chosen one where there is little room.
fn plots(
    ui: &mut egui::Ui,
    chosen: &mut LocalityQuestion,
    found: &Locality,
    (theme, refit): (Theme, bool),
) {
    let plots = locality_plots(theme, found);
    let plots = LocalityQuestion::ALL.into_iter().zip(&plots);
    let draw = |ui: &mut egui::Ui, question: LocalityQuestion, plot: &Plot, refit: bool| {
        let name = format!("Is it {}?", question.adjective());
        let view = PlotView {
            name: &name,
            plot,
            theme,
            height: ui.available_height(),
            refit,
            empty: "No draw has been made",
        };
        view.show(ui, &|_| None);
    };
    if ui.available_width() >= ALL_THREE {
        ui.columns_const::<3, _>(|columns| {
            for (ui, (question, plot)) in columns.iter_mut().zip(plots) {
                draw(ui, question, plot, refit);
            }
        });
        return;
    }
    let before = *chosen;
    ui.horizontal(|ui| {
        for question in LocalityQuestion::ALL {
            let name = format!("Is it {}?", question.adjective());
            ui.selectable_value(chosen, question, name);
        }
    });
    // Each question has axes of its own.
    let refit = refit || before != *chosen;
    for (question, plot) in plots.filter(|(question, _)| *question == *chosen) {
        draw(ui, question, plot, refit);
    }
}
