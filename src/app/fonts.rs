//! Characters that the window's own fonts lack, as in a Chinese file name: in a font of the system.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use eframe::egui::epaint::text::{FallbackRequest, FontInsert, FontProvider};
use eframe::egui::{self, FontData};

use super::service::Service;
use super::worker::Wake;
use crate::figure::system_face;

/// Looks for fonts on a thread of its own, as there may be hundreds of them; the window is drawn
/// without until they are there.
pub struct SystemFonts {
    known: Arc<Mutex<KnownCharacters>>,
    service: Service<BTreeSet<char>, FoundFonts>,
    wake: Wake,
}

type FoundFonts = Vec<(char, Option<FontInsert>)>;

/// The characters that have been asked for, and the fonts that were found.
#[derive(Default)]
struct KnownCharacters {
    wanted: BTreeSet<char>,
    found: BTreeMap<char, Option<FontInsert>>,
}

/// The provider that egui asks for a character that none of its fonts has.
struct Provider(Arc<Mutex<KnownCharacters>>);

impl FontProvider for Provider {
    /// Asked once for each character, and again after fonts have been found.
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let character = request.cluster.chars().next()?;
        let mut known = lock(&self.0);
        if let Some(found) = known.found.get(&character) {
            return found.clone();
        }
        known.wanted.insert(character);
        None
    }
}

fn lock(known: &Mutex<KnownCharacters>) -> MutexGuard<'_, KnownCharacters> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SystemFonts {
    /// Lets the window ask the system for what its fonts lack.
    pub fn new(ctx: &egui::Context, wake: &Wake) -> Self {
        let known = Arc::new(Mutex::new(KnownCharacters::default()));
        ctx.add_font_provider(Arc::new(Provider(Arc::clone(&known))));
        Self {
            known,
            service: Service::new("fonts", |wanted, reply| reply.send(look(wanted))),
            wake: Arc::clone(wake),
        }
    }

    /// Asks for what was missing while the window was drawn, and brings what has been found.
    pub fn update(&mut self, ctx: &egui::Context) {
        for answer in self.service.receive() {
            let mut known = lock(&self.known);
            let found = answer.unwrap_or_else(|_| {
                // A font that cannot be read is no reason to ask again and again.
                known.wanted.iter().map(|c| (*c, None)).collect()
            });
            let any = found.iter().any(|(_, insert)| insert.is_some());
            for (character, insert) in found {
                known.wanted.remove(&character);
                known.found.insert(character, insert);
            }
            drop(known);
            if any {
                let provider = Provider(Arc::clone(&self.known));
                ctx.set_font_providers(vec![Arc::new(provider)]);
            }
        }
        let wanted = lock(&self.known).wanted.clone();
        if !wanted.is_empty() && !self.service.busy() {
            self.service.ask(wanted, &self.wake);
        }
    }
}

fn look(wanted: BTreeSet<char>) -> FoundFonts {
    let find = |character: char| {
        let face = system_face(character)?;
        let data = FontData::from_blob(Arc::clone(&face.data) as _, face.index);
        Some(FontInsert::new(&face.name, data, Vec::new()))
    };
    wanted.into_iter().map(|c| (c, find(c))).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// Whatever fonts the machine has: the window goes on, and in the end has what they have.
    #[test]
    fn what_the_windows_fonts_lack_is_looked_for_off_its_thread() {
        let ctx = egui::Context::default();
        let wake: Wake = Arc::new(|| ());
        let mut fonts = SystemFonts::new(&ctx, &wake);
        let character = '数';
        let draw = |ctx: &egui::Context| {
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
                ui.label(character.to_string());
            });
            // Nobody uploads them here.
            output.textures_delta.clear();
        };
        let since = Instant::now();
        let found = loop {
            draw(&ctx);
            fonts.update(&ctx);
            if let Some(found) = lock(&fonts.known).found.get(&character) {
                break found.is_some();
            }
            assert!(since.elapsed() < Duration::from_secs(60), "no answer");
            std::thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(found, system_face(character).is_some());
        draw(&ctx);
        let font = egui::FontId::default();
        assert_eq!(
            ctx.fonts_mut(|fonts| fonts.has_glyph(&font, character)),
            found
        );
    }
}
