//! Animations hold the figures that they were made of.

use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::{AnimationDecoder, Frame, RgbaImage};
use localized_lora::analysis::{Analyst, BuildUp, Growth, SilentListener};
use localized_lora::figure::animation::{Animation, AnimationFormat};
use localized_lora::figure::compose::Context;
use localized_lora::figure::palette::{ColorMap, Gradient, Theme};
use localized_lora::session::Session;
use localized_lora::source::{Limits, Source};
use localized_lora::views::build_up::{AnimationExport, animation, frame, usual_delay};

const WIDTH: u32 = 500;

fn build_up(growth: Growth) -> BuildUp {
    let mut session = Session::default();
    session.settings.show_adaptive = true;
    let analysis = Analyst::default().analyse(session, &Limits::default(), &SilentListener);
    BuildUp::new(Arc::new(analysis.unwrap()), growth)
}

struct Made {
    build_up: BuildUp,
    context: Context,
    animation: Animation,
}

impl Made {
    fn new(growth: Growth, theme: Theme, colors: ColorMap) -> Self {
        let build_up = build_up(growth);
        let export = AnimationExport {
            theme,
            colors,
            width: WIDTH,
            ..AnimationExport::to("a.gif")
        };
        let context = export.context("mnist:test:1".to_owned(), None);
        let animation = animation(&build_up, &context, &export);
        Self {
            build_up,
            context,
            animation,
        }
    }

    fn encode(&self, format: AnimationFormat) -> Vec<u8> {
        let frame = |step| frame(&self.build_up, step, &self.context);
        let encoded = self
            .animation
            .encode(format, &frame, &|_| ControlFlow::Continue(()));
        match encoded.unwrap() {
            ControlFlow::Continue(bytes) => bytes,
            ControlFlow::Break(()) => panic!("nobody stopped it"),
        }
    }

    /// The static figure of a step.
    fn still(&self, step: usize) -> RgbaImage {
        let png = frame(&self.build_up, step, &self.context)
            .to_png(WIDTH, 96.0)
            .unwrap();
        image::load_from_memory(&png).unwrap().to_rgba8()
    }
}

fn apng(bytes: &[u8]) -> Vec<Frame> {
    let decoder = PngDecoder::new(Cursor::new(bytes)).unwrap().apng().unwrap();
    decoder.into_frames().collect_frames().unwrap()
}

fn gif(bytes: &[u8]) -> Vec<Frame> {
    let decoder = GifDecoder::new(Cursor::new(bytes)).unwrap();
    decoder.into_frames().collect_frames().unwrap()
}

#[test]
fn every_frame_of_a_png_is_the_static_figure() {
    let made = Made::new(
        Growth::Rank,
        Theme::Light,
        ColorMap::Gradient(Gradient::Viridis),
    );
    let frames = apng(&made.encode(AnimationFormat::Apng));
    assert_eq!(frames.len(), made.build_up.last() + 1);
    for (step, frame) in frames.iter().enumerate() {
        assert!(*frame.buffer() == made.still(step), "step {step} differs");
    }
}

/// The largest difference of any channel, and the mean one.
fn distance(one: &RgbaImage, other: &RgbaImage) -> (u8, f64) {
    assert_eq!(one.dimensions(), other.dimensions());
    let pairs = one.as_raw().iter().zip(other.as_raw());
    let all: Vec<u8> = pairs.map(|(a, b)| a.abs_diff(*b)).collect();
    let mean = all.iter().map(|d| f64::from(*d)).sum::<f64>() / all.len() as f64;
    (all.into_iter().max().unwrap(), mean)
}

#[test]
fn every_frame_of_a_gif_looks_as_the_static_figure() {
    for (theme, colors) in [
        (Theme::Light, ColorMap::Gradient(Gradient::Gray)),
        (Theme::Dark, ColorMap::Gradient(Gradient::Gray)),
        (Theme::Light, ColorMap::Gradient(Gradient::Magma)),
    ] {
        let made = Made::new(Growth::Rank, theme, colors);
        let frames = gif(&made.encode(AnimationFormat::Gif));
        assert_eq!(frames.len(), made.build_up.last() + 1);
        for (step, frame) in frames.iter().enumerate() {
            let (most, mean) = distance(frame.buffer(), &made.still(step));
            // Coloured edges over coloured cells are rare and may be further away.
            assert!(
                mean < 1.0 && most < 100,
                "{theme:?} {colors:?}, step {step}: {most}, {mean}"
            );
        }
    }
}

