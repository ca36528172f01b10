//! The embedded faces, and parts of faces.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use allsorts::binary::read::ReadScope;
use allsorts::font_data::FontData;
use allsorts::subset::{CmapTarget, SubsetProfile};
use skrifa::{FontRef, MetadataProvider};
use usvg::fontdb::{Database, Source};

pub(super) const REGULAR: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans.ttf");
pub(super) const BOLD: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans-Bold.ttf");

/// The name under which the embedded faces are known.
pub(super) const FAMILY: &str = "DejaVu Sans";

/// The embedded faces and no others: an ordinary figure must not depend on the machine that draws
/// it.
pub(super) fn database() -> Arc<Database> {
    static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
        let mut fonts = Database::new();
        for face in [REGULAR, BOLD] {
            fonts.load_font_source(Source::Binary(Arc::new(face)));
        }
        fonts.set_sans_serif_family(FAMILY);
        Arc::new(fonts)
    });
    Arc::clone(&FONTS)
}

/// Whether the embedded font has a character.
pub(super) fn has(bold: bool, character: char) -> bool {
    static CHARACTERS: LazyLock<[BTreeSet<u32>; 2]> = LazyLock::new(|| {
        [REGULAR, BOLD].map(|face| {
            let font = FontRef::new(face).ok();
            let codes = font.map(|font| font.charmap().mappings().map(|(code, _)| code).collect());
            codes.unwrap_or_default()
        })
    });
    CHARACTERS[usize::from(bold)].contains(&u32::from(character))
}

/// A face with no glyphs but those of `characters`, as a font file of its own.
pub(super) fn subset(face: &[u8], index: u32, characters: &BTreeSet<char>) -> Option<Vec<u8>> {
    let charmap = FontRef::from_index(face, index).ok()?.charmap();
    let glyphs = characters.iter().filter_map(|&c| charmap.map(c));
    // The glyph for what is missing must be there, and comes first.
    let glyphs: BTreeSet<u16> = glyphs.map(|id| id.to_u32() as u16).chain([0]).collect();
    if glyphs.len() == 1 {
        return None;
    }
    let glyphs: Vec<u16> = glyphs.into_iter().collect();
    let font = ReadScope::new(face).read::<FontData<'_>>().ok()?;
    let tables = font.table_provider(index as usize).ok()?;
    allsorts::subset::subset(
        &tables,
        &glyphs,
        &SubsetProfile::Minimal,
        CmapTarget::Unicode,
    )
    .ok()
}
