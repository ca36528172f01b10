//! The object of a session, with its version.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Workspace;
use super::check::check;
use super::error::WorkspaceError;
use crate::finetune::bounds::echo;
use crate::store::{FoundJson, JsonKind};

/// The form that is written, and the newest that is read.
pub(super) const VERSION: u64 = 1;

/// The kind that an object of ours states.
const KIND: &str = "session";

const NO_SESSION: &str =
    "this is no session; choose a file that Save session… wrote, which ends in .llora.json";

#[derive(Serialize)]
struct Written<'a> {
    localized_lora: &'static str,
    version: u64,
    #[serde(flatten)]
    workspace: &'a Workspace,
}

impl Workspace {
    /// The object, on one line or indented.
    pub(super) fn to_text(&self, indented: bool) -> Result<String, WorkspaceError> {
        let written = Written {
            localized_lora: KIND,
            version: VERSION,
            workspace: self,
        };
        let text = match indented {
            true => serde_json::to_string_pretty(&written),
            false => serde_json::to_string(&written),
        };
        // Everything else that is in it has a form in JSON.
        text.map_err(|_| {
            WorkspaceError::Unsaid(
                "the path of the matrix is not UTF-8, so that no session can hold it; rename the file",
            )
        })
    }

    /// Reads the object whole, or not at all.
    ///
    /// # Errors
    /// Another kind of file, a newer version, damage, something that this version does not know, or
    /// a number that no window could have come to.
    pub fn from_json(bytes: &[u8]) -> Result<Self, WorkspaceError> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| {
            let found = FoundJson::of_bytes(bytes);
            match found.kind {
                JsonKind::Session => WorkspaceError::damaged(echo(&error.to_string())),
                _ => of_other_kind(&found),
            }
        })?;
        let Value::Object(mut object) = value else {
            return Err(of_other_kind(&FoundJson::of_bytes(bytes)));
        };
        let kind = object.remove("localized_lora");
        if kind.as_ref().and_then(Value::as_str) != Some(KIND) {
            return Err(of_other_kind(&FoundJson::of_bytes(bytes)));
        }
        match object.remove("version").map(|version| version.as_u64()) {
            Some(Some(1..=VERSION)) => {}
            Some(Some(version)) if version > VERSION => {
                return Err(WorkspaceError::Newer {
                    version,
                    known: VERSION,
                });
            }
            _ => return Err(WorkspaceError::damaged("it says no version")),
        }
        let found = Value::Object(object);
        let workspace = Self::deserialize(&found)
            .map_err(|error| WorkspaceError::damaged(echo(&error.to_string())))?;
        let known = serde_json::to_value(&workspace).unwrap_or_default();
        if let Some(place) = unknown(&found, &known, "") {
            return Err(WorkspaceError::Unknown { what: echo(&place) });
        }
        check(&workspace)?;
        Ok(workspace)
    }
}

fn of_other_kind(found: &FoundJson) -> WorkspaceError {
    let what = found.objection(JsonKind::Session);
    WorkspaceError::OfOtherKind {
        what: what.unwrap_or_else(|| NO_SESSION.to_owned()),
    }
}

/// The first place that is in `found` and was not understood.
fn unknown(found: &Value, known: &Value, place: &str) -> Option<String> {
    match (found, known) {
        (Value::Object(found), _) => found.iter().find_map(|(key, value)| {
            let place = format!("{place}{}{key}", if place.is_empty() { "" } else { "." });
            match known.get(key) {
                Some(known) => unknown(value, known, &place),
                None if value.is_null() => None,
                None => Some(place),
            }
        }),
        (Value::Array(found), Value::Array(known)) => {
            let mut pairs = found.iter().zip(known);
            pairs.find_map(|(found, known)| unknown(found, known, place))
        }
        _ => None,
    }
}
