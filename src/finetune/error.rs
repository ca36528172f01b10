//! Errors of a fine-tuning and of results files.

use thiserror::Error;

/// Why a fine-tuning cannot begin, or a results file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FinetuneError {
    /// Pixels and labels do not belong together.
    #[error(
        "the {split} images hold {pixels} pixels, but {labels} labels of {rows} × {cols} pixels \
         need {}; check that images and labels are of the same data set",
        labels * rows * cols
    )]
    Pixels {
        /// *training* or *test*.
        split: &'static str,
        /// Pixels that there are.
        pixels: usize,
        /// Labels that there are.
        labels: usize,
        /// Rows of an image.
        rows: usize,
        /// Columns of an image.
        cols: usize,
    },
    /// A class has no example.
    #[error(
        "the {split} images show no digit {digit}; fine-tuning needs examples of all ten in both \
         halves of the data set"
    )]
    NoExamples {
        /// *training* or *test*.
        split: &'static str,
        /// The digit.
        digit: u8,
    },
    /// A setting that cannot be trained with.
    #[error("{name} is {value}; choose {allowed}")]
    Setting {
        /// The name of the setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// The values that it may have.
        allowed: &'static str,
    },
    /// No configuration is left.
    #[error(
        "nothing to train: every rank is too large for its part; choose smaller ranks or fewer segments"
    )]
    NothingToTrain,
    /// A results file that is not of this program's form.
    #[error("not a results file of this program ({reason}); choose another file")]
    Damaged {
        /// The first thing that is wrong.
        reason: String,
    },
    /// A results file in a form that came after this version.
    #[error(
        "the results were saved by a newer version of this program (format {theirs}; this version reads \
         up to {ours}); update the program or choose another file"
    )]
    NewerFormat {
        /// The form of the file.
        theirs: u64,
        /// The newest that is read.
        ours: u32,
    },
    /// Results of another version, whose numbers must not be mixed with ours.
    #[error(
        "the results were made by version {theirs} of this program, and the runs of version {ours} may \
         differ; start over in another file"
    )]
    OtherVersion {
        /// The version that made them.
        theirs: String,
        /// This one.
        ours: &'static str,
    },
    /// A results file that holds another sweep.
    #[error(
        "the results were made with other {what}{values}; choose another file, or continue with their \
         settings"
    )]
    OtherSweep {
        /// *data*, *settings* …
        what: &'static str,
        /// In brackets what the file has and what is asked for, where that is short.
        values: String,
    },
}
