//! The JSON files of the program, told from each other by the names in them.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::text::elide::middle;
use crate::text::encoding::as_utf8;

/// So much of a file tells its kind: in each, what does stands before its long lists.
const BEGINNING: u64 = 1 << 20;

/// So much is looked at for damage.
const SEEN: u64 = 64 << 20;

/// The kind of a JSON file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// Everything in view.
    Session,
    /// The runs of a sweep.
    Results,
    /// The layers of a model.
    Scan,
    /// Ranks for these layers.
    Plan,
    /// An order of rows and columns.
    Order,
    /// What a model or an adapter is, beside its weights.
    Config,
    /// None that is read.
    Other,
}

/// A kind in words.
struct KindWords {
    /// Behind *no*.
    noun: &'static str,
    is: &'static str,
    is_damaged: &'static str,
}

impl JsonKind {
    /// The kind of the file at a path by its beginning; none where its name does not end in `.json`, or no regular
    /// file is there: a pipe would be waited for.
    pub fn of(path: &Path) -> Option<Self> {
        Some(FoundJson::begins(path, BEGINNING)?.kind)
    }

    fn of_names(names: &[String]) -> Self {
        let has = |name: &str| names.iter().any(|one| one == name);
        let first = names.first().map(String::as_str);
        if has("localized_lora") {
            Self::Session
        } else if first == Some("scan") || has("budget_rank") && (has("scan") || has("layers")) {
            Self::Scan
        } else if has("runs") && has("full") || has("settings") && has("pretrained") {
            Self::Results
        } else if has("structure") && has("budget") {
            Self::Plan
        } else if has("row_order") {
            Self::Order
        } else if has("model_type") || has("peft_type") {
            Self::Config
        } else {
            Self::Other
        }
    }

    fn words(self) -> KindWords {
        let (noun, is, is_damaged) = match self {
            Self::Session => ("session", "this is a session", "this session is"),
            Self::Results => (
                "results of a sweep",
                "these are the results of a sweep",
                "these results of a sweep are",
            ),
            Self::Scan => ("scan", "this is a scan", "this scan is"),
            Self::Plan => ("plan", "this is a plan of ranks", "this plan of ranks is"),
            Self::Order => (
                "order",
                "this is an order of rows and columns",
                "this order of rows and columns is",
            ),
            Self::Config => (
                "configuration",
                "this is the configuration of a model or an adapter",
                "this configuration of a model or an adapter is",
            ),
            Self::Other => (
                "JSON file that is opened",
                "this JSON file is of no kind that the program opens",
                "this JSON file is",
            ),
        };
        KindWords {
            noun,
            is,
            is_damaged,
        }
    }

    /// What can be done with it, in the window and on the command line.
    fn remedy(self) -> &'static str {
        match self {
            Self::Session => "open it with Open session…, or draw it with localized-lora render",
            Self::Results => {
                "open them with Open results…, or hold claims against them with localized-lora claims --results"
            }
            Self::Scan => {
                "open it with Open scan… in the Weights tab, or plan ranks by it with localized-lora plan"
            }
            Self::Plan => {
                "open its scan in the Weights tab, or write the adapter with localized-lora adapter --plan"
            }
            Self::Order => "look at a matrix in it with localized-lora approximate --order",
            Self::Config => {
                "open its folder in the Weights tab, or scan that with localized-lora scan"
            }
            Self::Other => {
                "choose a session (.llora.json), the results of a sweep, a scan or the index of a checkpoint \
                 (.safetensors.index.json), or save a matrix as .csv"
            }
        }
    }

    /// What helps where one of another kind is wanted.
    fn remedy_where(self, wanted: Self) -> &'static str {
        match (self, wanted) {
            (Self::Scan, Self::Plan) => {
                "make a plan of it with localized-lora plan --json, and choose that"
            }
            (Self::Plan, Self::Scan) => {
                "choose the scan that it was made from, or write its adapter with localized-lora adapter --plan"
            }
            _ => self.remedy(),
        }
    }
}

