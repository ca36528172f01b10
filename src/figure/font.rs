//! Widths of texts, and the faces that they are set in.

use std::collections::BTreeSet;
use std::sync::Arc;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use usvg::fontdb::Database;

use super::faces::database;
use super::fallback::{self, Fallbacks};
use crate::text::elide::{all_shortened, shortened};

pub(super) use super::faces::{BOLD, FAMILY, REGULAR, has, subset};

/// The embedded faces and those of the system that a document with these characters, in regular
/// and in bold, needs beside them.
pub(super) fn database_for(written: &[BTreeSet<char>; 2]) -> Arc<Database> {
    let mut fonts = database();
    for (bold, characters) in [false, true].into_iter().zip(written) {
        if characters.iter().all(|&c| has(bold, c)) {
            continue;
        }
        for (face, _) in Fallbacks::system().faces_for(bold, characters).0 {
            face.add_to(&mut fonts);
        }
    }
    fonts
}

/// The embedded face with no glyphs but those of `characters`; none where nothing is written in it.
pub(super) fn subset_of(bold: bool, characters: &BTreeSet<char>) -> Option<Vec<u8>> {
    subset(if bold { BOLD } else { REGULAR }, 0, characters)
}

/// A type size in points and a weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub size: f64,
    pub bold: bool,
}

impl Type {
    pub(super) const fn regular(size: f64) -> Self {
        Self { size, bold: false }
    }

    pub(super) const fn bold(size: f64) -> Self {
        Self { size, bold: true }
    }

    /// The advance width of `text`, in points.
    pub(super) fn width(self, text: &str) -> f64 {
        let face = if self.bold { BOLD } else { REGULAR };
        let Ok(font) = FontRef::new(face) else {
            return text.chars().count() as f64 * self.size * 0.6;
        };
        let glyphs = font.charmap();
        let metrics = font.glyph_metrics(Size::new(self.size as f32), LocationRef::default());
        text.chars()
            .map(|c| {
                let known = glyphs.map(c);
                let elsewhere = match known {
                    None => fallback::advance(self.bold, c, self.size),
                    Some(_) => None,
                };
                elsewhere.unwrap_or_else(|| {
                    let glyph = known.unwrap_or_default();
                    f64::from(metrics.advance_width(glyph).unwrap_or_default())
                })
            })
            .sum()
    }

    /// `text`, or as much of its beginning as fits into `width` with an ellipsis behind it.
    pub(super) fn fit(self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let room = width - self.width("…");
        let mut used = 0.0;
        let mut buffer = [0; 4];
        let kept: String = text
            .chars()
            .take_while(|c| {
                used += self.width(c.encode_utf8(&mut buffer));
                used <= room
            })
            .collect();
        format!("{}…", kept.trim_end())
    }

    /// `text`, or as much of its ends as fits into `width` with an ellipsis between.
    pub(super) fn fit_ends(self, text: &str, width: f64) -> String {
        shortened(text, &|text| self.width(text) <= width)
    }

    /// The names of a list, or as much of their ends as fits into `width` with an ellipsis between.
    pub(super) fn fit_names(self, names: &[String], width: f64) -> Vec<String> {
        all_shortened(names, &|text| self.width(text) <= width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_the_mathematics() {
        for face in [REGULAR, BOLD] {
            let font = FontRef::new(face).unwrap_or_else(|e| panic!("{e}"));
            for c in "‖ᵢₖᵀ⊤∈⁻→×Σσ√≤Δ·…⁰¹²³⁴⁵⁶⁷⁸⁹₀₁−±ŴÜß".chars()
            {
                assert!(font.charmap().map(c).is_some(), "{c} is missing");
            }
        }
    }

    #[test]
    fn a_subset_is_a_small_font_with_just_its_characters() {
        let characters: BTreeSet<char> = "error ‖W − Ŵ‖ 0.2313".chars().collect();
        for bold in [false, true] {
            let bytes = subset_of(bold, &characters).unwrap_or_default();
            assert!(bytes.len() < 30_000, "{} bytes", bytes.len());
            let charmap = FontRef::new(&bytes)
                .unwrap_or_else(|e| panic!("{e}"))
                .charmap();
            assert!(characters.iter().all(|&c| charmap.map(c).is_some()));
            assert!(charmap.map('z').is_none());
        }
        assert_eq!(subset_of(false, &BTreeSet::new()), None);
    }

    #[test]
    fn a_fitted_text_is_never_wider_than_its_place() {
        let face = Type::regular(8.0);
        for text in ["", "short", &"ein sehr langer Name ".repeat(400)] {
            for width in [10.0, 50.0, 300.0] {
                let fitted = face.fit(text, width);
                assert!(face.width(&fitted) <= width, "{fitted:?} in {width}");
            }
        }
        assert_eq!(face.fit("error 0.2313", 100.0), "error 0.2313");
    }
}
