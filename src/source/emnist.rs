//! Facts that EMNIST's files do not state: its pictures lie on their side, its classes are letters.

/// The meaning of a data set's labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Digits, or nothing that is known.
    Digits,
    /// 1 to 26: a letter in either case.
    Letters,
    /// 0 to 9, A to Z, a to z.
    ByClass,
    /// As by class, where the small letters that look like their capitals are one with them.
    Merged,
}

/// The small letters that *balanced* and *bymerge* keep apart from their capitals: 36 and on.
const KEPT_APART: &[u8] = b"abdefghnqrt";

impl Alphabet {
    /// The alphabet of the data set whose files begin with `family`.
    pub fn of(family: &str) -> Self {
        match part_of_emnist(family).as_deref() {
            Some("letters") => Self::Letters,
            Some("byclass") => Self::ByClass,
            Some("balanced" | "bymerge") => Self::Merged,
            _ => Self::Digits,
        }
    }

    /// The letter that a label stands for; none for a digit.
    pub fn letter(self, label: u8) -> Option<char> {
        let after = |first: u8, letters: std::ops::RangeInclusive<u8>| {
            let letter = letters.start().checked_add(label.checked_sub(first)?)?;
            letters.contains(&letter).then_some(letter)
        };
        let letter = match self {
            Self::Digits => None,
            Self::Letters => after(1, b'a'..=b'z'),
            Self::ByClass => after(10, b'A'..=b'Z').or_else(|| after(36, b'a'..=b'z')),
            Self::Merged => after(10, b'A'..=b'Z').or_else(|| {
                let place = usize::from(label.checked_sub(36)?);
                KEPT_APART.get(place).copied()
            }),
        };
        letter.map(char::from)
    }
}

/// Whether the pictures of these files are stored column by column.
pub(super) fn is_transposed(family: &str) -> bool {
    part_of_emnist(family).is_some()
}

/// `letters` of `emnist-letters`.
fn part_of_emnist(family: &str) -> Option<String> {
    let family = family.to_ascii_lowercase();
    let part = family.strip_prefix("emnist")?;
    Some(part.trim_start_matches(['-', '_', '.']).to_owned())
}

/// Turns pictures of `rows` × `cols` as they are stored; their sides then change places.
pub(super) fn turn<T: Copy>(values: &mut [T], rows: usize, cols: usize) {
    let mut stored = Vec::with_capacity(rows * cols);
    for picture in values.chunks_exact_mut((rows * cols).max(1)) {
        stored.clear();
        stored.extend_from_slice(picture);
        for (at, value) in picture.iter_mut().enumerate() {
            *value = stored[(at % rows) * cols + at / rows];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_the_letters_of_emnists_mapping_files() {
        let letters = |family: &str, labels: &[u8]| -> String {
            let alphabet = Alphabet::of(family);
            labels
                .iter()
                .map(|label| alphabet.letter(*label).unwrap_or('-'))
                .collect()
        };
        assert_eq!(letters("emnist-letters", &[0, 1, 5, 26, 27]), "-aez-");
        assert_eq!(
            letters("EMNIST.byclass", &[9, 10, 35, 36, 61, 62]),
            "-AZaz-"
        );
        let merged: Vec<u8> = (34..48).collect();
        assert_eq!(letters("emnist-balanced", &merged), "YZabdefghnqrt-");
        assert_eq!(letters("emnist-bymerge", &[9, 10, 255]), "-A-");
        assert_eq!(letters("emnist-digits", &[1, 10]), "--");
        assert_eq!(letters("", &[1, 10]), "--");
        assert!(is_transposed("emnist-mnist") && !is_transposed("qmnist"));
    }

    #[test]
    fn pictures_that_lie_on_their_side_are_turned_upright() {
        // Two pictures of 2 × 3 as stored, 3 × 2 as they are seen.
        let mut values = [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60];
        turn(&mut values, 2, 3);
        assert_eq!(values, [1, 4, 2, 5, 3, 6, 10, 40, 20, 50, 30, 60]);
    }
}
