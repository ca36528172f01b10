//! Numbers and names as they are written in figures and in the window.

mod forms;

use crate::approx::bits::as_numbers;
pub use crate::text::elide::middle;
pub use crate::text::{clean, for_terminal, one_line};
pub use forms::{in_cells, in_column};

/// *LoRA*, *LoRA and MELoRA*, *LoRA, MELoRA and Localized*.
pub fn listed<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// So many names of a long list are told.
const NAMED: usize = 3;

/// *a, b, c and 4 more*: the names of arrays, the first of many.
pub fn some_names<T: AsRef<str>>(names: &[T]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("{} more", count(more)));
    let first = names.iter().take(NAMED).map(|one| name(one.as_ref()));
    listed(&first.chain(more).collect::<Vec<_>>())
}

/// The name of an array as people read it in a sentence or a table; it may be empty, or longer than a page.
pub fn name(name: &str) -> String {
    match clean(name) {
        shown if shown.is_empty() => "an array without a name".to_owned(),
        shown => middle(&shown),
    }
}

/// *0.6 % to 4.0 %*; one of them where both read the same.
pub fn span(low: &str, high: &str) -> String {
    match low == high {
        true => low.to_owned(),
        false => format!("{low} to {high}"),
    }
}

/// A normalized error or a loss with the paper's four decimals: `0.2313`.
pub fn error(value: f64) -> String {
    // Fewer than two digits would be left.
    if value.is_finite() && value != 0.0 && value.abs() < 0.000_95 {
        return powered(&format!("{value:.1e}"), &str::to_owned);
    }
    format!("{value:.4}")
}

/// A share as a percentage with one decimal: `28.6 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// An accuracy or a share that is in percent already, with two decimals: `97.10 %`.
pub fn percentage(value: f64) -> String {
    format!("{} %", points(value))
}

/// Percentage points with two decimals: `12.53`, `−0.12`.
pub fn points(value: f64) -> String {
    let text = format!("{value:.2}");
    match text.as_str() {
        "-0.00" => "0.00".to_owned(),
        _ => minus(&text),
    }
}

/// The time that something took: `0.34 s`.
pub fn seconds(value: f64) -> String {
    match value < 9.95 {
        true => format!("{value:.2} s"),
        false => format!("{} s", count(value.round() as usize)),
    }
}

/// A count with thousands set apart: `50,565`.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Structure bits, also as numbers of 32 bits: `184 (6 numbers)`.
pub fn bits(bits: usize) -> String {
    let numbers = as_numbers(bits);
    let noun = if numbers == 1 { "number" } else { "numbers" };
    match bits {
        0 => "0".to_owned(),
        _ => format!("{} ({} {noun})", count(bits), count(numbers)),
    }
}

/// The cells of a matrix: `784 entries`.
pub fn entries(value: usize) -> String {
    match value {
        1 => "1 entry".to_owned(),
        _ => format!("{} entries", count(value)),
    }
}

/// So many of what has a regular plural: `1 layer`, `1,024 layers`.
pub fn counted(value: usize, one: &str) -> String {
    match value {
        1 => format!("1 {one}"),
        _ => format!("{} {one}s", count(value)),
    }
}

/// A number of parameters: `224 parameters`.
pub fn parameters(value: usize) -> String {
    counted(value, "parameter")
}

/// Any number in a few characters: plain where that is short, otherwise with a power of ten.
pub fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return "–".to_owned();
    }
    if !(1e-3..1e5).contains(&value.abs()) {
        return scientific(value, 2);
    }
    let decimals = (3 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
    minus(&trim_zeros(&format!("{value:.decimals$}")))
}

/// A cell's number in about five characters, so that it fits beside its neighbours.
pub fn cell(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !value.is_finite() {
        "–".to_owned()
    } else if !(1e-3..1e5).contains(&size) {
        scientific(value, 1)
    } else {
        let decimals = match size {
            100.0.. => 0,
            1.0.. => 1,
            _ => 3,
        };
        minus(&format!("{value:.decimals$}"))
    }
}

/// A number with one decimal, as z-scores have it: `−6.6`.
pub fn one_decimal(value: f64) -> String {
    // No minus stands before a zero.
    let value = if value.abs() < 0.05 { 0.0 } else { value };
    minus(&format!("{value:.1}"))
}

/// A number with two decimals, as correlations and accuracies have it: `0.97`.
pub fn two_decimals(value: f64) -> String {
    minus(&format!("{value:.2}"))
}

/// A number as mantissa and power of ten: `2.5·10⁻⁷`, `10³`.
pub fn scientific(value: f64, decimals: usize) -> String {
    powered(&format!("{value:.decimals$e}"), &trim_zeros)
}

