//! The description of a source, and its text form: the command line's SOURCE.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::builtin::IMAGE_SIDE;
use super::file_name::{ending, whole_path, without_folders};
use super::format::may_hold_arrays;
use super::typed::{file_url, typed_path};
use super::weights::is_index;
use super::{NamedMatrix, SourceError, Split, SyntheticSettings};

/// The notation of standard input, as in other programs.
const STANDARD_INPUT: &str = "-";

impl FromStr for Split {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        match text {
            "train" => Ok(Self::Train),
            "test" => Ok(Self::Test),
            _ => Err(SourceError::syntax(text, "a split is 'train' or 'test'")),
        }
    }
}

/// A data set of digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dataset {
    /// MNIST, inside the program.
    #[default]
    BuiltIn,
    /// A folder with files in MNIST (IDX) format, plain or packed; where it holds several data sets,
    /// the path ends with the name of one, as in `folder/emnist-letters`.
    Folder(PathBuf),
}

impl Dataset {
    /// This data set as a figure may name it: its folder by its own name.
    #[must_use]
    pub fn without_folders(&self) -> Self {
        match self {
            Self::BuiltIn => Self::BuiltIn,
            Self::Folder(path) => Self::Folder(without_folders(&path.to_string_lossy()).into()),
        }
    }
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("mnist"),
            Self::Folder(path) => write_path(f, path),
        }
    }
}

/// The source of a matrix.
///
/// [`FromStr`] reads, and `Display` writes, what the command line calls SOURCE: `mnist:test:1`,
/// `FOLDER#test:1`, `synthetic:KIND` or `synthetic:KIND:rows=64,seed=3`, a path, `FILE.npz#NAME`;
/// a path may be a `file:///` URL. `-` is standard input, `./-` the file of that name.
/// A difference is written *A minus B* and not read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// One image of a data set, counted from 0.
    Digit {
        /// The data set.
        dataset: Dataset,
        /// The half of it.
        split: Split,
        /// The index of the image, counted from 0.
        index: usize,
    },
    /// A matrix made from a seed.
    Synthetic(SyntheticSettings),
    /// A picture, table or array.
    File {
        /// The file.
        path: PathBuf,
        /// The array of an archive; without it the only matrix there is.
        array: Option<String>,
    },
    /// Standard input, which can be read once.
    StandardInput,
    /// The first minus the second; both have one shape.
    Difference(Box<Source>, Box<Source>),
    /// A matrix that is in memory already.
    Values(#[serde(with = "shared")] Arc<NamedMatrix>),
}

impl Default for Source {
    /// Table I's digit: the first "2" of the test images.
    fn default() -> Self {
        Self::Digit {
            dataset: Dataset::BuiltIn,
            split: Split::Test,
            index: 1,
        }
    }
}

