//! Opens the window, or says what is missing for one.

use eframe::egui;

use super::state::Tab;
use super::{APP_ID, Explorer, TITLE, opened, preferences};
use crate::source::Limits;
use crate::workspace::Opening;

/// Opens the window on the last session, or on what is named, and returns when it is closed.
///
/// # Errors
/// One sentence when no window can be opened, for example without a display.
pub fn run(opening: Option<Opening>, limits: Limits) -> Result<(), String> {
    let file = preferences::file();
    let (remembered, problem) = preferences::load(file.as_deref());
    let viewport = egui::ViewportBuilder::default()
        .with_title(TITLE)
        .with_app_id(APP_ID)
        .with_inner_size(remembered.window)
        .with_min_inner_size([720.0, 480.0])
        .with_icon(icon());
    let options = eframe::NativeOptions {
        viewport,
        ..Default::default()
    };
    let create = move |context: &eframe::CreationContext<'_>| {
        let mut explorer = Explorer::new(&context.egui_ctx, remembered, file, limits);
        if let Some(problem) = problem {
            explorer.state.warn(problem);
        }
        if let Some(opening) = opening {
            explorer.state.tab = Tab::HOME;
            // What is remembered is opened again by a start from another folder.
            opened::open_named(&mut explorer, opening.absolute());
        }
        Ok(Box::new(explorer) as Box<dyn eframe::App>)
    };
    eframe::run_native(TITLE, options, Box::new(create)).map_err(|error| refusal(&error))
}

/// Why there is no window, what to install, and what works without one.
fn refusal(error: &eframe::Error) -> String {
    const INSTEAD: &str = "use the command line instead: localized-lora approximate mnist:test:1";
    if let eframe::Error::Wgpu(_) = error {
        // Where no driver is found at all, the library's own words are "{}".
        let remedy = if cfg!(target_os = "linux") {
            "install mesa-vulkan-drivers (Debian, Ubuntu, Fedora) or vulkan-swrast (Arch)"
        } else {
            "update the graphics driver"
        };
        return format!(
            "no window could be opened, because no usable graphics driver was found; \
             {remedy}, or {INSTEAD}"
        );
    }
    let text = error.to_string();
    match reason(&text) {
        "" => format!("no window could be opened; {INSTEAD}"),
        why => format!("no window could be opened ({why}); {INSTEAD}"),
    }
}

/// The system's reason: the libraries put the chain of their calls and places before it.
fn reason(error: &str) -> &str {
    let last = error.rsplit(": ").next().unwrap_or(error);
    last.lines()
        .next()
        .unwrap_or(last)
        .trim_matches(['.', ' ', '{', '}'])
}

fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png")).unwrap_or_default()
}
