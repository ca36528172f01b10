//! The tree of arrays on screen: shapes, types, sizes, and what a click opens.

use std::collections::HashSet;

use eframe::egui::{self, RichText, Sense, WidgetInfo};
use egui_extras::{Column, TableBuilder, TableRow};

use super::action::WeightsAction;
use super::tree::{ArrayTree, TreeContent, TreeNode};
use crate::analysis::{BaseMatch, OpenModel, array_refusal};
use crate::app::command::Command;
use crate::app::notices::capitalized;
use crate::app::state::State;
use crate::app::widgets::row_keys::{RowKey, RowKeys, Rows};
use crate::figure::label;
use crate::memory;
use crate::source::{ArrayInfo, Source, UpdateInfo};

/// The tree, and how it is looked at.
#[derive(Default)]
pub struct Browser {
    tree: ArrayTree,
    filter: String,
    folded: HashSet<usize>,
    /// The nodes in view, until the filter or a fold changes.
    rows: Option<Vec<usize>>,
    /// The array that is to be marked and scrolled to.
    mark: Option<usize>,
    keys: RowKeys,
}

/// What a user did with a row.
enum RowClick {
    /// Folds or unfolds a group.
    Toggle(usize),
    /// Opens the array of a node.
    Open(usize),
}

const INDENT: f32 = 16.0;

impl Browser {
    /// Shows another model; the filter stays.
    pub fn show_model(&mut self, model: &OpenModel) {
        self.tree = ArrayTree::new(model);
        self.folded = self.tree.folded.clone();
        self.rows = None;
        self.keys.forget();
    }

    /// Marks an array, and scrolls to it where it is in view.
    pub fn mark(&mut self, array: usize) {
        self.mark = Some(array);
    }

    /// Looks for a name.
    pub fn find(&mut self, filter: String) {
        self.filter = filter;
        self.rows = None;
    }

