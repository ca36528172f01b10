//! The Method tab.

use eframe::egui::Key;
use egui_kittest::kittest::Queryable;

use super::{settle, window};

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
    harness.get_by_label_contains("75 % of the fives, 9 % of the zeros");
    for text in ["8192", "2048"] {
        assert!(harness.query_all_by_label(text).count() >= 1, "{text}");
    }
}
