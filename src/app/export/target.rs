//! From what is typed into the dialog to the file that will be written.

use std::path::{Path, PathBuf};

use super::choice::Content;
use crate::source::typed_path;
use crate::views::{NO_ARRAY, View};

/// The file to write and what it will hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportTarget {
    /// Its path, with the ending of its content.
    pub path: PathBuf,
    /// The content that the ending asks for.
    pub content: Content,
}

/// The folders that a typed path is relative to.
pub struct Places<'a> {
    /// The user's own folder, for `~`.
    pub home: Option<&'a Path>,
    /// The folder of the last export, for a bare name.
    pub folder: &'a Path,
}

impl ExportTarget {
    /// Reads a typed path. An ending that names a content decides; any other name gets the ending
    /// of the content that is `chosen`.
    ///
    /// # Errors
    /// One sentence when no file is named, or when there is no such file of this kind.
    pub fn read(
        typed: &str,
        chosen: Content,
        view: &View,
        places: &Places<'_>,
    ) -> Result<Self, String> {
        let path = PathBuf::from(typed_path(typed, places.home));
        if path.as_os_str().is_empty() {
            return Err("no file is named; type a name".to_owned());
        }
        let path = places.folder.join(path);
        let folder = typed.trim_end().ends_with(std::path::is_separator) || path.is_dir();
        let name = path.file_name().map(|name| name.to_string_lossy());
        let name = match name {
            Some(name) if !folder => name.into_owned(),
            _ => {
                return Err(format!(
                    "this is a folder; type a file name behind it: {}",
                    path.display()
                ));
            }
        };
        let only_ending = |(_, ending): &(Content, &str)| {
            name.strip_prefix('.')
                .is_some_and(|rest| rest.eq_ignore_ascii_case(ending))
        };
        if Content::ALL.iter().any(only_ending) {
            return Err(format!("only an ending is typed; put a name before {name}"));
        }
        match Content::of(&path) {
            Some(content) if content.fits(view) => Ok(Self { path, content }),
            Some(_) => Err(NO_ARRAY.to_owned()),
            None => {
                let mut whole = path.into_os_string();
                if !name.ends_with('.') {
                    whole.push(".");
                }
                whole.push(chosen.extension());
                Ok(Self {
                    path: whole.into(),
                    content: chosen,
                })
            }
        }
    }

    /// The name without its ending, to be offered again.
    pub fn stem(path: &Path) -> Option<String> {
        let stem = path.file_stem()?;
        Some(stem.to_string_lossy().into_owned())
    }
}

/// A path with another content's ending in place of its own.
pub fn with_ending(path: &str, content: Content) -> String {
    let known = |ending: &str| {
        let mut all = Content::ALL.iter();
        all.any(|(_, known)| known.eq_ignore_ascii_case(ending))
    };
    // Only an ending of ours goes; `1.5` in a name is none.
    let stem = match path.rsplit_once('.') {
        Some((stem, ending)) if known(ending) => stem,
        _ => path.trim_end_matches('.'),
    };
    format!("{stem}.{}", content.extension())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Format;
    use crate::views::approximation;

    const PDF: Content = Content::Figure(Format::Pdf);

    fn read(typed: &str) -> Result<(String, Content), String> {
        let places = Places {
            home: Some(Path::new("/home/ann")),
            folder: Path::new("/last"),
        };
        let target = ExportTarget::read(typed, PDF, &approximation::VIEW, &places)?;
        Ok((target.path.display().to_string(), target.content))
    }

    #[test]
    fn a_removed_or_unknown_ending_is_put_back() {
        for (typed, path) in [
            ("fig", "/last/fig.pdf"),
            ("fig.", "/last/fig.pdf"),
            ("fig.txt", "/last/fig.txt.pdf"),
            ("/tmp/v1.5", "/tmp/v1.5.pdf"),
            ("~/fig", "/home/ann/fig.pdf"),
            ("\"/tmp/a b.pdf\"", "/tmp/a b.pdf"),
            ("file:///tmp/a%20b.PDF", "/tmp/a b.PDF"),
            ("sub/fig", "/last/sub/fig.pdf"),
            (".hidden", "/last/.hidden.pdf"),
        ] {
            assert_eq!(read(typed), Ok((path.to_owned(), PDF)), "{typed}");
        }
    }

    #[test]
    fn a_typed_ending_says_more_than_a_button() {
        let svg = Content::Figure(Format::Svg);
        assert_eq!(read("fig.svg"), Ok(("/last/fig.svg".to_owned(), svg)));
        assert_eq!(
            read("fig.csv"),
            Ok(("/last/fig.csv".to_owned(), Content::Csv))
        );
        assert!(read("fig.npy").is_err_and(|why| why.contains("ΔW")));
    }

    #[test]
    fn no_name_a_folder_and_a_bare_ending_are_refused_with_a_sentence() {
        for (typed, word) in [
            ("", "no file is named"),
            ("   ", "no file is named"),
            ("/", "folder"),
            ("/no/such/folder/", "folder"),
            ("..", "folder"),
            ("/tmp/.pdf", "put a name before .pdf"),
        ] {
            let said = read(typed);
            assert!(
                said.as_ref().is_err_and(|why| why.contains(word)),
                "{said:?}"
            );
        }
    }

    #[test]
    fn another_format_takes_the_endings_place() {
        for (typed, shown) in [
            ("/tmp/fig.png", "/tmp/fig.pdf"),
            ("/tmp/fig", "/tmp/fig.pdf"),
            ("/tmp/fig.txt", "/tmp/fig.txt.pdf"),
            ("v1.5", "v1.5.pdf"),
        ] {
            assert_eq!(with_ending(typed, PDF), shown);
        }
    }
}
