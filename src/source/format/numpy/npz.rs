//! NumPy's `.npz` archives: arrays by their names.

use std::io::{Read, Seek};

use super::archive::{Archive, Member, begins_as_zip};
use super::element::ArrayElement;
use super::header;
use super::values::{info, read_values};
use crate::source::error::printable;
use crate::source::format::input::{FileStart, Input};
use crate::source::format::kind::{FileFormat, FormatContent, FormatFamily, Sign};
use crate::source::{Arrays, LoadedMatrix, OtherKind, OtherMember, SourceError};

/// Arrays of an archive that are looked at to find the only matrix.
const LOOKED_AT: usize = 1000;

/// An archive that `numpy.savez` wrote.
pub struct Npz;

impl FileFormat for Npz {
    fn name(&self) -> &'static str {
        "NPZ"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["npz"]
    }

    fn family(&self) -> FormatFamily {
        FormatFamily::Array
    }

    fn holds(&self) -> FormatContent {
        FormatContent::Arrays
    }

    fn recognizes(&self, start: &FileStart<'_>) -> Sign {
        Sign::likely(begins_as_zip(start.bytes))
    }

    fn read(&self, input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError> {
        let (name, wanted, limits) = (input.name, input.wanted, input.limits);
        let mut archive = Archive::open(name, &mut input.reader)?;
        let member = match wanted {
            Some(wanted) => named(&mut archive, wanted)?,
            None => only_matrix(name, &mut archive)?,
        };
        let shown = archive.shown(&member);
        let mut loaded = archive.with_member(&member, |mut entry| {
            let header = header::read(&shown, &mut entry)?;
            read_values(&shown, &header, entry, member.length, limits)
        })?;
        if wanted.is_none() {
            let note = format!("array '{}' of the archive", printable(&member.name));
            loaded.notes.insert(0, note);
        }
        Ok(loaded)
    }

    fn list(&self, input: &mut Input<'_>) -> Result<Option<Arrays>, SourceError> {
        let mut archive = Archive::open(input.name, &mut input.reader)?;
        let arrays = archive.arrays();
        let mut listed = Arrays::default();
        for member in archive.members.clone() {
            if !arrays.contains(&member) {
                let reason = "no array".to_owned();
                listed.others.push(other(&member, reason, OtherKind::None));
                continue;
            }
            let shown = archive.shown(&member);
            let header = archive.with_member(&member, |entry| header::read(&shown, entry));
            match header {
                Ok(header) => listed
                    .arrays
                    .push(info(&member.name, &header, member.length)),
                Err(error) => {
                    let member = other(&member, error.to_string(), OtherKind::Array);
                    listed.others.push(member);
                }
            }
        }
        Ok(Some(listed))
    }
}

fn other(member: &Member, reason: String, kind: OtherKind) -> OtherMember {
    OtherMember {
        name: member.name.clone(),
        reason,
        kind,
    }
}

fn named<R: Read + Seek>(archive: &mut Archive<R>, wanted: &str) -> Result<Member, SourceError> {
    let found = archive.find(wanted).cloned();
    let arrays = archive.arrays();
    let Some(member) = found else {
        let problem = format!("has no array '{}'", printable(wanted));
        return Err(match arrays.is_empty() {
            true => no_arrays(archive.name()),
            false => archive.ask(&arrays, problem),
        });
    };
    // One that cannot be unpacked says itself why.
    if arrays.contains(&member) || archive.with_member(&member, |_| Ok(())).is_err() {
        return Ok(member);
    }
    let problem = format!("has a member '{}', which is no array", printable(wanted));
    Err(match arrays.is_empty() {
        true => no_arrays(archive.name()),
        false => archive.ask(&arrays, problem),
    })
}

fn no_arrays(name: &str) -> SourceError {
    let remedy = "an archive that numpy.savez wrote is needed";
    SourceError::unsupported(name, "no arrays", remedy)
}

/// The only two-dimensional array of numbers, or the only array.
fn only_matrix<R: Read + Seek>(
    name: &str,
    archive: &mut Archive<R>,
) -> Result<Member, SourceError> {
    let arrays = archive.arrays();
    match arrays.as_slice() {
        [] => return Err(no_arrays(name)),
        [only] => return Ok(only.clone()),
        many if many.len() > LOOKED_AT => {
            return Err(archive.ask(&arrays, format!("holds {} arrays", arrays.len())));
        }
        _ => {}
    }
    let has = |wanted: &str| arrays.iter().any(|member| member.name == wanted);
    if ["data", "format", "shape"].into_iter().all(has) {
        return Err(SourceError::unsupported(
            name,
            "a sparse matrix of SciPy",
            "save scipy.sparse.load_npz(FILE).toarray() with numpy.save",
        ));
    }
    let mut matrices = Vec::new();
    for member in &arrays {
        let shown = archive.shown(member);
        let header = archive.with_member(member, |entry| header::read(&shown, entry))?;
        if header.shape.len() == 2 && matches!(header.element, ArrayElement::Number { .. }) {
            matrices.push(member.clone());
        }
    }
    match matrices.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(archive.ask(
            &arrays,
            "holds several arrays and none is a matrix of numbers",
        )),
        _ => Err(archive.ask(&arrays, "holds several matrices")),
    }
}
