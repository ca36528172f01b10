//! The sides of a matrix, and whether a number of segments or a factor fits them.

use super::error::LayoutError;

/// The side that limits a number of segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Both, so the shorter one.
    Both,
    /// The rows.
    Rows,
    /// The columns.
    Columns,
}

impl Side {
    /// The most segments on a matrix of `rows × cols`.
    pub fn most(self, rows: usize, cols: usize) -> usize {
        match self {
            Self::Both => rows.min(cols),
            Self::Rows => rows,
            Self::Columns => cols,
        }
    }

    /// Its name behind a count.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Both => "rows and columns",
            Self::Rows => "rows",
            Self::Columns => "columns",
        }
    }
}

/// Whether a number of segments, called `name`, is one to `most`.
///
/// # Errors
/// [`LayoutError::Empty`] for a matrix without cells, else [`LayoutError::Segments`].
pub fn check_segments(
    name: &'static str,
    segments: usize,
    most: usize,
    (rows, cols): (usize, usize),
) -> Result<(), LayoutError> {
    if rows == 0 || cols == 0 {
        return Err(LayoutError::Empty { rows, cols });
    }
    match (1..=most).contains(&segments) {
        true => Ok(()),
        false => Err(LayoutError::Segments {
            letter: name,
            segments,
            most,
            rows,
            cols,
        }),
    }
}

/// Whether a factor, called `name`, divides a side.
///
/// # Errors
/// [`LayoutError::Empty`] for a matrix without cells, else [`LayoutError::Divisor`].
pub fn check_divisor(
    name: &'static str,
    factor: usize,
    side: Side,
    (rows, cols): (usize, usize),
) -> Result<(), LayoutError> {
    if rows == 0 || cols == 0 {
        return Err(LayoutError::Empty { rows, cols });
    }
    let length = side.most(rows, cols);
    match factor > 0 && length.is_multiple_of(factor) {
        true => Ok(()),
        false => Err(LayoutError::Divisor {
            name,
            factor,
            length,
            side: side.noun(),
            rows,
            cols,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_that_does_not_divide_hears_which_do() {
        let error = check_divisor("left_rows", 3, Side::Rows, (28, 36)).expect_err("3 ∤ 28");
        assert_eq!(
            error.to_string(),
            "left_rows = 3 does not divide the 28 rows of a 28 × 36 matrix, choose 1, 2, 4, 7, 14 or 28"
        );
        assert!(check_divisor("left_cols", 0, Side::Columns, (28, 36)).is_err());
        assert!(check_divisor("left_cols", 9, Side::Columns, (28, 36)).is_ok());
    }
}
