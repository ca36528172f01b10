//! *Copy as command* and the command line agree: what one writes, the other reads.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;

use super::figure::FigureTarget;
use super::{CliCommand, Invocation, parse};
use crate::analysis::{Growth, Images, PartChoice};
use crate::approx::budget::BudgetRule;
use crate::approx::method::{Method, Price, Role};
use crate::figure::Gain;
use crate::figure::animation::AnimationFormat;
use crate::figure::compose::Letters;
use crate::figure::palette::{ColorMap, Theme};
use crate::figure::{Format, Omitted, Paper};
use crate::session::{Export, Session, Settings};
use crate::source::{Dataset, Limits, Source, Split, Transform};
use crate::views::build_up::AnimationExport;
use crate::views::{
    ALL, Composition, Shown, Subject, View, approximation, data_set, error_curve, factors,
    locality_by_label,
};

/// The shape that settings are fitted to.
const SHAPE: (usize, usize) = (28, 28);

/// A command line as it was understood, settings fitted.
struct Parsed {
    session: Session,
    shown: Shown,
    limits: Limits,
    target: Option<FigureTarget>,
}

fn read(command: &str) -> Parsed {
    let words = shlex::split(command).unwrap();
    let Ok(Some(Invocation::Command(parsed))) = parse(words) else {
        panic!("not a subcommand: {command}");
    };
    let resolve = |settings: &super::SettingsArgs| {
        let wanted = settings.wanted(SHAPE.0, SHAPE.1).unwrap();
        wanted.fitted(SHAPE.0, SHAPE.1).settings
    };
    let of_matrix =
        |source: &super::SourceArgs, settings: &super::SettingsArgs, shown, target| Parsed {
            session: Session {
                settings: resolve(settings),
                ..source.session()
            },
            shown,
            limits: source.limits(),
            target,
        };
    let figure = |it: &super::FigureArgs| it.target().unwrap();
    match *parsed {
        CliCommand::Approximate(it) => {
            of_matrix(&it.source, &it.settings, it.shown(), it.target().unwrap())
        }
        CliCommand::Curve(it) => {
            of_matrix(&it.source, &it.settings, it.shown(), figure(&it.figure))
        }
        CliCommand::Atlas(it) => {
            of_matrix(&it.source, &it.settings, it.shown(), figure(&it.figure))
        }
        CliCommand::Locality(it) => {
            of_matrix(&it.source, &it.settings, it.shown(), figure(&it.figure))
        }
        CliCommand::Order(it) => {
            of_matrix(&it.source, &it.settings, it.shown(), figure(&it.figure))
        }
        CliCommand::Dataset(it) => Parsed {
            session: Session {
                settings: resolve(&it.settings),
                transform: it.transform.transform(),
                ..Session::default()
            },
            shown: it.shown(),
            limits: Limits::default(),
            target: figure(&it.figure),
        },
        CliCommand::Animate(_)
        | CliCommand::Claims(_)
        | CliCommand::Finetune(_)
        | CliCommand::Project(_)
        | CliCommand::Compose(_)
        | CliCommand::Render(_)
        | CliCommand::Arrays(_)
        | CliCommand::Scan(_)
        | CliCommand::Plan(_)
        | CliCommand::Adapter(_) => {
            panic!("shows no view of a matrix: {command}")
        }
    }
}

fn sources() -> impl Strategy<Value = Source> {
    let names = [
        "a.png",
        "two words.csv",
        "it's.npy",
        "-rank.csv",
        "--json",
        "$HOME;`ls`\"*.png",
        "w#1.png",
        "ümlaut/日本.npy",
        "line\nbreak.csv",
        "mnist",
        "weights.npz#layer 1.weight",
        "folder#test:7",
        "-folder#train:0",
        "synthetic:low-rank:rows=9,seed=4",
        "synthetic:gradient:noise=0.25",
    ];
    prop_oneof![
        prop::sample::select(names.to_vec()).prop_map(|name| name.parse().unwrap()),
        (0usize..10_000).prop_map(|index| Source::Digit {
            dataset: Dataset::BuiltIn,
            split: Split::Test,
            index,
        }),
    ]
}

