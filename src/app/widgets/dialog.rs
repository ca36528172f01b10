//! Dialogs in the middle of the window: until they close, nothing below them answers.

use eframe::egui::{self, Order};

/// Shows a dialog. Its menus lie on top of it: egui leaves one that was open before where it lay then,
/// which is below a dialog that opens again.
pub fn dialog<R>(
    ctx: &egui::Context,
    id: egui::Id,
    content: impl FnOnce(&mut egui::Ui) -> R,
) -> egui::ModalResponse<R> {
    let modal = egui::Modal::new(id).show(ctx, content);
    let visible = ctx.memory(|memory| memory.areas().visible_layer_ids());
    for layer in visible {
        if layer.order == Order::Foreground && egui::Popup::is_id_open(ctx, layer.id) {
            ctx.set_sublayer(modal.response.layer_id, layer);
        }
    }
    modal
}