impl Source {
    /// The whole file at `path`, whatever characters the path has.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        let mut path = path.into();
        if path == Path::new(STANDARD_INPUT) {
            path = Path::new(".").join(path);
        }
        Self::File { path, array: None }
    }

    /// Whether it is an array that a file names, as weights are: data sets of images say nothing of it.
    pub fn is_named_array(&self) -> bool {
        match self {
            Self::File { array, .. } => array.is_some(),
            Self::Difference(whole, _) => whole.is_named_array(),
            _ => false,
        }
    }

    /// Rows and columns of its matrix, where they are known before anything is read.
    pub fn shape(&self) -> Option<(usize, usize)> {
        match self {
            Self::Digit {
                dataset: Dataset::BuiltIn,
                ..
            } => Some((IMAGE_SIDE, IMAGE_SIDE)),
            Self::Synthetic(made) => Some((made.rows, made.cols)),
            Self::Values(named) => Some(named.matrix().shape()),
            Self::Difference(whole, _) => whole.shape(),
            Self::Digit { .. } | Self::File { .. } | Self::StandardInput => None,
        }
    }

    /// Whether standard input is read for it, and how often.
    pub(super) fn reads_of_standard_input(&self) -> usize {
        match self {
            Self::StandardInput => 1,
            Self::Difference(whole, part) => {
                whole.reads_of_standard_input() + part.reads_of_standard_input()
            }
            _ => 0,
        }
    }

    /// The source that a person typed or pasted: SOURCE as on the command line, in quotes or with
    /// `~` for `home` too.
    ///
    /// # Errors
    /// As [`FromStr`].
    pub fn typed(text: &str, home: Option<&Path>) -> Result<Self, SourceError> {
        let path = typed_path(text, home);
        match path.to_str() {
            Some(text) => text.parse(),
            None => Ok(Self::from_path(path)),
        }
    }

    /// This source with the array of `other` where it names a file of arrays and none in it: a base
    /// has the names of what was tuned from it.
    pub(super) fn with_array_of(&self, other: &Self) -> Self {
        match (self, other) {
            (
                Self::File { path, array: None },
                Self::File {
                    array: Some(array), ..
                },
            ) if path.is_dir() || may_hold_arrays(&ending(path)) || is_index(path) => Self::File {
                path: path.clone(),
                array: Some(array.clone()),
            },
            _ => self.clone(),
        }
    }

    /// Changes the path of every file and folder that is read for it.
    pub fn change_paths(&mut self, change: &dyn Fn(PathBuf) -> PathBuf) {
        match self {
            Self::File { path, .. }
            | Self::Digit {
                dataset: Dataset::Folder(path),
                ..
            } => *path = change(std::mem::take(path)),
            Self::Difference(whole, part) => {
                whole.change_paths(change);
                part.change_paths(change);
            }
            Self::Digit { .. } | Self::Synthetic(_) | Self::StandardInput | Self::Values(_) => {}
        }
    }

    /// This source with whole paths: what a window remembers is opened again from anywhere.
    #[must_use]
    pub fn absolute(mut self) -> Self {
        self.change_paths(&|path| whole_path(&path));
        self
    }

    /// This source as a figure may name it: every file and folder by its own name.
    #[must_use]
    pub fn without_folders(mut self) -> Self {
        self.change_paths(&|path| without_folders(&path.to_string_lossy()).into());
        self
    }

    /// This source minus `part`.
    #[must_use]
    pub fn minus(self, part: Self) -> Self {
        Self::Difference(Box::new(self), Box::new(part))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digit {
                dataset: Dataset::BuiltIn,
                split,
                index,
            } => write!(f, "mnist:{split}:{index}"),
            Self::Digit {
                dataset: Dataset::Folder(folder),
                split,
                index,
            } => {
                write_path(f, folder)?;
                write!(f, "#{split}:{index}")
            }
            Self::Synthetic(settings) => write!(f, "synthetic:{settings}"),
            Self::File { path, array } => {
                write_path(f, path)?;
                array.as_ref().map_or(Ok(()), |name| write!(f, "#{name}"))
            }
            Self::StandardInput => f.write_str(STANDARD_INPUT),
            Self::Difference(whole, part) => write!(f, "{whole} minus {part}"),
            Self::Values(named) => f.write_str(named.name()),
        }
    }
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        if text.is_empty() {
            return Err(SourceError::syntax(
                text,
                "write mnist:test:1, synthetic:KIND or a file's path",
            ));
        }
        if text == STANDARD_INPUT {
            return Ok(Self::StandardInput);
        }
        if let Some(rest) = text.strip_prefix("mnist:") {
            let (split, index) = parse_image(rest).ok_or_else(|| {
                SourceError::syntax(text, "a digit is written mnist:test:1 or mnist:train:42")
            })?;
            return Ok(Self::Digit {
                dataset: Dataset::BuiltIn,
                split,
                index,
            });
        }
        if let Some(rest) = text.strip_prefix("synthetic:") {
            return Ok(Self::Synthetic(rest.parse()?));
        }
        if let Some(path) = file_url(text) {
            return Ok(match path.to_str() {
                Some(path) => parse_path(path),
                None => Self::from_path(path),
            });
        }
        Ok(parse_path(text))
    }
}

/// A path, with `#test:1` for an image of a folder or `#NAME` for an array of an archive or a folder of
/// weights, which may be called `test:1` too. It ends at the first `#` that leaves an existing path
/// before it, or one with the ending of an archive.
///
/// A `#` anywhere else belongs to the path.
fn parse_path(text: &str) -> Source {
    let is_archive = |path: &str| {
        let path = Path::new(path);
        may_hold_arrays(&ending(path)) || is_index(path)
    };
    let there = |path: &str| !path.is_empty() && Path::new(path).exists();
    let whole = there(text);
    if let Some((folder, image)) = text.rsplit_once('#')
        && let Some((split, index)) = parse_image(image)
        && !folder.is_empty()
        && !is_archive(folder)
    {
        return Source::Digit {
            dataset: Dataset::Folder(folder.into()),
            split,
            index,
        };
    }
    for (at, _) in text.match_indices('#') {
        let (path, name) = (&text[..at], &text[at + 1..]);
        if (is_archive(path) || (!whole && there(path))) && !name.is_empty() {
            return Source::File {
                path: path.into(),
                array: Some(name.to_owned()),
            };
        }
    }
    Source::from_path(text)
}

/// `test:1`
fn parse_image(text: &str) -> Option<(Split, usize)> {
    let (split, index) = text.split_once(':')?;
    let digits_only = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    let index = digits_only.then(|| index.parse().ok())??;
    Some((split.parse().ok()?, index))
}

/// A path whose text would be taken for something else gets `./` in front.
fn write_path(f: &mut fmt::Formatter<'_>, path: &Path) -> fmt::Result {
    let text = path.to_string_lossy();
    let taken = ["mnist:", "synthetic:"]
        .iter()
        .any(|word| text.starts_with(word));
    if taken || text == STANDARD_INPUT || file_url(&text).is_some() {
        f.write_str("./")?;
    }
    f.write_str(&text)
}

/// Serde for a shared matrix: its value.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::NamedMatrix;

    pub(super) fn serialize<S: Serializer>(
        named: &Arc<NamedMatrix>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        named.as_ref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<NamedMatrix>, D::Error> {
        NamedMatrix::deserialize(deserializer).map(Arc::new)
    }
}
