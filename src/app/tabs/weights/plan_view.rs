//! The plan on screen: ranks for every layer of the scan under one budget, beside equal ranks.

use std::sync::Arc;

use eframe::egui::{self, RichText};

use super::action::WeightsAction;
use super::first_lines;
use crate::analysis::{Plan, PlanStructure, Scan};
use crate::app::command::Command;
use crate::app::notices::capitalized;
use crate::app::widgets::knobs::whole;
use crate::app::widgets::sorted_table::{SortedTable, TableView};
use crate::figure::compose::{plan_notes, plan_sentence, plan_table};
use crate::figure::{Table, label};

/// A plan as it is drawn.
struct DrawnPlan {
    scan: Arc<Scan>,
    /// The structure and the budget.
    wishes: (PlanStructure, usize),
    /// The plan and its rows, or why there is none.
    made: Result<(Plan, Table), String>,
}

/// The part of the tab that plans.
pub struct PlanView {
    structure: PlanStructure,
    /// The parameters that all layers may have; those of the scan's LoRA until others are typed.
    budget: Option<usize>,
    drawn: Option<DrawnPlan>,
    table: SortedTable,
}

impl Default for PlanView {
    fn default() -> Self {
        Self {
            structure: PlanStructure::Lora,
            budget: None,
            drawn: None,
            table: SortedTable::default(),
        }
    }
}

/// More parameters than any model has.
const MOST: usize = 1_000_000_000_000;

impl PlanView {
    /// The plan on screen.
    pub fn plan(&self) -> Option<&Plan> {
        let drawn = self.drawn.as_ref()?;
        drawn.made.as_ref().ok().map(|made| &made.0)
    }

    /// Marks the layer of this name in the table.
    pub fn mark(&mut self, name: &str) {
        let layers = self.plan().map(|plan| &plan.layers);
        if let Some(row) = layers.and_then(|all| all.iter().position(|one| one.layer == name)) {
            self.table.mark(row);
        }
    }

    /// Draws it.
    pub fn ui(&mut self, ui: &mut egui::Ui, scan: Option<&Arc<Scan>>, out: &mut Vec<Command>) {
        let Some(scan) = scan.filter(|scan| !scan.layers.is_empty()) else {
            ui.label("A plan spends parameters over the layers of a scan; scan the model first, or open a scan");
            return;
        };
        self.settings(ui, scan, out);
        self.make(scan);
        let Some(drawn) = &self.drawn else {
            return;
        };
        let (plan, table) = match &drawn.made {
            Ok(made) => made,
            Err(why) => {
                let text = RichText::new(capitalized(why)).color(ui.visuals().error_fg_color);
                ui.add(egui::Label::new(text).wrap());
                return;
            }
        };
        let sentence = RichText::new(plan_sentence(plan)).strong();
        ui.add(egui::Label::new(sentence).wrap());
        let notes = plan_notes(plan);
        let (left_out, rest) = notes.split_at(plan.left_out.len());
        for note in rest {
            ui.add(egui::Label::new(capitalized(note)).wrap());
        }
        if let [first, ..] = left_out {
            let told = match left_out.len() {
                1 => capitalized(first),
                count => format!("{} left out", label::counted(count, "layer")),
            };
            let told = ui.add(egui::Label::new(RichText::new(told).weak()).truncate());
            told.on_hover_text(first_lines(left_out.iter().map(|note| capitalized(note))));
        }
        let view = TableView {
            name: "layers of the plan",
            table,
            hint: "click to open it in Approximate",
            first: &["rank", "parameters", "error", "uniform_error"],
        };
        if let Some(row) = self.table.ui(ui, &view) {
            let name = plan.layers[row].layer.clone();
            out.push(Command::Weights(WeightsAction::OpenScanned(name)));
        }
    }

    fn settings(&mut self, ui: &mut egui::Ui, scan: &Scan, out: &mut Vec<Command>) {
        ui.horizontal_wrapped(|ui| {
            let usual = scan.budget();
            let mut budget = self.budget.unwrap_or(usual);
            let label = ui.label("Parameters");
            let field = ui.add(whole(&mut budget, 1, MOST)).labelled_by(label.id);
            let field = field.on_hover_text(
                "The parameters that all layers together may have; at first those of LoRA at the scan’s rank",
            );
            if field.changed() {
                self.budget = Some(budget);
            }
            ui.label("Structure");
            for (structure, text, hint) in [
                (PlanStructure::Lora, "LoRA", "A rank for each layer"),
                (
                    PlanStructure::Gralora,
                    "GraLoRA",
                    "A rank for the blocks of each layer, on the scan’s grid",
                ),
            ] {
                ui.radio_value(&mut self.structure, structure, text)
                    .on_hover_text(hint);
            }
            let save = WeightsAction::SavePlan;
            let button = egui::Button::new(save.text());
            let button = ui.add_enabled(self.plan().is_some(), button);
            if button.on_hover_text(save.tooltip()).clicked() {
                out.push(Command::Weights(save));
            }
        });
    }

    /// Makes the plan where its wishes or the scan are others.
    fn make(&mut self, scan: &Arc<Scan>) {
        let budget = self.budget.unwrap_or(scan.budget());
        let wishes = (self.structure, budget);
        let same = |drawn: &DrawnPlan| drawn.wishes == wishes && Arc::ptr_eq(&drawn.scan, scan);
        if self.drawn.as_ref().is_some_and(same) {
            return;
        }
        let plan = Plan::new(scan, self.structure, budget);
        let made = plan.map(|plan| {
            let table = plan_table(&plan);
            (plan, table)
        });
        self.drawn = Some(DrawnPlan {
            scan: Arc::clone(scan),
            wishes,
            made,
        });
        self.table.changed();
    }
}