/// `2.5e-7` with its power of ten, the mantissa in a form of its own.
fn powered(text: &str, form: &dyn Fn(&str) -> String) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text.to_owned();
    };
    let power = format!("10{}", superscript(exponent));
    match form(mantissa).as_str() {
        "1" => power,
        "-1" => format!("−{power}"),
        mantissa => format!("{}·{power}", minus(mantissa)),
    }
}

/// A number at a tick, with the decimals that its step needs.
pub fn tick(value: f64, step: f64) -> String {
    let size = value.abs().max(step.abs());
    if !(1e-4..1e6).contains(&size) {
        // Digits down to the step, so that neighbours stay distinct.
        let digits = (value.abs().max(f64::MIN_POSITIVE).log10().floor()
            - step.abs().max(f64::MIN_POSITIVE).log10().floor())
        .clamp(0.0, 14.0) as usize;
        return if value == 0.0 {
            "0".to_owned()
        } else {
            scientific(value, digits)
        };
    }
    let decimals = (-step.abs().log10().floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{value:.decimals$}");
    if text
        .trim_start_matches('-')
        .chars()
        .all(|c| "0.".contains(c))
    {
        return "0".to_owned();
    }
    minus(&text)
}

/// `-7` → `⁻⁷`.
pub fn superscript(exponent: &str) -> String {
    exponent
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit @ '0'..='9' => {
                char::from_u32(0x2070 + (digit as u32 - '0' as u32)).unwrap_or(digit)
            }
            other => other,
        })
        .collect()
}

/// Words that stand before a number of theirs.
const BEFORE_NUMBERS: [&str; 9] = [
    "Table",
    "Figure",
    "Definition",
    "Equation",
    "Eq.",
    "Section",
    "section",
    "rank",
    "digit",
];

/// Signs between two that belong together.
const BETWEEN: [&str; 4] = ["=", "×", "≈", "·"];

/// A text in which a line never ends before a sign: `0.4 %`, `K = 2`, `28 × 28`, `Table I`.
pub fn unbroken(text: &str) -> String {
    let mut words = text.split(' ');
    let mut joined = words.next().unwrap_or_default().to_owned();
    let mut before = joined.clone();
    for word in words {
        let begins = word.trim_start_matches('(');
        let numbered = begins.starts_with(|c: char| c.is_ascii_digit() || "IVX".contains(c));
        let opened = before.trim_start_matches('(');
        let together = word.starts_with('%')
            || BETWEEN.contains(&word)
            || BETWEEN.contains(&before.as_str())
            || (numbered && BEFORE_NUMBERS.contains(&opened));
        joined.push(if together { NO_BREAK } else { ' ' });
        joined.push_str(word);
        word.clone_into(&mut before);
    }
    joined
}

/// A space at which no line ends.
pub const NO_BREAK: char = '\u{a0}';

/// The names with an index that texts of the program have.
const INDEXED: [&str; 8] = [
    "r_diag", "r_block", "r_ij", "K_r", "K_c", "ρ_b", "p_b", "q_b",
];

/// A text in parts, each with whether it is set low: the indices of the methods' letters are.
pub fn typeset(text: &str) -> Vec<(&str, bool)> {
    in_parts(text, |name| INDEXED.contains(&name))
}

/// A formula in such parts: every letter may have an index, written `B_ij`.
pub fn typeset_formula(text: &str) -> Vec<(&str, bool)> {
    in_parts(text, |_| true)
}

/// A text in parts; what stands behind `_` is set low where `indexed` knows the whole name.
fn in_parts(text: &str, indexed: impl Fn(&str) -> bool) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(found) = rest[from..].find('_') {
        let at = from + found;
        let behind = &rest[at + 1..];
        let end = at
            + 1
            + behind
                .find(|c: char| !c.is_alphanumeric())
                .unwrap_or(behind.len());
        from = at + 1;
        let letter = rest[..at].char_indices().next_back();
        let Some((start, _)) = letter.filter(|(_, c)| c.is_alphabetic()) else {
            continue;
        };
        let within = rest[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if within || end == at + 1 || !indexed(&rest[start..end]) {
            continue;
        }
        parts.push((&rest[..at], false));
        parts.push((&rest[at + 1..end], true));
        (rest, from) = (&rest[end..], 0);
    }
    if !rest.is_empty() {
        parts.push((rest, false));
    }
    parts
}

fn minus(number: &str) -> String {
    number.replacen('-', "−", 1)
}