    /// Draws the filter and the tree.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        model: &OpenModel,
        state: &mut State,
        out: &mut Vec<Command>,
    ) {
        let rows = self.head(ui, model);
        if rows.is_empty() {
            ui.label("No array has such a name; change the filter");
        }
        let is = |row: &usize, array| matches!(self.tree.nodes[*row].content, TreeContent::Array(at) if at == array);
        let marked = self.mark.take();
        if let Some(place) = marked.and_then(|array| rows.iter().position(|row| is(row, array))) {
            self.keys.go_to(place);
        }
        let click = self.table(ui, (model, &rows), state);
        self.rows = Some(rows);
        match click {
            Some(RowClick::Toggle(at)) => {
                if !self.folded.remove(&at) {
                    self.folded.insert(at);
                }
                self.rows = None;
            }
            Some(RowClick::Open(at)) => self.open(at, model, state, out),
            None => {}
        }
    }

    /// The filter and its buttons, with what it finds; the rows that are in view then.
    fn head(&mut self, ui: &mut egui::Ui, model: &OpenModel) -> Vec<usize> {
        let in_row = ui.horizontal(|ui| {
            let label = ui.label("Filter");
            let field = egui::TextEdit::singleline(&mut self.filter)
                .hint_text("part of a name, such as attn*weight")
                .desired_width(280.0);
            if ui.add(field).labelled_by(label.id).changed() {
                self.rows = None;
                self.keys.forget();
            }
            if !self.filter.is_empty() && ui.button("Clear").clicked() {
                self.find(String::new());
            }
            let buttons = [("Unfold all", true), ("Fold all", false)];
            for (text, unfold) in buttons {
                if ui.button(text).clicked() {
                    let nodes = self.tree.nodes.iter().enumerate();
                    let groups = nodes.filter(|(_, node)| node.is_group() && !unfold);
                    self.folded = groups.map(|(at, _)| at).collect();
                    self.rows = None;
                }
            }
            let (tree, folded) = (&self.tree, &self.folded);
            let rows = self.rows.take();
            let rows = rows.unwrap_or_else(|| tree.rows(&self.filter, folded, model));
            ui.weak(match self.filter.trim() {
                "" => counted(model),
                _ => self.found(&rows, model),
            });
            rows
        });
        in_row.inner
    }

    /// *3 of 18 updates, 6 of 36 arrays*: those in view, which a filter found.
    fn found(&self, rows: &[usize], model: &OpenModel) -> String {
        let arrays = &model.listed.arrays;
        let content = rows.iter().map(|row| self.tree.nodes[*row].content);
        let found = content.filter_map(|content| match content {
            TreeContent::Array(at) => Some(&arrays[at]),
            _ => None,
        });
        let updates = |array: &&ArrayInfo| array.update.is_some();
        let (updated, stored): (Vec<_>, Vec<_>) = found.partition(updates);
        let all = arrays.iter().filter(updates).count();
        let of = |found: usize, all: usize, what: &str| {
            format!("{} of {}", label::count(found), label::counted(all, what))
        };
        let stored = of(stored.len(), arrays.len() - all, "array");
        match all {
            0 => stored,
            _ => format!("{}, {stored}", of(updated.len(), all, "update")),
        }
    }

    fn table(
        &mut self,
        ui: &mut egui::Ui,
        (model, rows): (&OpenModel, &[usize]),
        state: &State,
    ) -> Option<RowClick> {
        let place = ui.available_rect_before_wrap();
        let (tree, filtered) = (&self.tree, self.is_filtered());
        let texts = |row: usize| {
            let [count, _] = group_words(tree, filtered, rows[row], (model, rows));
            spoken(&tree.nodes[rows[row]], &count, model)
        };
        let spoken_rows = Rows {
            name: "arrays of the model",
            count: rows.len(),
            text: &texts,
        };
        let key = self.keys.show(ui, place, &spoken_rows);
        let mut click = key.and_then(|key| self.by_key(key, rows));
        let height = ui.text_style_height(&egui::TextStyle::Body) + 6.0;
        let name = (0.4 * place.width()).clamp(180.0, 560.0);
        let mut table = TableBuilder::new(ui)
            .id_salt("arrays of the model")
            .striped(true)
            .auto_shrink([false, false])
            .cell_layout(egui::Layout::left_to_right(egui::Align::Center));
        if let Some(row) = self.keys.brought() {
            table = table.scroll_to_row(row, None);
        }
        for width in [name, 150.0, 70.0, 76.0] {
            table = table.column(Column::initial(width).resizable(true).clip(true));
        }
        let mut clicked = None;
        table
            .column(Column::remainder().clip(true))
            .header(height, |mut row| {
                for name in ["Name", "Shape", "Type", "Size", "Notes"] {
                    row.col(|ui| _ = ui.label(RichText::new(name).small().strong()));
                }
            })
            .body(|body| {
                body.rows(height, rows.len(), |mut row| {
                    let (place, at) = (row.index(), rows[row.index()]);
                    let node = &self.tree.nodes[at];
                    row.set_selected(self.keys.current(rows.len()) == Some(place));
                    let open = filtered || !self.folded.contains(&at);
                    let sums = group_words(&self.tree, filtered, at, (model, rows));
                    if cells(&mut row, (node, open, sums), model, &state.session().source) {
                        clicked = Some(place);
                    }
                });
            });
        if let Some(place) = clicked {
            self.keys.point_at(place);
            click = self.by_key(RowKey::Choose(place), rows);
        }
        click
    }

    fn is_filtered(&self) -> bool {
        !self.filter.trim().is_empty()
    }

    /// What a key does: a chosen group is folded or unfolded.
    fn by_key(&mut self, key: RowKey, rows: &[usize]) -> Option<RowClick> {
        let (RowKey::Choose(row) | RowKey::Fold(row) | RowKey::Unfold(row)) = key;
        let at = *rows.get(row)?;
        let node = &self.tree.nodes[at];
        let folded = self.folded.contains(&at);
        match (key, node.is_group()) {
            (RowKey::Choose(_), false) => Some(RowClick::Open(at)),
            (RowKey::Choose(_), true) => Some(RowClick::Toggle(at)),
            (RowKey::Fold(_), true) if !folded => Some(RowClick::Toggle(at)),
            (RowKey::Unfold(_), true) if folded => Some(RowClick::Toggle(at)),
            (RowKey::Fold(_), _) => {
                let mut above = rows[..row].iter();
                let parent = above.rposition(|one| self.tree.nodes[*one].depth < node.depth);
                self.keys.go_to(parent?);
                None
            }
            (RowKey::Unfold(_), _) => None,
        }
    }

    /// Opens an array in the first tab, or says why it is no matrix.
    fn open(&self, at: usize, model: &OpenModel, state: &mut State, out: &mut Vec<Command>) {
        let opened = match self.tree.nodes[at].content {
            TreeContent::Array(array) => model.layer(array),
            TreeContent::Other(other) => Err(model.listed.others[other].reason.clone()),
            TreeContent::Group { .. } => return,
        };
        match opened {
            Ok(layer) => out.push(Command::Weights(WeightsAction::OpenLayer(Box::new(layer)))),
            Err(why) => state.fail(why),
        }
    }
}

