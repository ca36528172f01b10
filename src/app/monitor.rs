//! A window that is no larger than its screen when it opens.

use eframe::egui::{self, Vec2, ViewportCommand};

/// Whether the window has been held against its screen.
#[derive(Debug, Default)]
pub struct Fitted {
    done: bool,
}

/// A title bar at least so high is reckoned with: what the system says of it before the window is
/// seen may be nothing.
const TITLE_BAR: Vec2 = Vec2::new(0.0, 32.0);

impl Fitted {
    /// Makes the window smaller where it is larger than the screen, once both are known: the size that
    /// is asked for has no frame and no title bar yet, and screens differ from start to start.
    pub fn look(&mut self, ctx: &egui::Context) {
        if self.done {
            return;
        }
        let known = ctx.input(|input| {
            let viewport = input.viewport();
            let (inner, outer) = (viewport.inner_rect?, viewport.outer_rect?);
            Some((inner.size(), outer.size(), viewport.monitor_size?))
        });
        let Some((inner, outer, monitor)) = known else {
            return;
        };
        self.done = true;
        if let Some(size) = fitting(inner, outer, monitor) {
            ctx.send_viewport_cmd(ViewportCommand::InnerSize(size));
        }
    }
}

/// The inner size at which the whole window fits; `None` where it does.
fn fitting(inner: Vec2, outer: Vec2, monitor: Vec2) -> Option<Vec2> {
    let frame = (outer - inner).max(TITLE_BAR);
    let room = (monitor - frame).max(Vec2::splat(1.0));
    (inner.x > room.x || inner.y > room.y).then(|| inner.min(room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_cut_to_its_screen_and_else_left_alone() {
        let screen = Vec2::new(1024.0, 700.0);
        let outer = |inner: Vec2| inner + Vec2::new(2.0, 40.0);
        for (inner, expected) in [
            (Vec2::new(1280.0, 860.0), Some(Vec2::new(1022.0, 660.0))),
            (Vec2::new(800.0, 900.0), Some(Vec2::new(800.0, 660.0))),
            (Vec2::new(1000.0, 600.0), None),
        ] {
            assert_eq!(fitting(inner, outer(inner), screen), expected);
        }
        let unframed = fitting(screen, screen, screen);
        assert_eq!(unframed, Some(Vec2::new(1024.0, 668.0)));
    }
}
