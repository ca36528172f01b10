//! Names that lose their middle where there is no room: their number and their end tell them apart.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The characters of a name in a sentence or a table, which a hostile file makes thousands long.
const MOST: usize = 120;

/// A text of so many characters at most as people read it.
pub fn middle(text: &str) -> String {
    shortened(text, &|text| text.chars().nth(MOST).is_none())
}

/// The characters of a word in a message: paths that are met in practice and their commands stand whole.
const WORD: usize = 500;

/// The characters of a message.
const MESSAGE: usize = 4000;

/// A message in which no path, link or name that it tells fills pages.
pub fn message(text: &str) -> String {
    let long = |text: &str, most: usize| text.chars().nth(most).is_some();
    let words = text.split(' ').map(|word| match long(word, WORD) {
        true => Cow::Owned(cut("", word, &|one| !long(one, WORD))),
        false => Cow::Borrowed(word),
    });
    let text = words.collect::<Vec<_>>().join(" ");
    match long(&text, MESSAGE) {
        true => cut("", &text, &|one| !long(one, MESSAGE)),
        false => text,
    }
}

/// As much of `text` as fits, with … in the middle.
pub fn shortened(text: &str, fits: &dyn Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    // Layers and digits differ in their number first: what stands before it goes first, then what is behind it.
    if let Some(number) = numbered(text).filter(|number| number.start > 0) {
        let from = format!("…{}", &text[number.start..]);
        if fits(&from) {
            return from;
        }
        let short = cut(
            &format!("…{}", &text[number.clone()]),
            &text[number.end..],
            fits,
        );
        if fits(&short) {
            return short;
        }
    }
    cut("", text, fits)
}

/// The names of a list, each as in [`shortened`]; those that would read alike keep what tells them apart, and where
/// that has no room, all of them keep their numbers and so many letters of each word as fit.
pub fn all_shortened(names: &[String], fits: &dyn Fn(&str) -> bool) -> Vec<String> {
    let short = each_shortened(names, fits);
    if differ(names, &short) {
        return short;
    }
    let abbreviations = (1..=LETTERS).rev().map(|letters| -> Vec<String> {
        let one = |name: &String| match fits(name) {
            true => name.clone(),
            false => abbreviated(name, letters),
        };
        names.iter().map(one).collect()
    });
    let mut abbreviations =
        abbreviations.filter(|all| all.iter().all(|one| fits(one)) && differ(names, all));
    abbreviations.next().unwrap_or(short)
}

/// The letters that a word keeps at most when it is abbreviated.
const LETTERS: usize = 8;

/// Whether names that differ are `shown` differently.
fn differ(names: &[String], shown: &[String]) -> bool {
    let mut known: BTreeMap<&String, &String> = BTreeMap::new();
    let mut pairs = shown.iter().zip(names);
    pairs.all(|(one, name)| *known.entry(one).or_insert(name) == name)
}

/// A name with the first letters of each word.
fn abbreviated(name: &str, letters: usize) -> String {
    let mut run = 0;
    let kept = name.chars().filter(|c| {
        run = if c.is_alphabetic() { run + 1 } else { 0 };
        run <= letters
    });
    kept.collect()
}

fn each_shortened(names: &[String], fits: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut short: Vec<String> = names.iter().map(|name| shortened(name, fits)).collect();
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in short.iter().enumerate() {
        alike.entry(one.clone()).or_default().push(at);
    }
    for group in alike.into_values() {
        let same: BTreeSet<&String> = group.iter().map(|&at| &names[at]).collect();
        if same.len() > 1 {
            let of_group: Vec<&String> = group.iter().map(|&at| &names[at]).collect();
            for (at, one) in group.iter().zip(told_apart(&of_group, fits)) {
                short[*at] = one;
            }
        }
    }
    short
}

/// The characters of a number at the end of a name.
const NUMBER: usize = 6;

/// Names with what is not the same in all, and as much of what all end in as fits.
fn told_apart(names: &[&String], fits: &dyn Fn(&str) -> bool) -> Vec<String> {
    let names: Vec<Vec<char>> = names.iter().map(|name| name.chars().collect()).collect();
    let least = names.iter().map(Vec::len).min().unwrap_or_default();
    let same = |at: &usize| names.iter().all(|name| name[*at] == names[0][*at]);
    let before = (0..least).find(|at| !same(at)).unwrap_or(least);
    let same_end = |&back: &usize| {
        let last = |name: &Vec<char>| name[name.len() - 1 - back];
        names.iter().all(|name| last(name) == last(&names[0]))
    };
    let behind = (0..least - before).find(|back| !same_end(back));
    let behind = behind.unwrap_or(least - before);
    let with_end = |name: &Vec<char>, count: usize| -> String {
        let core = &name[before..name.len() - behind];
        let start = if before > 0 { "…" } else { "" };
        let gap = if count < behind { "…" } else { "" };
        let end = &name[name.len() - count..];
        format!(
            "{start}{}{gap}{}",
            String::from_iter(core),
            String::from_iter(end)
        )
    };
    // Half a number would be another one.
    let last = names[0].iter().rev().take_while(|c| **c != '.').count();
    let least = behind.min(if last <= NUMBER { last } else { 1 });
    let shown = |name: &Vec<char>| {
        let mut all = (least..=behind).rev().map(|count| with_end(name, count));
        let longest = all.find(|one| fits(one));
        longest.unwrap_or_else(|| {
            let first = name[before..name.len() - behind].iter().take(1);
            let end = &name[name.len() - least..];
            first.chain(&['…']).chain(end).collect()
        })
    };
    names.iter().map(shown).collect()
}

