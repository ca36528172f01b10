//! Panics: those of libraries on bad data are answers and silent, those of ours are one line.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

use crate::text::clean;

thread_local! {
    /// The number of guarded sections that this thread is in.
    static GUARDED: Cell<usize> = const { Cell::new(0) };
}

/// Runs code of another crate on data that nobody has checked. A panic in it is `None`, and in the
/// program, where [`tell_in_one_line`] was called, nothing is printed.
///
/// Only panics on the calling thread are silent: no decoder that we use starts threads.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let _section = Section::enter();
    panic::catch_unwind(AssertUnwindSafe(work)).ok()
}

struct Section;

impl Section {
    fn enter() -> Self {
        GUARDED.set(GUARDED.get() + 1);
        Self
    }
}

impl Drop for Section {
    fn drop(&mut self) {
        GUARDED.set(GUARDED.get() - 1);
    }
}

/// The places of bugs that were reported; one that several threads meet is one line.
static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From here on a panic outside a guarded section is one line on standard error, with a backtrace
/// under it only where `RUST_BACKTRACE` asks for it.
pub(super) fn tell_in_one_line() {
    panic::set_hook(Box::new(|info| {
        // A thread that ends has no sections any more.
        if GUARDED.try_with(Cell::get).unwrap_or(0) > 0 {
            return;
        }
        let place = info.location().map(ToString::to_string);
        let place = place.unwrap_or_else(|| "an unknown place".to_owned());
        let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
        if told.contains(&place) {
            return;
        }
        let mut err = std::io::stderr().lock();
        let said = said(info);
        let display = lost_display(&said, &place);
        let sentence = match display {
            true => LOST_DISPLAY.to_owned(),
            false => sentence(&said, &place),
        };
        // A closed standard error must not turn one panic into two.
        let _ = writeln!(err, "error: {sentence}");
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured && !display {
            let _ = writeln!(err, "{trace}");
        }
        told.push(place);
    }));
}

fn said(info: &PanicHookInfo<'_>) -> String {
    clean(info.payload_as_str().unwrap_or("no message"))
}

const LOST_DISPLAY: &str =
    "the connection to the display was lost; start the program again when the display is back";

/// The window's library panics where the display server ends while it is asked something.
fn lost_display(said: &str, place: &str) -> bool {
    place.contains("winit-") && said.contains("Connection(IoError(")
}

fn sentence(said: &str, place: &str) -> String {
    format!(
        "this is a bug in localized-lora {}; please report this line to its authors, with the \
         command and the input that led to it: {said} at {place}",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_guarded_section_is_an_answer_and_the_section_ends() {
        assert_eq!(guarded(|| 1), Some(1));
        assert_eq!(GUARDED.get(), 0);
        let inner = guarded(|| {
            assert_eq!(GUARDED.get(), 1);
            let inner: Option<()> = guarded(|| std::panic::resume_unwind(Box::new("broken")));
            assert_eq!((inner, GUARDED.get()), (None, 1));
            inner
        });
        assert_eq!(inner, Some(None));
        let broken: Option<()> = guarded(|| std::panic::resume_unwind(Box::new("broken")));
        assert_eq!((broken, GUARDED.get()), (None, 0));
    }

    #[test]
    fn a_display_that_ends_is_no_bug() {
        let place = "/registry/winit-0.30.13/src/platform_impl/linux/x11/window.rs:1248:14";
        let broken = "called `Result::unwrap()` on an `Err` value: Connection(IoError(Custom { \
                      kind: Other, error: UnknownError }))";
        assert!(lost_display(broken, place));
        assert!(!lost_display(broken, "src/store.rs:1:2"));
        assert!(!lost_display("index out of bounds", place));
    }

    #[test]
    fn a_bug_names_the_version_and_the_place() {
        let text = sentence("index 3", "src/a.rs:1:2");
        assert!(text.contains(env!("CARGO_PKG_VERSION")));
        assert!(text.ends_with("index 3 at src/a.rs:1:2"));
    }
}
