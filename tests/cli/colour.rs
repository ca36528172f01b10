//! Pictures in colour, channel by channel.

use serde_json::Value;

use super::succeed;

/// A picture of 12 × 10 pixels with other red, green and blue, as a PPM and as three tables.
fn picture(folder: &std::path::Path) {
    let (rows, cols) = (12usize, 10usize);
    let value = |row: usize, col: usize, channel: usize| {
        let wave = (row * (channel + 2) + col * (5 - channel)) % 17;
        (wave * 11 + row * col * (channel + 1)) % 256
    };
    let mut text = format!("P3 {cols} {rows} 255\n");
    let mut tables = [const { String::new() }; 3];
    for row in 0..rows {
        for col in 0..cols {
            for (channel, table) in tables.iter_mut().enumerate() {
                let value = value(row, col, channel);
                text += &format!("{value} ");
                table.push_str(&value.to_string());
                table.push(if col + 1 < cols { ',' } else { '\n' });
            }
        }
        text.push('\n');
    }
    std::fs::write(folder.join("p.ppm"), text).unwrap();
    for (name, table) in ["red", "green", "blue"].iter().zip(tables) {
        std::fs::write(folder.join(format!("{name}.csv")), table).unwrap();
    }
}

#[test]
fn squared_errors_and_parameters_add_over_red_green_and_blue() {
    let folder = tempfile::tempdir().unwrap();
    picture(folder.path());
    let settings = "--add row_strips --add sparse --adaptive --budget 88 --json";
    let of = |what: &str| -> Value {
        let line = format!("approximate {what} {settings}");
        serde_json::from_str(&succeed(folder.path(), &line)).unwrap()
    };
    let colour = of("p.ppm --color");
    assert_eq!(
        (&colour["channels"], &colour["rows"]),
        (&Value::from(3), &Value::from(12))
    );
    let channels = ["red.csv", "green.csv", "blue.csv"].map(of);
    let number = |value: &Value| value.as_f64().unwrap();
    let energy = |one: &Value| number(&one["norm"]).powi(2);
    let whole: f64 = channels.iter().map(energy).sum();
    let methods = colour["methods"].as_array().unwrap();
    assert_eq!(methods.len(), 6);
    for (place, method) in methods.iter().enumerate() {
        let each = channels.each_ref().map(|one| &one["methods"][place]);
        let missed = channels.iter().zip(each);
        let missed: f64 = missed
            .map(|(one, method)| energy(one) * number(&method["error"]).powi(2))
            .sum();
        let error = (missed / whole).sqrt();
        assert!(
            (number(&method["error"]) - error).abs() < 1e-12,
            "{method} {error}"
        );
        let params: f64 = each.iter().map(|one| number(&one["params"])).sum();
        assert_eq!(number(&method["params"]), params, "{method}");
    }
    // In grey it is one matrix, as before.
    assert!(of("p.ppm").get("channels").is_none());
}

#[test]
fn a_figure_in_colour_has_coloured_pixels_and_the_command_says_so() {
    let folder = tempfile::tempdir().unwrap();
    picture(folder.path());
    for (flag, coloured) in [("--color", true), ("", false)] {
        succeed(
            folder.path(),
            &format!("approximate p.ppm {flag} --rank 10 --figure f.png --width 600"),
        );
        let image = image::open(folder.path().join("f.png"))
            .unwrap()
            .into_rgb8();
        // The upper left of the first picture, below its headings.
        let left = image.width() / 12;
        let mut down = (0..image.height()).map(|y| image.get_pixel(left, y).0);
        let strong =
            |[r, g, b]: [u8; 3]| i16::from(r.max(g).max(b)) - i16::from(r.min(g).min(b)) > 60;
        assert_eq!(down.any(strong), coloured, "{flag}");
    }
}

/// What is written is what was measured: red, green and blue apart, with the error of all three.
#[test]
fn the_reconstructions_of_a_colour_picture_have_its_error() {
    let folder = tempfile::tempdir().unwrap();
    picture(folder.path());
    let line = "approximate p.ppm --color --add sparse --factors f.safetensors --reconstruction \
                r.safetensors --json";
    let found: Value = serde_json::from_str(&succeed(folder.path(), line)).unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    for method in found["methods"].as_array().unwrap() {
        let key = method["method"].as_str().unwrap();
        let norm = |line: String| {
            let text = succeed(folder.path(), &format!("{line} --rank 1 --json"));
            number(&serde_json::from_str::<Value>(&text).unwrap()["norm"])
        };
        let (mut missed, mut whole) = (0.0, 0.0);
        for channel in ["red", "green", "blue"] {
            let array = format!("r.safetensors#{key}.{channel}");
            missed += norm(format!("approximate {channel}.csv --subtract {array}")).powi(2);
            whole += norm(format!("approximate {channel}.csv")).powi(2);
        }
        let error = (missed / whole).sqrt();
        assert!(
            (number(&method["error"]) - error).abs() < 1e-6,
            "{key}: {error}"
        );
    }
    let arrays = succeed(folder.path(), "arrays f.safetensors");
    for name in [
        "lora.red.0.up",
        "localized.blue.3.down",
        "sparse.green.0.values",
    ] {
        assert!(arrays.contains(name), "{name}: {arrays}");
    }
}

