//! A table of a figure with any number of rows: sorted by a click on a head, a row chosen by a click or by
//! the arrows and Enter.

use std::cmp::Ordering;

use eframe::egui::{self, Sense, WidgetInfo};
use egui_extras::{Column, TableBuilder, TableRow};

use super::row_keys::{RowKey, RowKeys, Rows};
use super::{column_head, elide, prose};
use crate::analysis::natural;
use crate::app::notices::capitalized;
use crate::figure::{Align, Cell, Table};

/// How a table is looked at.
#[derive(Default)]
pub struct SortedTable {
    by: Option<usize>,
    descending: bool,
    /// The rows in their order, until that changes.
    order: Option<Vec<usize>>,
    /// Whether a head was clicked.
    resort: bool,
    widths: Vec<f32>,
    /// The room that the widths were made for.
    room: f32,
    /// Whether the widths are others than those that the table keeps.
    fresh: bool,
    /// The row that is to be marked and scrolled to.
    mark: Option<usize>,
    keys: RowKeys,
}

/// A table that is drawn.
pub struct TableView<'a> {
    /// Its name for screen readers; it tells it from others.
    pub name: &'static str,
    /// Its rows.
    pub table: &'a Table,
    /// What a click on a row does, in a sentence.
    pub hint: &'a str,
    /// The keys of the columns that stand behind the names, before all others: what is asked first is in view where
    /// not all have room.
    pub first: &'a [&'a str],
}

impl TableView<'_> {
    /// The columns of the table in the order in which they are drawn.
    fn columns(&self) -> Vec<usize> {
        let place = |at: &usize| {
            let key = self.table.columns[*at].key.as_str();
            let first = self.first.iter().position(|one| *one == key);
            // The names, then those that are asked first, then the rest as it is.
            (*at > 0, first.unwrap_or(self.first.len()))
        };
        let mut order: Vec<usize> = (0..self.table.columns.len()).collect();
        order.sort_by_key(place);
        order
    }
}

/// So many rows are measured for the widths of the columns.
const MEASURED: usize = 400;

impl SortedTable {
    /// The rows are others, or have other numbers; the order stays.
    pub fn changed(&mut self) {
        self.order = None;
        self.widths.clear();
    }

    /// Marks a row as if it had been clicked, and scrolls to it.
    pub fn mark(&mut self, row: usize) {
        self.mark = Some(row);
    }

    /// Draws the rows in the room that is left; the answer is the row that was chosen.
    pub fn ui(&mut self, ui: &mut egui::Ui, view: &TableView<'_>) -> Option<usize> {
        let order = self.order.take();
        let order = order.unwrap_or_else(|| self.sorted(view.table));
        let marked = self.mark.take();
        if let Some(place) = marked.and_then(|row| order.iter().position(|one| *one == row)) {
            self.keys.go_to(place);
        }
        let room = ui.available_width();
        let resized = (room - self.room).abs() > 1.0;
        if resized || self.widths.len() != view.table.columns.len() {
            // The rows have a bar of their own.
            let bar = egui::style::ScrollStyle::solid().allocated_width();
            let gaps = view.table.columns.len() as f32 * ui.spacing().item_spacing.x;
            self.widths = fitted(widths(ui, view.table), room - bar - gaps);
            (self.room, self.fresh) = (room, true);
        }
        let chosen = ui
            .scope(|ui| {
                // A bar that is seen: there may be more columns than room.
                ui.spacing_mut().scroll = egui::style::ScrollStyle::solid();
                // A click is on the row, wherever it is.
                ui.style_mut().interaction.selectable_labels = false;
                egui::ScrollArea::horizontal()
                    .id_salt((view.name, "columns"))
                    .auto_shrink([false, false])
                    .show(ui, |ui| self.rows(ui, view, &order))
                    .inner
            })
            .inner;
        match std::mem::take(&mut self.resort) {
            // The row that is marked stays so, wherever it goes.
            true => self.mark = self.keys.current(order.len()).map(|place| order[place]),
            false => self.order = Some(order),
        }
        chosen
    }

