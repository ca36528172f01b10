//! Text as LaTeX source.

/// Superscripts that stand for a power of ten.
const SUPERSCRIPTS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";

/// Text as LaTeX source: what TeX reads as a command escaped, mathematics in mathematics mode, so that
/// `r_diag = 4` becomes `$r_\mathrm{diag}=4$`.
pub fn latex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Whether a word may begin here.
    let mut free = true;
    while let Some(c) = rest.chars().next() {
        if free && let Some((formula, length)) = formula(rest) {
            out += &formula;
            rest = &rest[length..];
            free = false;
            continue;
        }
        free = !c.is_alphanumeric() && c != '_';
        rest = &rest[c.len_utf8()..];
        if SUPERSCRIPTS.contains(c) {
            let end = rest
                .find(|c| !SUPERSCRIPTS.contains(c))
                .unwrap_or(rest.len());
            let power: String = std::iter::once(c)
                .chain(rest[..end].chars())
                .map(plain_digit)
                .collect();
            out += &format!("$^{{{power}}}$");
            rest = &rest[end..];
        } else {
            escape(&mut out, c);
        }
    }
    out
}

/// The formula that the text begins with, and its length: a variable with an index, or one with a
/// value.
fn formula(text: &str) -> Option<(String, usize)> {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != 'λ')
        .unwrap_or(text.len());
    let name = &text[..end];
    let symbol = match name.split_once('_') {
        Some(("r", index @ ("diag" | "block"))) => format!("r_\\mathrm{{{index}}}"),
        None if name.chars().count() == 1 => greek(name).to_owned(),
        _ => return None,
    };
    match value(&text[end..]) {
        Some((value, length)) => Some((format!("${symbol}={value}$"), end + length)),
        // A single letter may be a word.
        None => name.contains('_').then(|| (format!("${symbol}$"), end)),
    }
}

fn greek(letter: &str) -> &str {
    match letter {
        "λ" => "\\lambda",
        other => other,
    }
}

/// The number behind an equals sign, and the length of both.
fn value(text: &str) -> Option<(String, usize)> {
    let number = text.strip_prefix(" = ")?;
    let end = number
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','))
        .unwrap_or(number.len());
    let digits = number[..end].trim_end_matches(['.', ',']);
    (!digits.is_empty()).then(|| (digits.replace(',', "{,}"), " = ".len() + digits.len()))
}

fn escape(out: &mut String, c: char) {
    match c {
        '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', c]),
        '\\' => *out += "\\textbackslash{}",
        '~' => *out += "\\textasciitilde{}",
        '^' => *out += "\\textasciicircum{}",
        '−' => *out += "$-$",
        '·' => *out += "$\\cdot$",
        '±' => *out += "$\\pm$",
        '×' => *out += "$\\times$",
        '≤' => *out += "$\\leq$",
        '‖' => *out += "$\\|$",
        'Ŵ' => *out += "$\\hat{W}$",
        'Δ' => *out += "$\\Delta$",
        'λ' => *out += "$\\lambda$",
        'σ' => *out += "$\\sigma$",
        'Σ' => *out += "$\\Sigma$",
        '–' => *out += "--",
        _ => out.push(c),
    }
}

fn plain_digit(superscript: char) -> char {
    "⁰¹²³⁴⁵⁶⁷⁸⁹"
        .chars()
        .position(|c| c == superscript)
        .and_then(|digit| char::from_digit(digit as u32, 10))
        .unwrap_or('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_formulas() {
        for (text, source) in [
            ("r = 4", "$r=4$"),
            ("N = 4, r_diag = 4", "$N=4$, $r_\\mathrm{diag}=4$"),
            ("K = 4, budget 1,024", "$K=4$, budget 1,024"),
            ("r = 1,024.", "$r=1{,}024$."),
            ("the rank r_block", "the rank $r_\\mathrm{block}$"),
            ("λ = 0.5", "$\\lambda=0.5$"),
            ("a_file r", "a\\_file r"),
            ("28 × 28", "28 $\\times$ 28"),
            ("5.2·10⁻⁴", "5.2$\\cdot$10$^{-4}$"),
            ("50 % & more", "50 \\% \\& more"),
        ] {
            assert_eq!(latex(text), source);
        }
    }
}
