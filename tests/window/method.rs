//! The Method tab.

use eframe::egui::Key;
use egui_kittest::kittest::Queryable;

use super::{settle, window, window_of};

#[test]
fn paper_and_measured_numbers_stand_side_by_side() {
    let mut harness = window();
    harness.key_press(Key::Num3);
    settle(&mut harness);
    for text in ["0.2313", "0.9071", "0.2119"] {
        assert_eq!(harness.query_all_by_label(text).count(), 2, "{text}");
    }
    assert_eq!(harness.query_all_by_label("15").count(), 2);
    harness.get_by_label_contains("0.2316 ±");
    harness.get_by_label_contains("0.8028 ±");
    harness.get_by_label_contains("0.2361 ±");
    harness.get_by_label_contains("75.0 % of the fives, 8.8 % of the zeros");
    for text in ["8,192", "2,048"] {
        assert!(harness.query_all_by_label(text).count() >= 1, "{text}");
    }
}

#[test]
fn its_text_fits_the_smallest_window() {
    let mut harness = window_of([720.0, 480.0], crate::plain());
    harness.key_press(Key::Num3);
    settle(&mut harness);
    for text in ["Every method covers", "N r_diag (p + q) =", "of the fives"] {
        let rect = harness.get_by_label_contains(text).rect();
        assert!(rect.right() <= 720.0, "{text}: {rect}");
    }
}