/// *52 arrays, 1.7 MB*
fn counted(model: &OpenModel) -> String {
    let arrays = &model.listed.arrays;
    let updates = arrays.iter().filter(|one| one.update.is_some()).count();
    let stored = || arrays.iter().filter(|one| one.update.is_none());
    let bytes = stored().fold(0_u64, |all, one| all.saturating_add(one.bytes));
    let arrays = format!(
        "{}, {}",
        label::counted(stored().count(), "array"),
        memory::bytes(bytes)
    );
    match updates {
        0 => arrays,
        _ => format!("{} of {arrays}", label::counted(updates, "update")),
    }
}

/// How many arrays a group holds and their size, or those of them in `rows` where a filter left some out.
fn group_words(
    tree: &ArrayTree,
    filtered: bool,
    at: usize,
    (model, rows): (&OpenModel, &[usize]),
) -> [String; 2] {
    let left = filtered.then(|| tree.held(at, Some(rows), model));
    in_words(&tree.nodes[at], left)
}

/// How many arrays a group holds, and their size; of those that are `left` by a filter.
fn in_words(node: &TreeNode, left: Option<(usize, u64)>) -> [String; 2] {
    match (node.content, left) {
        (TreeContent::Array(_) | TreeContent::Other(_), _)
        | (TreeContent::Group { arrays: 0, .. }, _) => Default::default(),
        (TreeContent::Group { arrays, .. }, Some((left, bytes))) if left < arrays => {
            let count = label::count(left);
            let all = label::counted(arrays, "array");
            [format!("{count} of {all}"), memory::bytes(bytes)]
        }
        (TreeContent::Group { arrays, bytes }, _) => {
            [label::counted(arrays, "array"), memory::bytes(bytes)]
        }
    }
}

/// A row in words; `count` is what is in a group.
fn spoken(node: &TreeNode, count: &str, model: &OpenModel) -> String {
    match node.content {
        TreeContent::Group { arrays: 0, .. } => node.label.clone(),
        TreeContent::Group { .. } => format!("{}, {count}", node.label),
        TreeContent::Array(at) => {
            let array = &model.listed.arrays[at];
            let note = note(model, at);
            let note = if note.is_empty() {
                note
            } else {
                format!(", {note}")
            };
            format!("{}, {}, {}{note}", array.name, array.sides(), array.dtype)
        }
        TreeContent::Other(at) => model.listed.others[at].reason.clone(),
    }
}