/// Any settings of every method, some of them with ranks by hand.
fn settings() -> impl Strategy<Value = Settings> {
    let rule = prop::sample::select(vec![
        None,
        Some(BudgetRule::EqualParameters),
        Some(BudgetRule::SectionTwoE),
    ]);
    let of_method = (
        prop::collection::vec(any::<u16>(), 4),
        any::<bool>(),
        any::<bool>(),
    );
    let of_all = prop::collection::vec(of_method, Method::ALL.len());
    (rule, of_all).prop_map(|(matched, of_all)| {
        let mut settings = Settings {
            matched,
            charge_structure: of_all[0].2,
            ..Settings::default()
        };
        for (method, (numbers, shown, by_hand)) in Method::ALL.iter().zip(of_all) {
            set(&mut settings, *method, &numbers, by_hand);
            if let Some(switch) = settings.switch(*method) {
                *switch = shown;
            }
        }
        settings
    })
}

fn set(settings: &mut Settings, method: Method, numbers: &[u16], by_hand: bool) {
    let mut one = settings.of(method);
    for (place, parameter) in method.parameters().iter().enumerate() {
        let most = match parameter.role {
            Role::Segments(_) | Role::Divisor(_) => SHAPE.0,
            Role::Rank => 40,
            Role::Budget => 2000,
        };
        one.set_value(place, 1 + usize::from(numbers[place]) % most);
    }
    if by_hand && method.definition().price.is_some() {
        one.set_price(Price::try_from(f64::from(numbers[3]) + 0.1).ok());
    }
    if by_hand && method.definition().by_hand.is_some() {
        let sizes = one.layout().sizes(SHAPE.0, SHAPE.1).unwrap();
        let blocks: usize = sizes.iter().map(|size| size.count).sum();
        one.set_by_hand(Some((0..blocks).map(|block| block % 3).collect()));
    }
    settings.set(one);
}

fn views() -> impl Strategy<Value = Shown> {
    let folder = prop::sample::select(vec![
        Dataset::BuiltIn,
        Dataset::Folder("my data".into()),
        Dataset::Folder("-x".into()),
    ]);
    let of_matrix = ALL
        .into_iter()
        .filter(|view| view.subject == Subject::Matrix);
    prop_oneof![
        prop::sample::select(of_matrix.collect::<Vec<_>>()).prop_map(Shown::of),
        (
            prop::sample::select(Method::ALL.to_vec()),
            prop::option::of(0usize..99)
        )
            .prop_map(|(method, part)| Shown {
                part: PartChoice {
                    method: Some(method),
                    part,
                },
                ..Shown::of(&factors::VIEW)
            }),
        (1usize..5000).prop_map(|most| Shown {
            max_params: Some(most),
            ..Shown::of(&error_curve::VIEW)
        }),
        (
            folder,
            any::<bool>(),
            prop::option::of(0u8..10),
            prop::sample::select(vec![&data_set::VIEW, &locality_by_label::VIEW]),
        )
            .prop_map(|(dataset, train, digit, view)| {
                let split = if train { Split::Train } else { Split::Test };
                Shown {
                    images: Images {
                        dataset,
                        split,
                        digit,
                    },
                    ..Shown::of(view)
                }
            }),
    ]
}

