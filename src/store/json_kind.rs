//! The JSON files of the program, told from each other by the names in them.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};

/// So much of a file is looked at: in each kind, what tells it stands before its long lists.
const SEEN: u64 = 1 << 20;

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
    /// JSON that breaks off or contradicts itself before it tells its kind.
    Damaged,
    /// None that is read.
    Other,
}

impl JsonKind {
    /// The kind of the file at a path; none where its name does not end in `.json`, or no regular file is there:
    /// a pipe would be waited for.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension().unwrap_or_default();
        if !ending.eq_ignore_ascii_case("json") || !path.is_file() {
            return None;
        }
        let file = File::open(path).ok()?;
        Some(Self::read(BufReader::new(file)))
    }

    /// The kind of a text.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::read(bytes)
    }

    fn read(text: impl BufRead) -> Self {
        let mut names = Vec::new();
        let mut text = LimitedText {
            text: text.take(SEEN),
            begins: None,
        };
        // What comes before a damage still tells the kind.
        let read = serde_json::Deserializer::from_reader(&mut text)
            .deserialize_map(Names(&mut names))
            .err();
        // Of a longer text only the beginning was seen, which breaks off.
        let whole = text.text.limit() > 0;
        let damaged = read.is_some_and(|error| whole && !error.is_data()) && text.is_object();
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
        } else if damaged {
            Self::Damaged
        } else {
            Self::Other
        }
    }

    /// The content in words, and what can be done with it.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Session => ("this is a session", "open it with Open session…"),
            Self::Results => (
                "these are the results of a sweep",
                "open them with Open results…",
            ),
            Self::Scan => (
                "this is a scan",
                "open it with Open scan… in the Weights tab",
            ),
            Self::Plan => (
                "this is a plan of ranks",
                "open its scan in the Weights tab, or write the adapter with localized-lora adapter --plan",
            ),
            Self::Order => (
                "this is an order of rows and columns",
                "look at a matrix in it with localized-lora approximate --order",
            ),
            Self::Config => (
                "this is the configuration of a model or an adapter",
                "open its folder in the Weights tab",
            ),
            Self::Damaged => (DAMAGED, AGAIN),
            Self::Other => (
                "this JSON file is of no kind that the program opens",
                "choose a session (.llora.json), the results of a sweep, a scan or the index of a checkpoint \
                 (.safetensors.index.json), or save a matrix as .csv",
            ),
        }
    }

    /// Why a file of this kind is not opened as it stands, without the path.
    pub fn refusal(self) -> String {
        let (what, remedy) = self.words();
        format!("{what}; {remedy}")
    }

    /// Why a file of this kind is not what was asked for, such as *no scan*.
    pub fn instead_of(self, wanted: &str) -> String {
        if self == Self::Damaged {
            return self.refusal();
        }
        let (what, remedy) = self.words();
        format!("{what} and {wanted}; {remedy}")
    }
}

const DAMAGED: &str = "this JSON file is cut off or damaged";
const AGAIN: &str = "copy or save it again";

/// Scans and plans of every model there is fit.
const MOST: u64 = 256 << 20;

/// Reads the file of a `noun`, whose kind is `wanted`; the `remedy` is what to choose in its place.
///
/// # Errors
/// A sentence without the path.
pub fn read_json<T: DeserializeOwned>(
    path: &Path,
    (wanted, noun): (JsonKind, &str),
    remedy: &str,
) -> Result<T, String> {
    let bytes = super::read(path, MOST, &format!("a {noun}'s JSON file"))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| unread_json(&bytes, (wanted, noun), &error, remedy))
}

/// Why the bytes of a file cannot be read as a `noun`.
fn unread_json(
    bytes: &[u8],
    (wanted, noun): (JsonKind, &str),
    error: &serde_json::Error,
    remedy: &str,
) -> String {
    let found = JsonKind::of_bytes(bytes);
    if found == wanted && !error.is_data() {
        format!("this {noun} is cut off or damaged ({error}); {AGAIN}")
    } else if found == wanted || found == JsonKind::Other {
        format!("this is no {noun} ({error}); {remedy}")
    } else {
        found.instead_of(&format!("no {noun}"))
    }
}

/// The beginning of a text, and its first sign.
struct LimitedText<R> {
    text: io::Take<R>,
    begins: Option<u8>,
}

impl<R> LimitedText<R> {
    fn is_object(&self) -> bool {
        self.begins == Some(b'{')
    }
}

impl<R: BufRead> Read for LimitedText<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(into)?;
        let mut seen = into[..count].iter();
        let first = || seen.find(|byte| !byte.is_ascii_whitespace()).copied();
        self.begins = self.begins.or_else(first);
        Ok(count)
    }
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
            ("{\"model\": \"m\", \"lay", JsonKind::Damaged),
            ("\n{\"a\": 1,, \"b\": 2}", JsonKind::Damaged),
            ("{\"a\": 1}", JsonKind::Other),
            ("1,2\n3,4\n", JsonKind::Other),
            ("", JsonKind::Other),
        ] {
            assert_eq!(JsonKind::of_bytes(text.as_bytes()), kind, "{text}");
        }
        let deep = "[".repeat(100_000);
        let deep = format!("{{\"a\": {deep}");
        assert_eq!(JsonKind::of_bytes(deep.as_bytes()), JsonKind::Damaged);
        // What was not looked at may be whole.
        let long = format!("{{\"a\": \"{}\"}}", "x".repeat(2 << 20));
        assert_eq!(JsonKind::of_bytes(long.as_bytes()), JsonKind::Other);
        let cut = long.trim_end_matches('}');
        assert_eq!(JsonKind::of_bytes(cut.as_bytes()), JsonKind::Other);
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
        for name in ["a.txt", "folder.json", "none.json"] {
            assert_eq!(JsonKind::of(&file(name)), None, "{name}");
        }
    }
}
