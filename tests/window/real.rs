//! The binary itself, in a real window on a virtual display.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use localized_lora::figure::palette::{Hue, Theme};

/// A process that ends with the test.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn installed(program: &str) -> bool {
    let there = Command::new(program)
        .arg("-help")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !there {
        assert!(std::env::var_os("CI").is_none(), "CI must have {program}");
        eprintln!("DID NOT RUN: {program} is missing; on Debian install xvfb and imagemagick");
    }
    there
}

/// A virtual display and its number.
fn display() -> (Ending, String) {
    let mut server = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1440x900x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb starts");
    let mut number = String::new();
    let output = server.stdout.take().expect("piped");
    BufReader::new(output)
        .read_line(&mut number)
        .expect("a number");
    (Ending(server), format!(":{}", number.trim()))
}

fn picture(display: &str, path: &Path) -> image::RgbImage {
    let taken = Command::new("import")
        .args(["-window", "root"])
        .arg(path)
        .env("DISPLAY", display)
        .status()
        .expect("import runs");
    assert!(taken.success());
    image::open(path).expect("a picture").to_rgb8()
}

#[test]
fn the_program_opens_a_window_and_draws_table_one() {
    if !installed("Xvfb") || !installed("import") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (_server, display) = display();
    let program = Command::new(env!("CARGO_BIN_EXE_localized-lora"))
        .env("DISPLAY", &display)
        .env_remove("WAYLAND_DISPLAY")
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut program = Ending(program);
    let wanted = |theme| {
        [
            Hue::Blue.on(theme),
            Hue::Vermillion.on(theme),
            Hue::BluishGreen.on(theme),
        ]
        .map(|c| [c.0, c.1, c.2])
    };
    let start = Instant::now();
    // Slow machines get time; what counts is that the methods' colours appear at all.
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let ended = program.0.try_wait().expect("its state");
        assert!(ended.is_none(), "the program ended: {ended:?}");
        let shown = picture(&display, &home.path().join("screen.png"));
        let colors: HashSet<[u8; 3]> = shown.pixels().map(|p| p.0).collect();
        let drawn = [Theme::Light, Theme::Dark]
            .into_iter()
            .any(|theme| wanted(theme).iter().all(|color| colors.contains(color)));
        if drawn {
            break;
        }
        assert!(
            start.elapsed() < Duration::from_secs(90),
            "no method was drawn, {} colours on the screen",
            colors.len()
        );
    }
}

#[test]
fn without_a_display_the_program_says_what_to_do() {
    let output = Command::new(env!("CARGO_BIN_EXE_localized-lora"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(said.contains("localized-lora approximate"), "{said}");
}

#[test]
fn without_a_graphics_driver_the_program_says_what_to_install() {
    if !installed("Xvfb") {
        return;
    }
    let (_server, display) = display();
    let output = Command::new(env!("CARGO_BIN_EXE_localized-lora"))
        .env("DISPLAY", &display)
        .env_remove("WAYLAND_DISPLAY")
        .envs([
            ("VK_ICD_FILENAMES", "/nonexistent"),
            ("VK_DRIVER_FILES", "/nonexistent"),
            ("LIBGL_DRIVERS_PATH", "/nonexistent"),
            ("GBM_BACKENDS_PATH", "/nonexistent"),
            ("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent"),
        ])
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.trim_end().lines().last().unwrap_or_default();
    assert!(!last.contains("{}"), "{said}");
    assert!(last.contains("mesa-vulkan-drivers"), "{said}");
    assert!(last.contains("localized-lora approximate"), "{said}");
}