fn exports() -> impl Strategy<Value = Export> {
    let path = prop::sample::select(vec![
        ("fig.png", None),
        ("my figure.svg", None),
        ("-f.pdf", None),
        ("a'b.PNG", None),
        ("-", Some(Format::Svg)),
        ("./-", Some(Format::Pdf)),
        ("no ending", Some(Format::Png)),
    ]);
    // One option says the width, in pixels or on paper.
    let width = prop_oneof![
        Just((None, None)),
        (1u32..9000).prop_map(|pixels| (Some(pixels), None)),
        (30.0..1000.0).prop_map(|width| (None, Some(width))),
    ];
    let paper = (width, 6.5..36.0, any::<bool>());
    let dpi = prop::sample::select(vec![300.0, 96.0, 150.5]);
    let colors = prop::sample::select(ColorMap::ALL.to_vec());
    let omit = prop::sample::subsequence(Omitted::all().collect::<Vec<_>>(), 0..4);
    let gain = prop::option::of(prop::sample::select(Gain::USUAL.to_vec()));
    (path, paper, dpi, any::<bool>(), colors, gain, omit).prop_map(
        |(
            (path, format),
            ((width, on_paper), type_size, line_styles),
            dpi,
            dark,
            colors,
            gain,
            omit,
        )| {
            let png = format.map_or(path.ends_with("png") || path.ends_with("PNG"), |it| {
                it == Format::Png
            });
            Export {
                path: PathBuf::from(path),
                format,
                // Vectors have no pixels.
                width: width.filter(|_| png),
                dpi: if png { dpi } else { Export::DPI },
                theme: if dark { Theme::Dark } else { Theme::Light },
                colors,
                error_maps: gain.is_some(),
                error_gain: gain.unwrap_or_default(),
                omit,
                paper: Paper {
                    width: on_paper,
                    type_size,
                    line_styles,
                },
            }
        },
    )
}

proptest! {
    #[test]
    fn a_copied_command_is_read_back_as_the_same_session(
        source in sources(),
        subtract in prop::option::of(sources()),
        shuffle in prop::option::of(any::<u64>()),
        shift in (any::<i32>(), -3..3i32),
        settings in settings(),
        shown in views(),
        export in prop::option::of(exports()),
        max_pixels in prop::sample::select(vec![None, Some(1usize), Some(9_000_000)]),
        color: bool,
    ) {
        let transform = Transform { shuffle, shift };
        let of_dataset = shown.view.subject == Subject::Images;
        let mut session = if of_dataset {
            Session { transform, settings, ..Session::default() }
        } else {
            Session { source, subtract, transform, settings, order: None, color }
        };
        session.settings = session.settings.fitted(SHAPE.0, SHAPE.1).settings;
        let limits = match max_pixels {
            Some(most) if !of_dataset => Limits::with_max_pixels(most),
            _ => Limits::default(),
        };
        // Only one picture of a matrix has these.
        let export = export.map(|mut export| {
            if !shown.view.pictures {
                export.colors = ColorMap::default();
            }
            if *shown.view != approximation::VIEW {
                export.error_maps = false;
                export.error_gain = Gain::default();
            }
            export
        });
        let command = shown.command(&session, &limits, export.as_ref()).unwrap().whole;
        let parsed = read(&command);
        prop_assert_eq!(parsed.session.essentials(), session.essentials(), "{}", command);
        prop_assert_eq!(parsed.shown, shown);
        prop_assert_eq!(parsed.limits, limits);
        prop_assert_eq!(parsed.target.map(|target| target.export), export);
    }
}

fn compositions() -> impl Strategy<Value = Composition> {
    let panels: Vec<&'static View> = ALL.into_iter().filter(|view| view.is_panel()).collect();
    let views = prop::sample::subsequence(panels, 1..5).prop_shuffle();
    let others = prop::collection::vec(sources(), 0..3);
    let columns = prop::option::of(1usize..5);
    let letters = prop::sample::select(Letters::ALL.to_vec());
    let all = (views, columns, letters, others, any::<bool>());
    all.prop_map(|(views, columns, letters, others, train)| Composition {
        views,
        columns,
        letters,
        others,
        split: if train { Split::Train } else { Split::Test },
    })
}

