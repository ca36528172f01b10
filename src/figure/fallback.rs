//! Faces of the system, for characters that the embedded font lacks.
//!
//! Nothing is looked for before such a character is to be written, so that ordinary figures need no
//! font of the system and do not depend on any.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, OnceLock};

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use usvg::fontdb::{Database, FaceInfo, ID, Source, Stretch, Style};

use super::faces::{self, REGULAR};
use crate::text::is_hidden;

/// Faces in the order in which they are asked for a character.
pub(super) struct Fallbacks {
    fonts: Database,
    faces: Vec<Candidate>,
}

struct Candidate {
    id: ID,
    name: String,
    /// The characters that the face covers, looked up when it is first asked for.
    coverage: OnceLock<Vec<(u32, u32)>>,
    face: OnceLock<Option<Arc<Face>>>,
}

/// A face of a font file that has characters which the embedded font lacks.
pub struct Face {
    /// The family, as the document names it.
    pub name: String,
    /// The font file.
    pub data: Arc<Vec<u8>>,
    /// Its place in a file of several.
    pub index: u32,
    /// Its turn when a character is looked for.
    turn: usize,
    /// Its entry in a database of fonts; none for the embedded face.
    info: Option<FaceInfo>,
}

/// Faces in the order of their turns, each with the characters that are written in it.
pub(super) type Covered = Vec<(Arc<Face>, BTreeSet<char>)>;

impl Fallbacks {
    /// The system's fonts, looked for once.
    pub fn system() -> &'static Self {
        static SYSTEM: LazyLock<Fallbacks> = LazyLock::new(|| {
            let mut fonts = Database::new();
            fonts.load_system_fonts();
            Fallbacks::new(fonts)
        });
        &SYSTEM
    }

    /// The faces of `fonts`: upright before slanted, usual widths and weights first, then by name.
    pub fn new(fonts: Database) -> Self {
        let mut infos: Vec<&FaceInfo> = fonts.faces().collect();
        infos.sort_by_cached_key(|info| {
            let family = family(info);
            (
                info.style != Style::Normal,
                info.stretch != Stretch::Normal,
                info.weight.0.abs_diff(400),
                info.monospaced,
                !family.contains("Sans"),
                family,
                info.post_script_name.clone(),
                info.index,
            )
        });
        let faces = infos
            .into_iter()
            .map(|info| Candidate {
                id: info.id,
                name: plain_name(&family(info)),
                coverage: OnceLock::new(),
                face: OnceLock::new(),
            })
            .collect();
        Self { fonts, faces }
    }

    /// The first face that can draw a character.
    pub fn face_for(&self, character: char) -> Option<&Arc<Face>> {
        let has = |candidate: &&Candidate| {
            let ranges = candidate
                .coverage
                .get_or_init(|| self.coverage(candidate.id));
            let code = u32::from(character);
            let next = ranges.partition_point(|(first, _)| *first <= code);
            next > 0 && code <= ranges[next - 1].1
        };
        let turn = self.faces.iter().position(|candidate| has(&candidate))?;
        let candidate = &self.faces[turn];
        let open = || self.open(candidate, turn + 1);
        candidate.face.get_or_init(open).as_ref()
    }

    fn coverage(&self, id: ID) -> Vec<(u32, u32)> {
        let ranges = self.fonts.with_face_data(id, |data, index| {
            let font = FontRef::from_index(data, index).ok()?;
            // Pictures of characters, as emoji often are, are not drawn.
            font.outline_glyphs().format()?;
            let codes: BTreeSet<u32> = font.charmap().mappings().map(|(code, _)| code).collect();
            let mut ranges: Vec<(u32, u32)> = Vec::new();
            for code in codes {
                match ranges.last_mut() {
                    Some((_, last)) if *last + 1 == code => *last = code,
                    _ => ranges.push((code, code)),
                }
            }
            Some(ranges)
        });
        ranges.flatten().unwrap_or_default()
    }

    fn open(&self, candidate: &Candidate, turn: usize) -> Option<Arc<Face>> {
        let read = |data: &[u8], index| (Arc::new(data.to_vec()), index);
        let (data, index) = self.fonts.with_face_data(candidate.id, read)?;
        let info = self.fonts.face(candidate.id).map(|info| FaceInfo {
            source: Source::Binary(Arc::clone(&data) as Arc<dyn AsRef<[u8]> + Sync + Send>),
            ..info.clone()
        });
        Some(Arc::new(Face {
            name: candidate.name.clone(),
            data,
            index,
            turn,
            info,
        }))
    }

    /// The faces for those of `characters` that a weight of the embedded font lacks, each with its
    /// characters; and the characters that no face has.
    pub fn faces_for(&self, bold: bool, characters: &BTreeSet<char>) -> (Covered, BTreeSet<char>) {
        let mut faces: BTreeMap<usize, (Arc<Face>, BTreeSet<char>)> = BTreeMap::new();
        let mut without = BTreeSet::new();
        for &character in characters {
            if faces::has(bold, character) || is_invisible(character) {
                continue;
            }
            let Some(face) = embedded_regular(bold, character).or_else(|| self.face_for(character))
            else {
                without.insert(character);
                continue;
            };
            let entry = faces.entry(face.turn);
            let (_, covered) = entry.or_insert_with(|| (Arc::clone(face), BTreeSet::new()));
            covered.insert(character);
        }
        (faces.into_values().collect(), without)
    }
}

