//! The colours of a GIF: the scale of the matrices, and every ink in the shades of its smoothed edges.

use std::collections::{HashMap, HashSet};

use super::Animation;
use crate::figure::palette::{self, Rgb, Theme};

/// A GIF has no more colours.
const MOST: usize = 256;

/// Of these at most so many for text and lines.
const FOR_INKS: usize = 96;

/// The nearest of a few colours.
pub(super) struct Nearest {
    colors: Vec<Rgb>,
    known: HashMap<[u8; 3], u8>,
}

impl Nearest {
    /// The colours that figures of these methods on a theme's ground need.
    pub fn new(animation: &Animation, theme: Theme) -> Self {
        Self {
            colors: few(animation, theme),
            known: HashMap::new(),
        }
    }

    /// All of them, as the file lists them.
    pub fn bytes(&self) -> Vec<u8> {
        let bytes = self
            .colors
            .iter()
            .flat_map(|color| [color.0, color.1, color.2]);
        bytes.collect()
    }

    /// The place of the colour that is nearest to one.
    pub fn index(&mut self, [red, green, blue]: [u8; 3]) -> u8 {
        let colors = &self.colors;
        let nearest = || {
            let distance = |color: &Rgb| {
                let pairs = [(color.0, red), (color.1, green), (color.2, blue)];
                let squares = pairs.map(|(one, other)| u32::from(one.abs_diff(other)).pow(2));
                squares.iter().sum::<u32>()
            };
            let places = (0..=u8::MAX).zip(colors);
            places
                .min_by_key(|(_, color)| distance(color))
                .map_or(0, |(at, _)| at)
        };
        *self.known.entry([red, green, blue]).or_insert_with(nearest)
    }
}

fn few(animation: &Animation, theme: Theme) -> Vec<Rgb> {
    let ground = palette::background(theme);
    let text = [
        palette::foreground,
        palette::muted,
        palette::frame,
        palette::grid,
    ];
    let named = animation.inks.iter();
    let inks = named.flat_map(|ink| [*ink, palette::as_text(theme, *ink)]);
    let inks = distinct(text.into_iter().map(|of| of(theme)).chain(inks));
    let shades = (FOR_INKS / inks.len()).clamp(2, 8);
    let mixed = inks.iter().flat_map(|ink| {
        let shares = (1..=shades).map(|shade| shade as f64 / shades as f64);
        shares.map(|share| ground.mix(*ink, share))
    });
    let mut colors = distinct(std::iter::once(ground).chain(mixed));
    colors.truncate(MOST - 16);
    let rest = MOST - colors.len();
    if !animation.pixels.is_empty() {
        let own = frequent(&animation.pixels, rest - CUBE.pow(3));
        return distinct(colors.into_iter().chain(own).chain(cube()));
    }
    let scale = (0..rest).map(|at| {
        let share = at as f64 / (rest - 1) as f64;
        animation.colors.color(theme, share, (0.0, 1.0))
    });
    distinct(colors.clone().into_iter().chain(scale))
}

/// Steps along each side of the cube of colours that any picture in colour may need.
const CUBE: usize = 4;

/// Colours evenly over all that there are.
fn cube() -> impl Iterator<Item = Rgb> {
    (0..CUBE.pow(3)).map(|at| {
        let steps = [at / CUBE.pow(2), at / CUBE % CUBE, at % CUBE];
        palette::pixel(steps.map(|step| step as f64), (0.0, (CUBE - 1) as f64))
    })
}

/// The most frequent colours of a picture, where those that look alike are one.
fn frequent(pixels: &[Rgb], most: usize) -> Vec<Rgb> {
    let mut alike: HashMap<[u8; 3], (usize, Rgb)> = HashMap::new();
    for pixel in pixels {
        let coarse = [pixel.0, pixel.1, pixel.2].map(|part| part >> 4);
        alike.entry(coarse).or_insert((0, *pixel)).0 += 1;
    }
    let mut alike: Vec<_> = alike.into_iter().collect();
    alike.sort_unstable_by_key(|(coarse, (count, _))| (usize::MAX - count, *coarse));
    alike.truncate(most);
    alike.into_iter().map(|(_, (_, color))| color).collect()
}

fn distinct(colors: impl Iterator<Item = Rgb>) -> Vec<Rgb> {
    let mut seen = HashSet::new();
    colors.filter(|color| seen.insert(*color)).collect()
}
