//! Standard input as a file: `-`.

use std::io::{IsTerminal, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Limits, LoadedMatrix, SourceError, file};

const NAME: &str = "standard input";

/// It gives its bytes once.
static READ: AtomicBool = AtomicBool::new(false);

/// Reads all of standard input and the matrix in it; its first bytes tell the kind.
pub(super) fn load(limits: &Limits) -> Result<LoadedMatrix, SourceError> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(SourceError::Unreadable {
            path: NAME.to_owned(),
            reason: "it is a terminal; send a file into it, as in '- < FILE'".to_owned(),
        });
    }
    if READ.swap(true, Ordering::SeqCst) {
        return Err(SourceError::StandardInputTwice);
    }
    from_reader(stdin.lock(), limits)
}

fn from_reader(reader: impl Read, limits: &Limits) -> Result<LoadedMatrix, SourceError> {
    let limit = limits.max_file_bytes;
    let mut bytes = Vec::new();
    reader
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| SourceError::Unreadable {
            path: NAME.to_owned(),
            reason: error.to_string(),
        })?;
    if bytes.len() as u64 > limit {
        return Err(SourceError::TooLarge {
            name: NAME.to_owned(),
            what: format!("more than {limit} bytes"),
            limit: format!("{limit} bytes"),
        });
    }
    file::load_bytes(NAME, &bytes, limits).map_err(|error| match error {
        // No name can be written behind `-`.
        SourceError::WhichArray { problem, names, .. } => SourceError::Unsupported {
            name: NAME.to_owned(),
            what: format!("an archive that {problem}"),
            remedy: format!(
                "save it to a file and choose one as FILE#NAME, with NAME one of {names}"
            ),
        },
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_kind_and_the_limit_holds() {
        let limits = Limits {
            max_file_bytes: 8,
            ..Limits::default()
        };
        let table = from_reader("1,2\n3,4\n".as_bytes(), &limits);
        assert_eq!(table.map(|loaded| loaded.matrix.shape()), Ok((2, 2)));
        let nothing = from_reader("".as_bytes(), &limits).map_err(|error| error.to_string());
        assert!(nothing.is_err_and(|text| text.ends_with(": standard input")));
        let endless = from_reader(std::io::repeat(b'1'), &limits);
        assert!(matches!(endless, Err(SourceError::TooLarge { .. })));
    }
}