/// The embedded regular face, which may have what the bold one lacks.
fn embedded_regular(bold: bool, character: char) -> Option<&'static Arc<Face>> {
    static FACE: LazyLock<Arc<Face>> = LazyLock::new(|| {
        Arc::new(Face {
            name: format!("{} Regular", faces::FAMILY),
            data: Arc::new(REGULAR.to_vec()),
            index: 0,
            turn: 0,
            info: None,
        })
    });
    (bold && faces::has(false, character)).then_some(&FACE)
}

/// Characters that shape others or nothing, and are drawn by no font.
fn is_invisible(character: char) -> bool {
    is_hidden(character)
        || character.is_whitespace()
        || matches!(character,
            '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0100}'..='\u{e01ef}')
}

/// The English name of a family, or its first one.
fn family(info: &FaceInfo) -> String {
    let english = info
        .families
        .iter()
        .find(|(_, language)| *language == usvg::fontdb::Language::English_UnitedStates);
    let known = english.or_else(|| info.families.first());
    known.map(|(name, _)| name.clone()).unwrap_or_default()
}

/// A name that can stand in quotation marks in CSS and in an attribute.
fn plain_name(name: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
    format!(
        "{} fallback",
        name.chars().filter(plain).collect::<String>().trim()
    )
}

impl Face {
    /// The advance width of a character, in points.
    pub fn advance(&self, character: char, size: f64) -> Option<f64> {
        let font = FontRef::from_index(&self.data, self.index).ok()?;
        let glyph = font.charmap().map(character)?;
        let metrics = font.glyph_metrics(Size::new(size as f32), LocationRef::default());
        metrics.advance_width(glyph).map(f64::from)
    }

    /// Adds the face to those that a drawing knows.
    pub fn add_to(&self, fonts: &mut Arc<Database>) {
        if let Some(info) = &self.info {
            Arc::make_mut(fonts).push_face_info(info.clone());
        }
    }
}

/// The face of the system for a character that the embedded font lacks, if any has it.
///
/// The first call looks through the system's fonts, which may take a while.
pub fn system_face(character: char) -> Option<Arc<Face>> {
    if is_invisible(character) {
        return None;
    }
    Fallbacks::system().face_for(character).cloned()
}

/// The width of a character that a weight of the embedded font lacks, where another face has it.
pub(super) fn advance(bold: bool, character: char, size: f64) -> Option<f64> {
    if is_invisible(character) {
        return None;
    }
    let face =
        embedded_regular(bold, character).or_else(|| Fallbacks::system().face_for(character))?;
    face.advance(character, size)
}

/// A sentence for characters that no font has.
pub(super) fn note(without: &BTreeSet<char>) -> Option<String> {
    const SHOWN: usize = 20;
    let rest = if without.len() > SHOWN { " …" } else { "" };
    let shown: Vec<String> = without.iter().take(SHOWN).map(char::to_string).collect();
    let what = match without.len() {
        0 => return None,
        1 => "1 character is drawn as a box, as no font on this system has it".to_owned(),
        count => {
            format!("{count} characters are drawn as boxes, as no font on this system has them")
        }
    };
    Some(format!(
        "{what}; install a font for {}{rest}",
        shown.join(" ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn characters(text: &str) -> BTreeSet<char> {
        text.chars().collect()
    }

    #[test]
    fn characters_that_no_font_has_are_counted_and_named() {
        let none = Fallbacks::new(Database::new());
        for bold in [false, true] {
            let (faces, without) = none.faces_for(bold, &characters("a 中文\u{200d}\u{fe0f} b"));
            assert!(faces.is_empty());
            assert_eq!(without, characters("中文"));
            let note = note(&without).unwrap_or_default();
            assert!(
                note.starts_with("2 characters are drawn as boxes"),
                "{note}"
            );
            assert!(note.ends_with("中 文") || note.ends_with("文 中"), "{note}");
        }
        assert_eq!(note(&BTreeSet::new()), None);
    }

    #[test]
    fn a_face_is_asked_for_what_it_has() {
        let mut fonts = Database::new();
        fonts.load_font_source(Source::Binary(Arc::new(faces::BOLD)));
        let fallbacks = Fallbacks::new(fonts);
        let face = fallbacks.face_for('Σ');
        assert_eq!(
            face.map(|face| face.name.as_str()),
            Some("DejaVu Sans fallback")
        );
        assert!(fallbacks.face_for('中').is_none());
        assert!(
            face.and_then(|face| face.advance('Σ', 10.0))
                .is_some_and(|width| width > 4.0)
        );
    }

    #[test]
    fn a_subset_of_any_face_has_its_characters() {
        let system = Fallbacks::system();
        for character in ['中', 'א', 'あ', 'ह', '한', 'ሀ'] {
            // Whatever this machine has.
            let Some(face) = system.face_for(character) else {
                continue;
            };
            let bytes = faces::subset(&face.data, face.index, &BTreeSet::from([character]));
            let bytes = bytes.unwrap_or_else(|| panic!("{} for {character}", face.name));
            let font = FontRef::new(&bytes).unwrap_or_else(|error| panic!("{error}"));
            assert!(font.charmap().map(character).is_some(), "{}", face.name);
        }
    }
}
