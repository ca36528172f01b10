//! Circles: files that need each other, so that neither can be read, tested or taken away alone.
//!
//! A file needs another where it names what that defines; a name that a third one only passes on
//! (`pub use`) is followed to where it is defined. What the files of a folder take from the file
//! that stands for the folder makes no circle: that file and its parts are one subject.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Import, Names};

/// What has to be known of a file.
struct Unit {
    module: Vec<String>,
    /// Names that it brings in, and where they come from.
    imports: Vec<Import>,
    /// The modules below it.
    children: BTreeSet<String>,
    /// Everything that it names.
    named: Vec<Vec<String>>,
}

/// The files of a crate, by their modules below it.
pub struct Crate {
    units: BTreeMap<Vec<String>, (String, Unit)>,
}

/// The edges of the graph: which files a file needs.
type Needs = BTreeMap<String, BTreeSet<String>>;

impl Crate {
    /// Reads files: their names in `src`, with slashes, and their text.
    pub fn new(files: &[(String, String)]) -> Self {
        let units = files.iter().filter(|(name, _)| name != "main.rs");
        let units = units.map(|(name, text)| {
            let unit = Unit::new(name, text);
            (unit.module.clone(), (name.clone(), unit))
        });
        Self {
            units: units.collect(),
        }
    }

    /// Which files each file needs.
    fn needs(&self) -> Needs {
        let mut needs = Needs::new();
        for (name, unit) in self.units.values() {
            let needed = needs.entry(name.clone()).or_default();
            for path in &unit.named {
                let Some(path) = unit.absolute(path) else {
                    continue;
                };
                let Some((other, module)) = self.definition(&path, 0) else {
                    continue;
                };
                let above = unit.module.starts_with(module) && unit.module != module;
                if other != name && !above {
                    needed.insert(other.clone());
                }
            }
        }
        needs
    }

    /// The file in which what a path below the crate names is defined.
    fn definition(&self, path: &[String], followed: usize) -> Option<(&String, &[String])> {
        const LONGEST_WAY: usize = 16;
        let length = (0..=path.len()).rev();
        let found = length.map(|length| path.split_at(length));
        let mut found = found.filter_map(|(module, rest)| Some((self.units.get(module)?, rest)));
        let ((name, unit), rest) = found.next()?;
        let passed_on = rest.first().and_then(|first| {
            let import = unit.imports.iter().find(|import| import.name == *first)?;
            let mut path = unit.absolute(&import.path.parts)?;
            path.extend_from_slice(&rest[1..]);
            Some(path)
        });
        match passed_on {
            Some(path) if followed < LONGEST_WAY => self.definition(&path, followed + 1),
            _ => Some((name, &unit.module)),
        }
    }

    /// The circles, each as the files in it, one line each.
    pub fn circles(&self) -> Vec<String> {
        let needs = self.needs();
        let reached: BTreeMap<&String, BTreeSet<&String>> = needs
            .keys()
            .map(|name| (name, reachable(&needs, name)))
            .collect();
        let mut circles = BTreeSet::new();
        for (name, others) in &reached {
            if others.contains(*name) {
                let both = others
                    .iter()
                    .filter(|other| reached[**other].contains(*name));
                circles.insert(both.map(|one| one.as_str()).collect::<Vec<_>>().join(", "));
            }
        }
        circles.into_iter().collect()
    }
}

/// Everything that a file needs, and that needs in turn.
fn reachable<'n>(needs: &'n Needs, from: &String) -> BTreeSet<&'n String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&String> = needs[from].iter().collect();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(needs.get(next).into_iter().flatten());
        }
    }
    found
}

impl Unit {
    fn new(name: &str, text: &str) -> Self {
        let module = super::rules::module_of(name);
        let Names {
            tokens,
            paths,
            imports,
            ..
        } = Names::of(text, &module);
        let child = |at: usize| {
            let declared = tokens[at].is("mod") && tokens.get(at + 2)?.is(";");
            declared.then(|| tokens[at + 1].text.clone())
        };
        let without: BTreeSet<&Vec<String>> = imports
            .iter()
            .filter(|import| import.passed_on)
            .map(|import| &import.path.parts)
            .collect();
        let named = paths.into_iter().map(|path| path.parts);
        Self {
            children: (0..tokens.len()).filter_map(child).collect(),
            named: named.filter(|parts| !without.contains(parts)).collect(),
            module: module.into_iter().map(str::to_owned).collect(),
            imports,
        }
    }

    /// A path from the crate's root on; nothing for what other crates define.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        if first == "crate" {
            return Some(rest.to_vec());
        }
        if self.children.contains(first) {
            return Some([self.module.as_slice(), path].concat());
        }
        let imported = |import: &&Import| import.name == *first && import.path.parts[0] != *first;
        let import = self.imports.iter().find(imported)?;
        let mut whole = self.absolute(&import.path.parts)?;
        whole.extend_from_slice(rest);
        Some(whole)
    }
}