#[test]
fn a_caption_in_colour_says_what_is_of_the_luminance() {
    let folder = tempfile::tempdir().unwrap();
    picture(folder.path());
    let caption = |line: &str| succeed(folder.path(), &format!("{line} --caption"));
    let alone = caption("approximate p.ppm --color");
    let told = "Errors and parameters over red, green and blue; rank of the luminance (Rec. 709).";
    assert!(alone.trim_end().ends_with(told), "{alone}");
    let maps =
        "compose p.ppm --color --show approximation,singular-values --error-maps --figure a.svg";
    let maps = caption(maps);
    let told = "singular values, residuals and rank of the luminance";
    assert!(maps.contains(told), "{maps}");
    assert!(!caption("approximate p.ppm").contains("luminance (Rec"));
    succeed(
        folder.path(),
        "approximate p.ppm --color --figure b.svg --error-maps",
    );
    let drawn = std::fs::read_to_string(folder.path().join("b.svg")).unwrap();
    assert!(
        drawn.contains("Colour: errors and parameters over red"),
        "{drawn}"
    );
}

/// A budget is for each channel; what is left of it, and what its bits cost, is told of all.
#[test]
fn what_a_budget_leaves_over_is_told_of_all_channels() {
    let folder = tempfile::tempdir().unwrap();
    picture(folder.path());
    // LoRA at rank 2 costs 44 of 50 in each channel.
    let text = succeed(folder.path(), "approximate p.ppm --color --budget 50");
    assert!(
        text.contains("LoRA: leaves 18 parameters of its budget unused"),
        "{text}"
    );
    assert!(text.contains("not matched: LoRA 132 of 150"), "{text}");
    // Bits are rounded to numbers once, not in each channel.
    let line = "atlas p.ppm --color --budget 50 --charge-structure --json";
    let atlas: Value = serde_json::from_str(&succeed(folder.path(), line)).unwrap();
    let structures = atlas["structures"].as_array().unwrap();
    let number = |value: &Value| value.as_u64().unwrap();
    let mut chosen = 0;
    for one in structures {
        let bits = number(&one["structure_bits"]);
        chosen += usize::from(bits > 0);
        let spent = number(&one["params"]) + bits.div_ceil(32);
        assert_eq!(number(&one["spent"]), spent, "{one}");
        assert!(spent <= 150, "{one}");
    }
    assert!(chosen > 0, "{atlas}");
}

/// Searches look at what the panes show.
#[test]
fn the_best_grid_and_the_atlas_of_a_colour_picture_are_over_its_channels() {
    let folder = tempfile::tempdir().unwrap();
    picture(folder.path());
    let json = |line: &str| -> Value {
        let text = succeed(folder.path(), &format!("{line} --json"));
        serde_json::from_str(&text).unwrap()
    };
    let error = |found: &Value, key: &str| {
        let methods = found["methods"].as_array().unwrap();
        let mut methods = methods.iter();
        let one = methods.find(|one| one["method"] == key).unwrap();
        one["error"].as_f64().unwrap()
    };
    let grids = json("curve p.ppm --color --show best-grid");
    for one in grids["grids"].as_array().unwrap() {
        let localized = &one["localized"];
        let (grid, rank) = (&one["grid"], &localized["rank"]);
        let line = format!("approximate p.ppm --color --grid {grid} --block-rank {rank}");
        let measured = error(&json(&line), "localized");
        let found = localized["error"].as_f64().unwrap();
        assert!(
            (measured - found).abs() < 1e-12,
            "{grid}: {measured} {found}"
        );
    }
    let best = json("approximate p.ppm --color --best-grid");
    let lowest = grids["grids"].as_array().unwrap().iter();
    let lowest = lowest.map(|one| one["localized"]["error"].as_f64().unwrap());
    let lowest = lowest.fold(f64::INFINITY, f64::min);
    assert!((error(&best, "localized") - lowest).abs() < 1e-12);

    let atlas = json("atlas p.ppm --color --budget 44");
    let entries = atlas["structures"].as_array().unwrap();
    let mut entries = entries.iter();
    let lora = entries.find(|one| one["method"] == "lora").unwrap();
    let measured = json("approximate p.ppm --color --rank 2");
    let (found, measured) = (lora["error"].as_f64().unwrap(), error(&measured, "lora"));
    assert!((found - measured).abs() < 1e-12, "{found} {measured}");
}

/// A difference is of the luminance, whatever is asked for, and no note says otherwise.
#[test]
fn a_difference_of_pictures_has_no_colours() {
    let folder = tempfile::tempdir().unwrap();
    picture(folder.path());
    std::fs::copy(folder.path().join("p.ppm"), folder.path().join("q.ppm")).unwrap();
    let line = "approximate p.ppm --subtract q.ppm --color";
    let text = succeed(folder.path(), line);
    assert!(!text.contains("are of red, green and blue"), "{text}");
    assert!(text.contains("colour converted to luminance"), "{text}");
}