#[test]
fn frames_last_as_long_as_chosen_and_the_last_one_rests() {
    let mut made = Made::new(
        Growth::Block,
        Theme::Light,
        ColorMap::Gradient(Gradient::Gray),
    );
    made.animation.delay = Duration::from_millis(120);
    for (bytes, decode) in [
        (
            made.encode(AnimationFormat::Gif),
            gif as fn(&[u8]) -> Vec<Frame>,
        ),
        (made.encode(AnimationFormat::Apng), apng),
    ] {
        let delays = decode(&bytes).into_iter().map(|frame| frame.delay().into());
        let delays: Vec<Duration> = delays.collect();
        let (last, others) = delays.split_last().unwrap();
        assert!(
            others
                .iter()
                .all(|delay| *delay == Duration::from_millis(120)),
            "{others:?}"
        );
        assert_eq!(*last, Duration::from_secs(2));
    }
}

#[test]
fn a_stopped_animation_gives_nothing() {
    let made = Made::new(
        Growth::Rank,
        Theme::Light,
        ColorMap::Gradient(Gradient::Gray),
    );
    let drawn = |step| frame(&made.build_up, step, &made.context);
    let stop = |done: usize| match done {
        3 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let encoded = made
        .animation
        .encode(AnimationFormat::Gif, &drawn, &stop)
        .unwrap();
    assert_eq!(encoded, ControlFlow::Break(()));
}

#[test]
fn few_steps_are_unhurried_and_many_take_no_longer() {
    assert_eq!(
        usual_delay(&build_up(Growth::Rank)),
        Duration::from_millis(500)
    );
    let mut session = Session {
        source: "synthetic:noise:rows=200,cols=200".parse().unwrap(),
        ..Session::default()
    };
    session.settings.lora.rank = 200;
    let analysis = Analyst::default().analyse(session, &Limits::default(), &SilentListener);
    let many = BuildUp::new(Arc::new(analysis.unwrap()), Growth::Rank);
    let whole = usual_delay(&many) * many.last() as u32;
    assert!(
        many.last() > 100 && whole <= Duration::from_secs(12),
        "{whole:?}"
    );
}

#[test]
fn a_picture_in_colour_grows_in_colour() {
    let mut image = image::RgbImage::new(12, 9);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        *pixel = image::Rgb([(x * 20) as u8, (y * 25) as u8, (x * y * 2) as u8]);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("colour.png");
    image.save(&path).unwrap();
    let mut session = Session {
        source: Source::File { path, array: None },
        color: true,
        ..Session::default()
    };
    session.settings.show_adaptive = true;
    let analysis = Analyst::default().analyse(session, &Limits::default(), &SilentListener);
    let build_up = BuildUp::new(Arc::new(analysis.unwrap()), Growth::Rank);
    let whole = build_up.analysis();
    assert_eq!(whole.channels(), 3);
    let most = whole.outcomes().map(|one| one.evaluation.params).max();
    assert_eq!(Some(build_up.parameters(build_up.last())), most);
    let real = whole.loaded.channels.as_deref().unwrap();
    let norm = |of: &dyn Fn(usize) -> f64| (0..3).fold(0.0, |sum: f64, at| sum.hypot(of(at)));
    for step in [0, 1, build_up.last() / 2, build_up.last()] {
        for one in build_up.at(step).outcomes() {
            let made = one.channels().expect("is in colour");
            let missed = norm(&|at| (&real[at] - &made[at]).norm());
            let direct = missed / norm(&|at| real[at].norm());
            let found = &one.evaluation;
            assert!((direct - found.error).abs() < 1e-12, "{found:?}: {direct}");
            assert!(found.params <= build_up.parameters(step));
        }
    }
    // The frames too, and a GIF keeps the colours apart.
    let export = AnimationExport {
        width: WIDTH,
        ..AnimationExport::to("a.gif")
    };
    let context = export.context("colour.png".to_owned(), None);
    let last = frame(&build_up, build_up.last(), &context).to_png(WIDTH, 96.0);
    let drawn = image::load_from_memory(&last.unwrap()).unwrap().to_rgb8();
    let grey = |rgb: &image::Rgb<u8>| rgb.0[0].abs_diff(rgb.0[2]) < 12;
    let strip = drawn.height() / 8..drawn.height() / 3;
    let coloured = strip
        .clone()
        .flat_map(|y| (0..WIDTH / 5).map(move |x| (x, y)));
    let coloured = coloured
        .filter(|(x, y)| !grey(drawn.get_pixel(*x, *y)))
        .count();
    assert!(coloured > 400, "{coloured} coloured pixels of the original");
}
