//! The parts of a layout over the picture of its matrix: lines, marks beside strided rows, ranks, and
//! light on the part under the pointer.

use eframe::egui::{self, Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2};

use crate::approx::block::Tile;
use crate::approx::{Block, BlockLayout, LayoutKind};
use crate::figure::class_strength;

/// Block lines closer than this would cover the picture.
pub(super) const LINE_SPACING: f32 = 4.0;

/// What a leaf must have beside its rank, so that its own lines and the next leaf's rank are clear of
/// it.
const RANK_MARGIN: Vec2 = Vec2::new(6.0, 3.0);

/// Width of a mark beside a row.
const MARK: f32 = 5.0;

/// A layout, and where it is drawn.
pub(super) struct PartsView<'a> {
    pub layout: &'a BlockLayout,
    pub color: Color32,
    pub painter: &'a Painter,
    pub to_screen: &'a dyn Fn(Pos2) -> Pos2,
    /// Points on the screen per cell.
    pub scale: f32,
}

impl PartsView<'_> {
    /// Draws everything; the blocks at the cursor and the selected one stand out.
    pub fn paint(
        &self,
        cursor: Option<(usize, usize)>,
        selected: Option<usize>,
        ranks: Option<&[usize]>,
    ) {
        match self.layout.kind() {
            LayoutKind::Grid(across) | LayoutKind::Rectangular(_, across) => self.grid(across),
            LayoutKind::Diagonal(_) | LayoutKind::Own(_) => self.outlines(),
        }
        if let Some(ranks) = ranks {
            self.ranks(ranks);
        }
        let at = cursor.and_then(|(row, col)| {
            let block = self.layout.block_at(row, col)?;
            Some((block, (row, col)))
        });
        let blocks = self.layout.blocks();
        let selected = selected.and_then(|block| Some((blocks.get(block)?, 2.5)));
        let hovered = at.and_then(|(block, _)| Some((blocks.get(block)?, 2.0)));
        for (block, width) in hovered.into_iter().chain(selected) {
            let cell = at.map(|(_, cell)| cell).or_else(|| block.first_cell());
            match (block.outline(), cell) {
                (Some(place), _) => self.stroke(&place, width),
                (None, Some(cell)) => self.light(block, cell, width),
                (None, None) => {}
            }
        }
    }

    fn rect(&self, (rows, cols): &Tile) -> Rect {
        Rect::from_min_max(
            (self.to_screen)(Pos2::new(cols.start as f32, rows.start as f32)),
            (self.to_screen)(Pos2::new(cols.end as f32, rows.end as f32)),
        )
    }

    fn stroke(&self, place: &Tile, width: f32) {
        let stroke = Stroke::new(width, self.color);
        let rect = self.rect(place);
        self.painter
            .rect_stroke(rect, 0.0, stroke, StrokeKind::Middle);
    }

    /// The lines of a grid: its first row and first column of blocks hold every one.
    fn grid(&self, across: usize) {
        if self.scale * (self.layout.narrowest() as f32) < LINE_SPACING {
            return;
        }
        let (stroke, (rows, cols)) = (Stroke::new(1.0, self.color), self.layout.shape());
        let blocks = self.layout.blocks().iter();
        let first_row = blocks.clone().filter(|block| block.i == 0 && block.j > 0);
        for place in first_row.filter_map(Block::outline) {
            let rect = self.rect(&place);
            let bottom = (self.to_screen)(Pos2::new(0.0, rows as f32)).y;
            self.painter.vline(rect.left(), rect.top()..=bottom, stroke);
        }
        for place in blocks.step_by(across).skip(1).filter_map(Block::outline) {
            let rect = self.rect(&place);
            let right = (self.to_screen)(Pos2::new(cols as f32, 0.0)).x;
            self.painter.hline(rect.left()..=right, rect.top(), stroke);
        }
    }

    /// Outlines that leave room for what is in them, and marks beside the rows.
    fn outlines(&self) {
        if self.layout.blocks().len() == 1 && self.scale < LINE_SPACING / 2.0 {
            return;
        }
        let drawn = self.layout.drawn();
        for place in &drawn.outlines {
            if self.rect(place).size().min_elem() >= LINE_SPACING {
                self.stroke(place, 1.0);
            }
        }
        let (rows, _) = self.layout.shape();
        let classes = drawn.row_classes.filter(|_| self.scale >= 1.5);
        for (row, classes) in (0..rows).filter_map(|row| Some((row, classes?))) {
            let corner = (self.to_screen)(Pos2::new(0.0, row as f32));
            let mark = Rect::from_min_size(corner, Vec2::new(MARK, self.scale));
            let strength = class_strength(row % classes, classes) as f32;
            let color = self.color.gamma_multiply(strength);
            self.painter.rect_filled(mark, 0.0, color);
        }
    }

    /// The rank of each block in its middle, where there is room; none where nothing is kept.
    fn ranks(&self, ranks: &[usize]) {
        for (block, rank) in self.layout.blocks().iter().zip(ranks) {
            let Some(place) = block.outline() else {
                continue;
            };
            let rect = self.rect(&place);
            if *rank == 0 {
                continue;
            }
            let text = match block.pieces() {
                crate::approx::Pieces::Whole => "all".to_owned(),
                _ => rank.to_string(),
            };
            let font = FontId::proportional(10.0);
            let wide = self
                .painter
                .layout_no_wrap(text.clone(), font.clone(), Color32::WHITE);
            let (needed, room) = (wide.size() + RANK_MARGIN, rect.size());
            if needed.x > room.x || needed.y > room.y {
                continue;
            }
            let at = rect.center();
            for (shift, color) in [(1.0, Color32::BLACK), (0.0, Color32::WHITE)] {
                let place = at + egui::vec2(shift, shift);
                self.painter
                    .text(place, Align2::CENTER_CENTER, &text, font.clone(), color);
            }
        }
    }

    /// Lights a part whose cells lie apart: all of them, or where they are the whole matrix the tile
    /// of a cell and the cells at its place in the other tiles.
    fn light(&self, block: &Block, cell: (usize, usize), width: f32) {
        let Some(tiles) = block.tiles() else { return };
        let all = block.entries() == self.layout.shape().0 * self.layout.shape().1;
        let within = |(rows, cols): &Tile| rows.contains(&cell.0) && cols.contains(&cell.1);
        for tile in tiles.iter().filter(|tile| !all || within(tile)) {
            let veil = self.color.gamma_multiply(0.35);
            self.painter.rect_filled(self.rect(tile), 0.0, veil);
            self.stroke(tile, width / 2.0);
        }
        if all {
            for (row, col) in block.column_of(cell.0, cell.1) {
                self.stroke(&(row..row + 1, col..col + 1), width / 2.0);
            }
        }
    }
}