/// One row; whether it was clicked.
fn cells(
    row: &mut TableRow<'_, '_>,
    (node, open, sums): (&TreeNode, bool, [String; 2]),
    model: &OpenModel,
    shown: &Source,
) -> bool {
    let mut clicked = false;
    row.col(|ui| {
        ui.add_space(INDENT * node.depth as f32);
        clicked = name(ui, (node, open), model, shown);
    });
    let texts = match node.content {
        TreeContent::Group { .. } => {
            let [count, size] = sums;
            [count, String::new(), size, String::new()]
        }
        TreeContent::Array(at) => {
            let array = &model.listed.arrays[at];
            let size = memory::bytes(array.bytes);
            [array.sides(), array.dtype.clone(), size, note(model, at)]
        }
        TreeContent::Other(at) => {
            let reason = capitalized(&model.listed.others[at].reason);
            [String::new(), String::new(), String::new(), reason]
        }
    };
    for (place, text) in texts.into_iter().enumerate() {
        row.col(|ui| {
            let short = egui::Label::new(&text).truncate();
            match place {
                2 => {
                    let to_the_right = egui::Layout::right_to_left(egui::Align::Center);
                    ui.with_layout(to_the_right, |ui| ui.add(short));
                }
                _ => _ = ui.add(short),
            }
        });
    }
    clicked
}

/// The name, which opens an array or folds a group; whether it was clicked.
fn name(
    ui: &mut egui::Ui,
    (node, open): (&TreeNode, bool),
    model: &OpenModel,
    shown: &Source,
) -> bool {
    let (text, spoken, hint, matrix) = match node.content {
        TreeContent::Group { .. } => {
            let arrow = if open { "▾" } else { "▸" };
            let text = label::clean(&node.label);
            (format!("{arrow} {text}"), text, String::new(), true)
        }
        TreeContent::Array(at) => {
            let array = &model.listed.arrays[at];
            let refused = array_refusal(array);
            let hint = match &refused {
                Some(why) => capitalized(why),
                None => format!("{}\nclick to open it in Approximate", array.name),
            };
            let label = match node.label.is_empty() {
                true => model.path.file_name().unwrap_or_default().to_string_lossy(),
                false => label::clean(&node.label).into(),
            };
            let full = match array.name.is_empty() {
                true => label.to_string(),
                false => array.name.clone(),
            };
            (label.to_string(), full, hint, refused.is_none())
        }
        TreeContent::Other(at) => {
            let reason = capitalized(&model.listed.others[at].reason);
            (label::clean(&node.label), node.label.clone(), reason, false)
        }
    };
    let here = match node.content {
        TreeContent::Array(at) => model.place_of(shown) == Some(at),
        _ => false,
    };
    let mut text = RichText::new(text);
    if !matrix {
        text = text.weak();
    } else if node.is_group() {
        text = text.strong();
    }
    // The rows are one stop of the keyboard together.
    let button = egui::Button::selectable(here, text)
        .sense(Sense::CLICK)
        .truncate();
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, here, &spoken));
    match hint.is_empty() {
        true => response.clicked(),
        false => response.on_hover_text(hint).clicked(),
    }
}

/// What is special about an array: its update, its base, or that it is no matrix as it stands.
fn note(model: &OpenModel, at: usize) -> String {
    let array = &model.listed.arrays[at];
    let own = match (&array.update, array.shape.len()) {
        (None, _) if array.shape.contains(&0) => "empty".to_owned(),
        (Some(update), _) => UpdateInfo::sentence(update),
        (None, 0) => "one number".to_owned(),
        (None, 1) => "1-d array".to_owned(),
        (None, 2) => String::new(),
        (None, sides) => match array.as_matrix() {
            Some((rows, cols)) => format!("{sides}-d, read as {rows} × {cols}"),
            None => format!("{sides}-d"),
        },
    };
    let base = match model.base_of(at) {
        BaseMatch::Unasked => String::new(),
        BaseMatch::Same(_) if array_refusal(array).is_some() => String::new(),
        // Nothing is subtracted from an update.
        BaseMatch::Same(_) if array.update.as_ref().is_some_and(|one| !one.needs_base) => {
            String::new()
        }
        BaseMatch::Same(base) if base.name == array.name => "minus its base".to_owned(),
        BaseMatch::Same(base) => format!("minus {}", base.name),
        BaseMatch::OtherShape(base) => format!("{} in the base: not subtracted", base.sides()),
        BaseMatch::Missing => "not in the base".to_owned(),
    };
    match (own.is_empty(), base.is_empty()) {
        (_, true) => own,
        (true, false) => base,
        (false, false) => format!("{own}; {base}"),
    }
}
