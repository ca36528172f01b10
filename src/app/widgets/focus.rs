//! Who has the keyboard: a ring that is seen on every stop, and which part of the window the
//! single keys belong to.

use eframe::egui::{
    self, EventFilter, Id, Key, Modifiers, Rect, Response, Role, Stroke, StrokeKind, WidgetInfo,
};

use crate::app::texture::color32;
use crate::app::theme;
use crate::figure::palette;

/// Width of the ring, and of the gap between it and its widget.
const RING: f32 = 2.0;

fn content_key() -> Id {
    Id::unique("content of the tab")
}

/// Names this part of a tab its content: a click into it gives it the single keys.
pub fn content(ui: &egui::Ui) {
    let rect = ui.max_rect();
    ui.ctx()
        .data_mut(|data| data.insert_temp(content_key(), rect));
}

/// The last place of the content.
pub fn content_rect(ctx: &egui::Context) -> Option<Rect> {
    ctx.data(|data| data.get_temp(content_key()))
}

/// Scrolls to the widget that Tab reached, to be called at the end of what a scroll area holds:
/// egui moves the focus without it.
pub fn follow(ui: &egui::Ui) {
    let ctx = ui.ctx();
    let focused = ctx.memory(egui::Memory::focused);
    let key = ui.scope_id().with("followed focus");
    let before = ctx.data_mut(|data| {
        let before = data.get_temp::<Option<Id>>(key).flatten();
        data.insert_temp(key, focused);
        before
    });
    let Some(id) = focused.filter(|id| before != Some(*id)) else {
        return;
    };
    let by_mouse = ctx.input(|input| input.pointer.any_down());
    let Some(widget) = ctx.read_response(id).filter(|_| !by_mouse) else {
        return;
    };
    let within = ui.min_rect().contains(widget.rect.center());
    if within && widget.layer_id == ui.layer_id() {
        ui.scroll_to_rect(widget.rect.expand(2.0 * RING), None);
    }
}

/// The way that the arrow keys point in a widget that has the focus, as rows down and columns to
/// the right; they do not move the focus on then.
pub fn arrows(ui: &egui::Ui, response: &Response) -> Option<(isize, isize)> {
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    const WAYS: [(Key, (isize, isize)); 4] = [
        (Key::ArrowUp, (-1, 0)),
        (Key::ArrowDown, (1, 0)),
        (Key::ArrowLeft, (0, -1)),
        (Key::ArrowRight, (0, 1)),
    ];
    ui.input_mut(|input| {
        let pressed = |(key, _): &(Key, _)| input.consume_key(Modifiers::NONE, *key);
        WAYS.into_iter().find(pressed).map(|(_, way)| way)
    })
}

/// Names a plot for screen readers.
pub fn name(response: &Response, text: &str) {
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, text));
}

/// Ends every frame, once everything is drawn. `title` names the window for screen
/// readers, which do not read the system's title bar.
pub fn finish(ctx: &egui::Context, title: &str) {
    follow_slider(ctx);
    ring(ctx);
    ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label(title));
}

/// Draws the ring round the widget that has the focus, over everything else in its layer. egui
/// marks the focus of some widgets by a shade and that of others not at all.
fn ring(ctx: &egui::Context) {
    let focused = ctx.memory(egui::Memory::focused);
    let key = Id::unique("ringed widget");
    let before = ctx.data_mut(|data| {
        let before = data.get_temp::<Option<Id>>(key).flatten();
        data.insert_temp(key, focused);
        before
    });
    let Some(id) = focused else {
        return;
    };
    if before != focused {
        // A dialog takes its size in a first frame that nobody sees.
        return ctx.request_repaint();
    }
    let Some(widget) = ctx.read_response(id) else {
        return;
    };
    let place = widget.interact_rect;
    if !place.is_positive() {
        return;
    }
    let theme = theme::of(ctx);
    let painter = ctx.layer_painter(widget.layer_id);
    let ring = color32(palette::focus_ring(theme));
    let ground = color32(palette::background(theme));
    // The thin line between keeps the ring apart from pictures of any colour.
    let line = Stroke::new(1.0, ground);
    painter.rect_stroke(place.expand(1.0), 2.0, line, StrokeKind::Inside);
    let stroke = Stroke::new(RING, ring);
    painter.rect_stroke(place.expand(1.0), 2.0, stroke, StrokeKind::Outside);
}

/// A slider that the mouse moves takes the focus, so that the arrows go on where the mouse
/// stopped; egui leaves the focus where it was.
fn follow_slider(ctx: &egui::Context) {
    let Some(dragged) = ctx.dragged_id() else {
        return;
    };
    let moved = |role: Role| {
        ctx.output(|output| {
            let mut events = output.events.iter();
            events.any(|event| match event {
                egui::output::OutputEvent::ValueChanged(info) => info.role == role,
                _ => false,
            })
        })
    };
    // The number beside a slider is dragged too; with the focus it would become a text field.
    if moved(Role::Slider) && !moved(Role::SpinButton) {
        ctx.memory_mut(|memory| memory.request_focus(dragged));
    }
}