    fn rows(&mut self, ui: &mut egui::Ui, view: &TableView<'_>, order: &[usize]) -> Option<usize> {
        let spoken = |place: usize| spoken(view.table, order[place]);
        let rows = Rows {
            name: view.name,
            count: order.len(),
            text: &spoken,
        };
        let place = ui.available_rect_before_wrap();
        let key = self.keys.show(ui, place.intersect(ui.clip_rect()), &rows);
        let mut chosen = match key {
            Some(RowKey::Choose(place)) => order.get(place).copied(),
            _ => None,
        };
        let height = ui.text_style_height(&egui::TextStyle::Body) + 6.0;
        let mut builder = TableBuilder::new(ui)
            .id_salt(view.name)
            .striped(true)
            .sense(Sense::CLICK)
            .auto_shrink([false, false])
            .cell_layout(egui::Layout::left_to_right(egui::Align::Center));
        if let Some(row) = self.keys.brought() {
            builder = builder.scroll_to_row(row, None);
        }
        if std::mem::take(&mut self.fresh) {
            builder.reset();
        }
        let columns = view.columns();
        for at in &columns {
            let column = Column::initial(self.widths[*at]);
            builder = builder.column(column.resizable(true).clip(true));
        }
        let mut clicked = None;
        builder
            .header(height, |mut row| {
                self.heads(&mut row, view.table, &columns);
            })
            .body(|body| {
                body.rows(height, order.len(), |mut row| {
                    let (place, at) = (row.index(), order[row.index()]);
                    row.set_selected(self.keys.current(order.len()) == Some(place));
                    if cells(&mut row, (view, &columns), at) {
                        clicked = Some((place, at));
                    }
                });
            });
        if let Some((place, at)) = clicked {
            self.keys.point_at(place);
            chosen = Some(at);
        }
        chosen
    }

    fn heads(&mut self, row: &mut TableRow<'_, '_>, table: &Table, columns: &[usize]) {
        for &at in columns {
            let column = &table.columns[at];
            row.col(|ui| {
                let sort = format!("Sort by {}", column.name);
                let hint = match column.about {
                    "" => sort,
                    about => format!("{}\n{sort}", capitalized(about)),
                };
                let sorted = (self.by == Some(at)).then_some(self.descending);
                if column_head::show(ui, &column.name, sorted, &hint) {
                    self.descending = sorted == Some(false);
                    self.by = Some(at);
                    self.resort = true;
                }
            });
        }
    }

    fn sorted(&self, table: &Table) -> Vec<usize> {
        let mut order: Vec<usize> = (0..table.rows.len()).collect();
        let Some(by) = self.by else {
            return order;
        };
        let words = table.columns.get(by).map(|column| column.align) == Some(Align::Left);
        let cell = |row: &usize| table.rows[*row].cells.get(by);
        if words {
            order.sort_by_cached_key(|row| cell(row).map(|cell| natural(&cell.text)));
            if self.descending {
                order.reverse();
            }
        } else {
            let numbers: Vec<Option<f64>> = order.iter().map(|row| number(cell(row))).collect();
            order.sort_by(|one, other| match (numbers[*one], numbers[*other]) {
                (Some(one), Some(other)) if self.descending => other.total_cmp(&one),
                (Some(one), Some(other)) => one.total_cmp(&other),
                // What has no number stands last in either order.
                (one, other) => match (one.is_none(), other.is_none()) {
                    (true, false) => Ordering::Greater,
                    (false, true) => Ordering::Less,
                    _ => Ordering::Equal,
                },
            });
        }
        order
    }
}

fn number(cell: Option<&Cell>) -> Option<f64> {
    let cell = cell?;
    let text = cell.exact.as_deref().unwrap_or(&cell.text);
    text.parse().ok()
}

/// A row in words: each number with the name of its column.
fn spoken(table: &Table, row: usize) -> String {
    let cells = table.rows[row].cells.iter().zip(&table.columns);
    let mut cells = cells.filter(|(cell, _)| !cell.text.is_empty());
    let first = cells.next().map(|(cell, _)| cell.text.clone());
    let rest = cells.map(|(cell, column)| format!("{} {}", column.name, cell.text));
    let all: Vec<String> = first.into_iter().chain(rest).collect();
    all.join(", ")
}

/// One row; whether it was clicked.
fn cells(
    row: &mut TableRow<'_, '_>,
    (view, columns): (&TableView<'_>, &[usize]),
    at: usize,
) -> bool {
    let mut clicked = false;
    for &place in columns {
        let Some(cell) = view.table.rows[at].cells.get(place) else {
            continue;
        };
        let column = view.table.columns.get(place);
        let align = column.map(|column| column.align);
        let (_, shown) = row.col(|ui| match (place, align) {
            (0, _) => {
                // The rows are one stop of the keyboard together.
                let room = ui.available_width() - EDGES + 0.5;
                let text = elide::middle(ui, &cell.text, room);
                let button = egui::Button::selectable(false, text)
                    .sense(Sense::CLICK)
                    .truncate();
                let response = ui.add(button);
                let name = cell.exact.as_deref().unwrap_or(&cell.text);
                response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name));
                clicked = response
                    .on_hover_text(format!("{name}\n{}", view.hint))
                    .clicked();
            }
            (_, Some(Align::Right)) => {
                let to_the_right = egui::Layout::right_to_left(egui::Align::Center);
                ui.with_layout(to_the_right, |ui| ui.label(&cell.text));
            }
            _ => _ = ui.add(egui::Label::new(&cell.text).truncate()),
        });
        // What words mean is not in them, as it is in a number's unit.
        let about = column.filter(|column| column.align == Align::Left && !column.about.is_empty());
        if let Some(column) = about.filter(|_| place > 0) {
            let text = format!("{}\n{}", cell.text, capitalized(column.about));
            // The cell is named by its own text already.
            shown.on_hover_ui(|ui| {
                ui.set_max_width(ui.spacing().tooltip_width);
                ui.label(text);
            });
        }
    }
    clicked || row.response().clicked()
}