/// A JSON file as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundJson {
    /// What it is, which the part before a damage may still tell.
    pub kind: JsonKind,
    /// Where it breaks off or is no JSON.
    damage: Option<String>,
}

impl FoundJson {
    /// The file at a path; none as in [`JsonKind::of`].
    pub fn of(path: &Path) -> Option<Self> {
        Self::begins(path, SEEN)
    }

    /// What the bytes of a whole file are.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut names = Vec::new();
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let read = json.deserialize_map(Names(&mut names));
        let error = read.and_then(|()| json.end()).err();
        let is_object = bytes.trim_ascii_start().starts_with(b"{");
        let damage = error.filter(|error| is_object && !error.is_data());
        Self {
            kind: JsonKind::of_names(&names),
            damage: damage.map(|error| error.to_string()),
        }
    }

    /// As much of a file as `most` bytes tell: a longer one is cut off by that alone.
    fn begins(path: &Path, most: u64) -> Option<Self> {
        let ending = path.extension().unwrap_or_default();
        if !ending.eq_ignore_ascii_case("json") || !path.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        let file = File::open(path).ok()?;
        file.take(most).read_to_end(&mut bytes).ok()?;
        let found = Self::of_bytes(&as_utf8(&bytes));
        let whole = (bytes.len() as u64) < most;
        Some(Self {
            damage: found.damage.filter(|_| whole),
            ..found
        })
    }

    /// Why it is not opened as it stands, without the path.
    pub fn refusal(&self) -> String {
        let words = self.kind.words();
        match &self.damage {
            Some(_) if self.kind == JsonKind::Other => self.broken(""),
            Some(_) => format!("{}, then {}", self.broken(""), self.kind.remedy()),
            None => format!("{}; {}", words.is, self.kind.remedy()),
        }
    }

    /// What speaks against reading it as one of the `wanted` kind: it is another, or damaged. Of a whole file that
    /// is none of the kinds nothing is known.
    pub fn objection(&self, wanted: JsonKind) -> Option<String> {
        let (own, noun) = (self.kind.words(), wanted.words().noun);
        match (self.kind, &self.damage) {
            (JsonKind::Other, None) => None,
            (JsonKind::Other, Some(_)) => Some(self.broken("")),
            (kind, damage) if kind == wanted => damage.as_ref().map(|_| self.broken("")),
            (kind, None) => Some(format!(
                "{} and no {noun}; {}",
                own.is,
                kind.remedy_where(wanted)
            )),
            (kind, Some(_)) => Some(format!(
                "{}, then {}",
                self.broken(&format!(" and no {noun}")),
                kind.remedy_where(wanted)
            )),
        }
    }

    /// *this scan is cut off or damaged (EOF while parsing …); copy or save it again*
    fn broken(&self, besides: &str) -> String {
        let why = self.damage.as_deref().unwrap_or_default();
        let them = if self.kind == JsonKind::Results {
            "them"
        } else {
            "it"
        };
        format!(
            "{} cut off or damaged{besides} ({why}); copy or save {them} again",
            self.kind.words().is_damaged
        )
    }
}

/// Scans and plans of every model there is fit.
const MOST: u64 = 256 << 20;

/// Reads a file of the `wanted` kind; the `remedy` is what to choose in its place.
///
/// # Errors
/// A sentence without the path.
pub fn read_json<T: DeserializeOwned>(
    path: &Path,
    wanted: JsonKind,
    remedy: &str,
) -> Result<T, String> {
    let noun = wanted.words().noun;
    let bytes = super::read(path, MOST, "a JSON file")?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let found = FoundJson::of_bytes(&bytes);
        let told = || {
            let why = middle(&error.to_string());
            match found.kind == wanted && !error.is_data() {
                // A number that is too large, say.
                true => format!("this {noun} is damaged ({why}); {remedy}"),
                false => format!("this is no {noun} ({why}); {remedy}"),
            }
        };
        found.objection(wanted).unwrap_or_else(told)
    })
}