fn trim_zeros(number: &str) -> String {
    if !number.contains('.') {
        return number.to_owned();
    }
    number
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_sentences() {
        assert_eq!(listed(&["LoRA"; 0]), "");
        assert_eq!(listed(&["LoRA"]), "LoRA");
        assert_eq!(listed(&["LoRA", "MELoRA"]), "LoRA and MELoRA");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        assert_eq!(
            [counted(1, "layer"), counted(1234, "layer")],
            ["1 layer", "1,234 layers"]
        );
        assert_eq!(some_names(&["a", ""]), "a and an array without a name");
        assert_eq!(some_names(&["a"; 7]), "a, a, a and 4 more");
        assert_eq!(name("a\u{202e}\nb").chars().count(), 3);
        assert_eq!(name(&"x".repeat(3000)).chars().count(), 120);
        assert_eq!(span("0.6 %", "4.0 %"), "0.6 % to 4.0 %");
        assert_eq!(span("4.0 %", "4.0 %"), "4.0 %");
    }

    #[test]
    fn numbers_read_as_in_the_paper() {
        assert_eq!(error(0.231_349), "0.2313");
        assert_eq!(error(0.0), "0.0000");
        assert_eq!(error(3.2e-9), "3.2·10⁻⁹");
        assert_eq!(error(7e-17), "7.0·10⁻¹⁷");
        assert_eq!(error(0.000_52), "5.2·10⁻⁴");
        assert_eq!(error(0.001), "0.0010");
        assert_eq!(percentage(97.096), "97.10 %");
        assert_eq!(points(-0.12), "−0.12");
        assert_eq!(points(-0.001), "0.00");
        assert_eq!(seconds(0.343), "0.34 s");
        assert_eq!(seconds(1234.5), "1,235 s");
        assert_eq!(percent(224.0 / 784.0), "28.6 %");
        assert_eq!(count(50_565), "50,565");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(short(-0.25), "−0.25");
        assert_eq!(short(1e-30), "10⁻³⁰");
        assert_eq!(short(255.0), "255");
        assert_eq!(short(-2.5e17), "−2.5·10¹⁷");
        assert_eq!(short(f64::NAN), "–");
    }

    #[test]
    fn a_cells_number_stays_short() {
        assert_eq!(cell(12.345), "12.3");
        assert_eq!(cell(-0.25), "−0.250");
        assert_eq!(cell(254.0), "254");
        assert_eq!(cell(-1.5e-12), "−1.5·10⁻¹²");
        for value in [0.0, 1e9, -3.25e300, f64::NAN] {
            assert!(cell(value).chars().count() <= 10, "{}", cell(value));
        }
    }

    #[test]
    fn ticks_carry_the_decimals_of_their_step() {
        assert_eq!(tick(0.3, 0.1), "0.3");
        assert_eq!(tick(0.3 - 0.1 - 0.2, 0.1), "0");
        assert_eq!(tick(-2.0, 0.5), "−2.0");
        assert_eq!(tick(200.0, 50.0), "200");
        assert_eq!(tick(2e-300, 1e-300), "2·10⁻³⁰⁰");
    }

    #[test]
    fn a_line_never_ends_before_a_sign() {
        let shown = |text: &str| unbroken(text).replace(NO_BREAK, "_");
        assert_eq!(shown("closer on 47.7 % of"), "closer on 47.7_% of");
        assert_eq!(shown("(K = 2, r_block = 2)"), "(K_=_2, r_block_=_2)");
        assert_eq!(
            shown("a 28 × 28 digit of (Table I)"),
            "a 28_×_28 digit of (Table_I)"
        );
        assert_eq!(shown("Tables are here"), "Tables are here");
        assert_eq!(shown(""), "");
    }

    #[test]
    fn the_index_of_a_rank_is_set_low() {
        assert_eq!(typeset("error"), [("error", false)]);
        assert_eq!(
            typeset("N = 4, r_diag = 4"),
            [("N = 4, r", false), ("diag", true), (" = 4", false)]
        );
        assert_eq!(typeset("r_block"), [("r", false), ("block", true)]);
        assert_eq!(
            typeset("K_r = 2, ρ"),
            [("K", false), ("r", true), (" = 2, ρ", false)]
        );
        for plain in [
            "error_block",
            "weights_1.npy",
            "a_0",
            "r_",
            "_r_block",
            "B_ij",
        ] {
            assert_eq!(typeset(plain), [(plain, false)]);
        }
        assert_eq!(
            typeset_formula("ΔW_ij = B_ij A_ij"),
            [
                ("ΔW_ij = B", false),
                ("ij", true),
                (" A", false),
                ("ij", true)
            ]
        );
    }
}