/// What the edges of a name's button take.
const EDGES: f32 = 26.0;

/// The most room of a column, unless it is dragged or there is room to spare.
const NAMES: f32 = 290.0;

/// As wide as what is in them, within limits; what is longer is cut and can be dragged wider.
fn widths(ui: &egui::Ui, table: &Table) -> Vec<f32> {
    let wide = |text: &str, style: egui::TextStyle| prose::width(ui, text, &style);
    let column = |(at, column): (usize, &crate::figure::Column)| {
        let cells = table.rows.iter().take(MEASURED);
        let cells = cells.filter_map(|row| row.cells.get(at));
        let longest = cells.max_by_key(|cell| cell.text.chars().count());
        let longest = longest.map_or(0.0, |cell| wide(&cell.text, egui::TextStyle::Body));
        // Room for the arrow.
        let head = wide(&column.name, egui::TextStyle::Small) + 16.0;
        // The first is a button with edges of its own, and loses its middle rather than its end.
        let (edges, most) = if at == 0 {
            (EDGES, NAMES)
        } else {
            (10.0, NAMES)
        };
        (longest.max(head) + edges).clamp(40.0, most)
    };
    table.columns.iter().enumerate().map(column).collect()
}

/// The part of its width that the column of names keeps at least: names can lose their middle.
const LEAST_NAMES: f32 = 0.6;

/// These widths, wider where there is room. Where a little is missing the names give it, so that no column is
/// cut at the edge.
fn fitted(mut widths: Vec<f32>, room: f32) -> Vec<f32> {
    let whole: f32 = widths.iter().sum();
    let spare = room - whole;
    if spare >= 0.0 {
        let by = (1.0 + spare / whole).min(1.8);
        return widths.into_iter().map(|width| by * width).collect();
    }
    if let Some(names) = widths.first_mut()
        && *names + spare >= LEAST_NAMES * *names
    {
        *names += spare;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Column;
    use crate::figure::Row;

    fn table() -> Table {
        let row = |name: &str, cell: Cell| Row {
            color: None,
            cells: vec![Cell::text(name), cell],
        };
        Table {
            title: None,
            columns: vec![Column::left("Layer"), Column::right("Norm")],
            rows: vec![
                row("h.10", Cell::number("1.5", 1.5)),
                row("h.2", Cell::none()),
                row("h.1", Cell::count(12_000)),
            ],
        }
    }

    #[test]
    fn the_columns_that_are_asked_first_stand_behind_the_names() {
        let mut table = table();
        table.columns.push(Column::left("Verdict"));
        let columns = |first: &[&str]| {
            let view = TableView {
                name: "rows",
                table: &table,
                hint: "",
                first,
            };
            view.columns()
        };
        assert_eq!(columns(&["verdict"]), [0, 2, 1]);
        assert_eq!(columns(&["verdict", "layer", "norm"]), [0, 2, 1]);
        assert_eq!(columns(&["norm", "verdict"]), [0, 1, 2]);
        assert_eq!(columns(&[]), [0, 1, 2]);
    }

    #[test]
    fn names_give_the_room_that_the_other_columns_lack() {
        let widths = |room: f32| fitted(vec![200.0, 100.0], room);
        let whole = |room: f32| widths(room).iter().sum::<f32>();
        assert_eq!(widths(300.0), [200.0, 100.0]);
        assert_eq!(widths(240.0), [140.0, 100.0]);
        // With less there is no way but to scroll.
        assert_eq!(widths(200.0), [200.0, 100.0]);
        assert!((whole(400.0) - 400.0).abs() < 1e-3 && whole(2000.0) < 541.0);
    }

    #[test]
    fn numbers_are_sorted_as_numbers_and_what_has_none_stands_last() {
        let mut view = SortedTable::default();
        assert_eq!(view.sorted(&table()), [0, 1, 2]);
        view.by = Some(1);
        assert_eq!(view.sorted(&table()), [0, 2, 1]);
        view.descending = true;
        assert_eq!(view.sorted(&table()), [2, 0, 1]);
        view.by = Some(0);
        assert_eq!(view.sorted(&table()), [0, 1, 2], "names as people count");
    }
}
