//! Names that lose their middle where there is no room: both ends tell them apart.

use eframe::egui::{self, TextStyle};

/// As much of `text` as fits into `room` points in the type of buttons, with … in the middle.
pub fn middle(ui: &egui::Ui, text: &str, room: f32) -> String {
    let font = TextStyle::Button.resolve(ui.style());
    let fits = |text: &str| {
        let color = ui.visuals().text_color();
        let galley = ui
            .painter()
            .layout_no_wrap(text.to_owned(), font.clone(), color);
        galley.size().x <= room
    };
    shortened(text, &fits)
}

fn shortened(text: &str, fits: &dyn Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let all: Vec<char> = text.chars().collect();
    let kept = |count: usize| -> String {
        // The end of a layer's name says more than its beginning.
        let before = count / 3;
        let end = all.len() - (count - before);
        let begin = all[..before].iter();
        begin.chain(&['…']).chain(&all[end..]).collect()
    };
    let (mut least, mut most) = (1, all.len().max(1));
    while most - least > 1 {
        let count = usize::midpoint(least, most);
        match fits(&kept(count)) {
            true => least = count,
            false => most = count,
        }
    }
    kept(least.min(all.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_name_stay() {
        let short = |text: &str, most: usize| shortened(text, &|one| one.chars().count() <= most);
        assert_eq!(short("a.b", 3), "a.b");
        let name = "model.layers.11.self_attn.q_proj.weight";
        assert_eq!(short(name, 25), "model.la…tn.q_proj.weight");
        assert_eq!(short(name, 0), "…t");
        assert_eq!(short("", 0), "");
        assert_eq!(short("äöü", 2), "…ü");
    }
}