/// Collects the names in an object.
struct Names<'a>(&'a mut Vec<String>);

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut object: M) -> Result<(), M::Error> {
        while let Some(name) = object.next_key()? {
            self.0.push(name);
            object.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_known_by_its_names_whole_cut_or_in_another_order() {
        for (text, kind) in [
            (r#"{"localized_lora": "sess"#, JsonKind::Session),
            (
                r#"{"version": 1, "localized_lora": "session"}"#,
                JsonKind::Session,
            ),
            (r#"{ "scan": 1, "model": "m", "lay"#, JsonKind::Scan),
            (
                r#"{"budget_rank": 8, "layers": [{"layer": "#,
                JsonKind::Scan,
            ),
            (r#"{"full": {}, "runs": [1, 2"#, JsonKind::Results),
            (
                r#"{"format": 1, "settings": {}, "pretrained": [], "#,
                JsonKind::Results,
            ),
            (
                r#"{"structure": "lora", "grid": 1, "budget": 9}"#,
                JsonKind::Plan,
            ),
            (r#"{"source": "x", "row_order": [1, 0]}"#, JsonKind::Order),
            (r#"{"peft_type": "LORA", "r": 8}"#, JsonKind::Config),
            (
                r#"{"layers": [{"scan": 1}], "model": "m"}"#,
                JsonKind::Other,
            ),
            (r#"{"weight_map": {"full": 1, "runs": 2}}"#, JsonKind::Other),
            (r#"["scan", "budget_rank"]"#, JsonKind::Other),
            ("{\"a\": 1}", JsonKind::Other),
            ("1,2\n3,4\n", JsonKind::Other),
            ("", JsonKind::Other),
        ] {
            let found = FoundJson::of_bytes(text.as_bytes());
            assert_eq!(found.kind, kind, "{text}");
            let is_cut = text.starts_with('{') && !text.ends_with('}');
            assert_eq!(found.damage.is_some(), is_cut, "{text}");
        }
        for text in [
            "\n{\"a\": 1,, \"b\": 2}",
            "{\"scan\": 1} 2",
            "{\"scan\": [1, 2",
        ] {
            let found = FoundJson::of_bytes(text.as_bytes());
            assert!(found.refusal().contains("cut off or damaged"), "{text}");
        }
        let deep = "[".repeat(100_000);
        let deep = format!("{{\"a\": {deep}");
        let found = FoundJson::of_bytes(deep.as_bytes());
        assert!(found.damage.is_some());
    }

    #[test]
    fn only_regular_files_of_that_name_are_looked_at() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str| folder.path().join(name);
        for name in ["a.json", "a.JSON", "a.txt"] {
            std::fs::write(file(name), "{\"scan\": 1}").expect("writes");
        }
        std::fs::create_dir(file("folder.json")).expect("a folder");
        assert_eq!(JsonKind::of(&file("a.json")), Some(JsonKind::Scan));
        assert_eq!(JsonKind::of(&file("a.JSON")), Some(JsonKind::Scan));
        // A damage far behind what tells the kind is found where it is told.
        let long = format!("{{\"scan\": 1, \"a\": \"{}\"}}", "x".repeat(2 << 20));
        for (text, told) in [
            (long.as_str(), "this is a scan; "),
            (
                &long[..long.len() - 1],
                "this scan is cut off or damaged (EOF ",
            ),
        ] {
            std::fs::write(file("long.json"), text).expect("writes");
            assert_eq!(JsonKind::of(&file("long.json")), Some(JsonKind::Scan));
            let found = FoundJson::of(&file("long.json")).expect("is found");
            assert!(found.refusal().starts_with(told), "{}", found.refusal());
        }
        for name in ["a.txt", "folder.json", "none.json"] {
            assert_eq!(JsonKind::of(&file(name)), None, "{name}");
        }
    }
}