proptest! {
    #[test]
    fn the_command_in_a_composed_figure_makes_the_same_one_again(
        source in sources(),
        shuffle in prop::option::of(any::<u64>()),
        settings in settings(),
        mut composition in compositions(),
        mut export in exports(),
    ) {
        // They belong to the reconstructions.
        if !composition.has_reconstructions() {
            composition.others.clear();
        }
        if composition.views.len() < 2 {
            composition.letters = Letters::default();
        }
        if !composition.has_reconstructions() || !composition.others.is_empty() {
            export.error_maps = false;
            export.error_gain = Gain::default();
        }
        let session = Session {
            source,
            transform: Transform { shuffle, shift: (0, 0) },
            settings: settings.fitted(SHAPE.0, SHAPE.1).settings,
            ..Session::default()
        };
        let command = composition.command(&session, &Limits::default(), &export).unwrap().whole;
        let Ok(Some(Invocation::Command(parsed))) = parse(shlex::split(&command).unwrap()) else {
            panic!("not a subcommand: {command}");
        };
        let CliCommand::Compose(arguments) = *parsed else {
            panic!("no composed figure: {command}");
        };
        let wanted = arguments.settings.wanted(SHAPE.0, SHAPE.1).unwrap();
        let read = Session {
            settings: wanted.fitted(SHAPE.0, SHAPE.1).settings,
            ..arguments.source.session()
        };
        prop_assert_eq!(read.essentials(), session.essentials(), "{}", command);
        prop_assert_eq!(arguments.composition(), composition, "{}", command);
        prop_assert_eq!(arguments.target().unwrap().export, export);
    }
}

fn animations() -> impl Strategy<Value = AnimationExport> {
    let path = prop::sample::select(vec![
        ("a.gif", None),
        ("my film.png", None),
        ("-f.apng", None),
        ("-", Some(AnimationFormat::Gif)),
        ("no ending", Some(AnimationFormat::Apng)),
    ]);
    let delay = prop::option::of((20u64..60_000).prop_map(Duration::from_millis));
    let growth = prop::sample::select(Growth::ALL.to_vec());
    let colors = prop::sample::select(ColorMap::ALL.to_vec());
    (path, growth, delay, 1u32..3000, any::<bool>(), colors).prop_map(
        |((path, format), growth, delay, width, dark, colors)| AnimationExport {
            path: PathBuf::from(path),
            format,
            growth,
            delay,
            width,
            theme: if dark { Theme::Dark } else { Theme::Light },
            colors,
        },
    )
}

proptest! {
    #[test]
    fn the_command_in_an_animation_makes_the_same_one_again(
        source in sources(),
        shuffle in prop::option::of(any::<u64>()),
        settings in settings(),
        export in animations(),
    ) {
        let session = Session {
            source,
            transform: Transform { shuffle, shift: (0, 0) },
            settings: settings.fitted(SHAPE.0, SHAPE.1).settings,
            ..Session::default()
        };
        let command = export.command(&session, &Limits::default()).unwrap().whole;
        let Ok(Some(Invocation::Command(parsed))) = parse(shlex::split(&command).unwrap()) else {
            panic!("not a subcommand: {command}");
        };
        let CliCommand::Animate(arguments) = *parsed else {
            panic!("no animation: {command}");
        };
        let wanted = arguments.settings.wanted(SHAPE.0, SHAPE.1).unwrap();
        let read = Session {
            settings: wanted.fitted(SHAPE.0, SHAPE.1).settings,
            ..arguments.source.session()
        };
        prop_assert_eq!(read.essentials(), session.essentials(), "{}", command);
        prop_assert_eq!(arguments.export().unwrap().unwrap().0, export);
    }
}

#[test]
fn table_one_is_a_short_command() {
    let command =
        Shown::of(&approximation::VIEW).command(&Session::default(), &Limits::default(), None);
    assert_eq!(
        command.unwrap().whole,
        "localized-lora approximate --rank 4 --blocks 4 --diag-rank 4 --grid 2 --block-rank 2 mnist:test:1"
    );
}

#[test]
fn what_no_command_line_can_say_has_no_command() {
    let command = |source: Source| {
        let session = Session {
            source,
            ..Session::default()
        };
        Shown::of(&approximation::VIEW).command(&session, &Limits::default(), None)
    };
    let digit = Source::default();
    let difference = digit.clone().minus(Source::from_path("b.npy"));
    assert!(
        command(difference.clone())
            .unwrap()
            .whole
            .contains("--subtract b.npy")
    );
    assert_eq!(command(digit.minus(difference)), None);
    // These names mean something else on the command line.
    assert_eq!(command(Source::from_path("folder#test:1")), None);
    assert_eq!(command(Source::from_path("a.npz#w")), None);
}