/// The place of the first part between dots and spaces that holds a digit.
fn numbered(text: &str) -> Option<Range<usize>> {
    let mut end = 0;
    text.split_inclusive(['.', ' ']).find_map(|part| {
        let start = end;
        end += part.len();
        let digit = part.bytes().any(|byte| byte.is_ascii_digit());
        digit.then(|| start..start + part.trim_end_matches(['.', ' ']).len())
    })
}

/// `before`, then as much of the ends of `text` as fits.
fn cut(before: &str, text: &str, fits: &dyn Fn(&str) -> bool) -> String {
    let all: Vec<char> = text.chars().collect();
    let kept = |count: usize| -> String {
        // The end of a layer's name says more than its beginning.
        let first = match before {
            "" => count / 3,
            _ => 0,
        };
        let end = all.len() - (count - first);
        let begin = before.chars().chain(all[..first].iter().copied());
        begin
            .chain(['…'])
            .chain(all[end..].iter().copied())
            .collect()
    };
    let (mut least, mut most) = (1, all.len().max(1));
    while most - least > 1 {
        let count = usize::midpoint(least, most);
        match fits(&kept(count)) {
            true => least = count,
            false => most = count,
        }
    }
    kept(least.min(all.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_several_numbers_keep_all_of_them() {
        let name = |stack: &str, block: usize, at: usize| {
            format!("{stack}_blocks_{block}_attentions_{at}_transformer_blocks_0")
        };
        let names: Vec<String> = ["down", "up"]
            .into_iter()
            .flat_map(|stack| {
                (0..2).flat_map(move |block| (0..2).map(move |at| name(stack, block, at)))
            })
            .chain(["other layers".to_owned()])
            .collect();
        let short = |most: usize| all_shortened(&names, &|one| one.chars().count() <= most);
        assert_eq!(short(24)[1], "do_bl_0_at_1_tr_bl_0");
        assert_eq!(short(24)[6], "up_bl_1_at_0_tr_bl_0");
        assert_eq!(short(24)[8], "other layers");
        for most in [16, 20, 24, 30, 40, 60] {
            let all = short(most);
            assert!(differ(&names, &all), "{most}: {all:?}");
            assert!(all.iter().all(|one| one.chars().count() <= most), "{all:?}");
        }
    }

    #[test]
    fn both_ends_of_a_name_stay() {
        let short = |text: &str, most: usize| shortened(text, &|one| one.chars().count() <= most);
        assert_eq!(short("a.b", 3), "a.b");
        let name = "model.encoder.self_attn.q_proj.weight";
        assert_eq!(short(name, 25), "model.en…tn.q_proj.weight");
        assert_eq!(short(name, 0), "…t");
        assert_eq!(short("", 0), "");
        assert_eq!(short("äöü", 2), "…ü");
    }

    #[test]
    fn only_a_text_that_nobody_reads_is_shortened() {
        let usual = "base_model.model.model.layers.11.self_attn.q_proj.lora_A.default.weight";
        assert_eq!(middle(usual), usual);
        assert_eq!(middle(&"ä".repeat(MOST)), "ä".repeat(MOST));
        let short = middle(&format!("h.0.{}.weight", "x".repeat(3000)));
        assert_eq!(short.chars().count(), MOST);
        assert!(
            short.starts_with("…0…x") && short.ends_with("x.weight"),
            "{short}"
        );
    }

    #[test]
    fn a_message_keeps_its_words_and_loses_the_middle_of_a_path_that_fills_pages() {
        let usual = format!("file not found; check the folder: {}", "d/".repeat(200));
        assert_eq!(message(&usual), usual);
        let path = format!("/first/{}/last.npy", "ä".repeat(100_000));
        let told = message(&format!("file not found; check the folder: {path}"));
        assert!(
            told.starts_with("file not found; check the folder: /first/ä"),
            "{told}"
        );
        assert!(
            told.ends_with("ä/last.npy") && told.contains("ä…ä"),
            "{told}"
        );
        assert!(told.chars().count() < 600, "{told}");
        let told = message(&format!("not found: {}", "d ".repeat(50_000)));
        assert_eq!(told.chars().count(), MESSAGE);
        assert!(told.starts_with("not found: d d"), "{told}");
    }

    #[test]
    fn the_number_of_a_layer_stays() {
        let short = |text: &str, most: usize| shortened(text, &|one| one.chars().count() <= most);
        let name = "model.layers.11.self_attn.q_proj.weight";
        assert_eq!(short(name, 39), name);
        assert_eq!(short(name, 30), "…11.self_attn.q_proj.weight");
        assert_eq!(short(name, 20), "…11…tn.q_proj.weight");
        assert_eq!(short(name, 5), "…11…t");
        assert_eq!(short(name, 3), "…ht");
        assert_eq!(short("layer1.0.conv1.weight", 15), "laye…nv1.weight");
        assert_eq!(short("ä.ö7.ü.x", 7), "…ö7.ü.x");
        assert_eq!(short("MNIST test 38 (label 3)", 13), "…38 (label 3)");
    }
}
