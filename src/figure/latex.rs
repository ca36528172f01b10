//! Text as LaTeX source.

/// Superscripts and subscripts, and what they stand for.
const SUPERSCRIPTS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const SUBSCRIPTS: &str = "₀₁₂₃₄₅₆₇₈₉";
const PLAIN: &str = "0123456789-";

const EQUALS: &str = " = ";

/// Letters and signs of formulas, and their names.
const SYMBOLS: [(char, &str); 8] = [
    ('‖', "\\|"),
    ('W', "W"),
    ('Ŵ', "\\hat{W}"),
    ('Δ', "\\Delta "),
    ('λ', "\\lambda "),
    ('ρ', "\\rho "),
    ('σ', "\\sigma "),
    ('Σ', "\\Sigma "),
];

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
        match small(c, rest) {
            Some((index, length)) => {
                out += &format!("${index}$");
                rest = &rest[length..];
            }
            None => escape(&mut out, c),
        }
    }
    out
}

/// The formula that the text begins with, and its length.
fn formula(text: &str) -> Option<(String, usize)> {
    let (formula, length) = setting(text).or_else(|| symbols(text))?;
    Some((format!("${formula}$"), length))
}

/// Letters and signs of formulas in a row: `‖ΔW‖²`, `σ₁`.
fn symbols(text: &str) -> Option<(String, usize)> {
    let name = |c: char| SYMBOLS.iter().find(|one| one.0 == c).map(|one| one.1);
    let mut formula = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        if let Some(name) = name(c) {
            formula += name;
            rest = behind;
        } else if let Some((index, length)) = small(c, behind).filter(|_| !formula.is_empty()) {
            formula.truncate(formula.trim_end().len());
            formula += &index;
            rest = &behind[length..];
        } else {
            break;
        }
    }
    let length = text.len() - rest.len();
    // A W alone may be a word, and what goes on is one.
    let is_word = rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (!text[..length].is_ascii() && !is_word).then(|| (formula.trim_end().to_owned(), length))
}

/// A superscript or subscript that begins with this character, and how much of the rest belongs to it.
fn small(c: char, rest: &str) -> Option<(String, usize)> {
    let (sign, alphabet) = [('^', SUPERSCRIPTS), ('_', SUBSCRIPTS)]
        .into_iter()
        .find(|(_, alphabet)| alphabet.contains(c))?;
    let length = rest.find(|c| !alphabet.contains(c)).unwrap_or(rest.len());
    let plain = |c: char| {
        let place = alphabet.chars().position(|one| one == c)?;
        PLAIN.chars().nth(place)
    };
    let all = std::iter::once(c).chain(rest[..length].chars());
    let all: String = all.filter_map(plain).collect();
    Some((format!("{sign}{{{all}}}"), length))
}

/// A variable with an index, or one with a value, which may be another variable's: `K = N = 4`.
fn setting(text: &str) -> Option<(String, usize)> {
    let (mut formula, mut at) = (String::new(), 0);
    loop {
        let (symbol, end) = variable(&text[at..])?;
        formula += &symbol;
        at += end;
        if let Some((value, length)) = value(&text[at..]) {
            return Some((format!("{formula}={value}"), at + length));
        }
        if !text[at..].starts_with(EQUALS) {
            // A single letter may be a word.
            return symbol.contains('_').then_some((formula, at));
        }
        formula.push('=');
        at += EQUALS.len();
    }
}

/// A variable as LaTeX has it, and its length.
fn variable(text: &str) -> Option<(String, usize)> {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != 'λ')
        .unwrap_or(text.len());
    let name = &text[..end];
    let symbol = match name.split_once('_') {
        Some(("r", index @ ("diag" | "block"))) => format!("r_\\mathrm{{{index}}}"),
        None if name.chars().count() == 1 => greek(name).to_owned(),
        _ => return None,
    };
    Some((symbol, end))
}

fn greek(letter: &str) -> &str {
    match letter {
        "λ" => "\\lambda",
        other => other,
    }
}

/// The number behind an equals sign, and the length of both.
fn value(text: &str) -> Option<(String, usize)> {
    let number = text.strip_prefix(EQUALS)?;
    let end = number
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','))
        .unwrap_or(number.len());
    let digits = number[..end].trim_end_matches(['.', ',']);
    (!digits.is_empty()).then(|| (digits.replace(',', "{,}"), EQUALS.len() + digits.len()))
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
        '–' => *out += "--",
        _ => match SYMBOLS.iter().find(|one| one.0 == c && !c.is_ascii()) {
            Some((_, name)) => *out += &format!("${}$", name.trim_end()),
            None => out.push(c),
        },
    }
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
            ("K = N = 4.", "$K=N=4$."),
            ("K = N", "K = N"),
            ("of ‖ΔW‖/‖W₀‖", "of $\\|\\Delta W\\|$/$\\|W_{0}\\|$"),
            ("‖W‖² / σ₁²", "$\\|W\\|^{2}$ / $\\sigma_{1}^{2}$"),
            ("W − Ŵ", "W $-$ $\\hat{W}$"),
            ("ΔWeight", "$\\Delta$Weight"),
            ("a_file r", "a\\_file r"),
            ("28 × 28", "28 $\\times$ 28"),
            ("5.2·10⁻⁴", "5.2$\\cdot$10$^{-4}$"),
            ("50 % & more", "50 \\% \\& more"),
        ] {
            assert_eq!(latex(text), source);
        }
    }
}
