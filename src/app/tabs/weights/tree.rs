//! The arrays of a model as a tree, by the dots in their names.

use std::collections::{HashMap, HashSet};

use crate::analysis::{OpenModel, matches_pattern, natural};
use crate::source::ArrayInfo;

/// A node; the nodes below it follow it.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeNode {
    /// The part of the name that is its own.
    pub label: String,
    /// The nodes above it.
    pub depth: usize,
    /// What it stands for.
    pub content: TreeContent,
    /// The place behind the last node below it.
    pub end: usize,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TreeContent {
    /// Several: so many arrays of so many bytes.
    Group {
        /// Arrays below it.
        arrays: usize,
        /// Their bytes.
        bytes: u64,
    },
    /// An array, by its place in the list.
    Array(usize),
    /// A member that is none, by its place in the list.
    Other(usize),
}

/// All nodes, each group before what is in it.
#[derive(Clone, Debug, Default)]
pub struct ArrayTree {
    /// The nodes.
    pub nodes: Vec<TreeNode>,
    /// The groups that are folded at first.
    pub folded: HashSet<usize>,
}

/// Levels below this one are not told apart: only a hostile file has so many.
const DEEPEST: usize = 24;

/// So many rows are unfolded at first.
const SMALL: usize = 30;

/// The name of an array, taken apart.
struct ArrayName<'a> {
    parts: Vec<&'a str>,
    at: usize,
}

impl ArrayTree {
    /// The tree of a model.
    pub fn new(model: &OpenModel) -> Self {
        let mut tree = Self::default();
        let arrays = &model.listed.arrays;
        if model.has_updates() {
            let updates = model.listed.layers().len();
            tree.section("Updates ΔW", arrays, 0..updates);
            let tensors = tree.nodes.len();
            tree.section("Stored tensors", arrays, updates..arrays.len());
            tree.folded.insert(tensors);
        } else {
            tree.add(&names(arrays, 0..arrays.len()), (0, 0), arrays);
        }
        tree.others(model);
        tree.fold(model);
        tree
    }

    /// Folds the deeper groups, but for the first ones that have room.
    fn fold(&mut self, model: &OpenModel) {
        let least = usize::from(model.has_updates());
        let nodes = self.nodes.iter().enumerate();
        let deep = nodes.filter(|(_, node)| node.is_group() && node.depth > least);
        let deep: Vec<usize> = deep.map(|(at, _)| at).collect();
        self.folded.extend(&deep);
        let mut shown = self.rows("", &self.folded, model).len();
        for at in deep {
            let (end, depth) = (self.nodes[at].end, self.nodes[at].depth);
            let inside = self.nodes[at + 1..end].iter();
            shown += inside.filter(|node| node.depth == depth + 1).count();
            if shown > SMALL {
                break;
            }
            self.folded.remove(&at);
        }
    }

    /// A group of its own for some of the arrays.
    fn section(&mut self, label: &str, arrays: &[ArrayInfo], range: std::ops::Range<usize>) {
        let at = self.open(label.to_owned(), 0, range.clone().map(|at| &arrays[at]));
        self.add(&names(arrays, range), (0, 1), arrays);
        self.nodes[at].end = self.nodes.len();
    }

    fn open<'a>(
        &mut self,
        label: String,
        depth: usize,
        arrays: impl Iterator<Item = &'a ArrayInfo>,
    ) -> usize {
        let (mut count, mut bytes) = (0, 0_u64);
        for array in arrays {
            count += 1;
            bytes = bytes.saturating_add(array.bytes);
        }
        self.nodes.push(TreeNode {
            label,
            depth,
            content: TreeContent::Group {
                arrays: count,
                bytes,
            },
            end: 0,
        });
        self.nodes.len() - 1
    }

    fn leaf(&mut self, label: String, depth: usize, content: TreeContent) {
        let end = self.nodes.len() + 1;
        self.nodes.push(TreeNode {
            label,
            depth,
            content,
            end,
        });
    }

    /// Adds names that agree in their first `from` parts; a group with one array is that array, and one whose
    /// only member is a group is that group.
    fn add(
        &mut self,
        names: &[ArrayName<'_>],
        (from, depth): (usize, usize),
        arrays: &[ArrayInfo],
    ) {
        let mut order: Vec<Vec<ArrayName<'_>>> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for name in names {
            let name = ArrayName {
                parts: name.parts.clone(),
                at: name.at,
            };
            match name.parts.get(from) {
                Some(part) if depth < DEEPEST => {
                    let at = *known.entry(*part).or_insert(order.len());
                    match order.get_mut(at) {
                        Some(group) => group.push(name),
                        None => order.push(vec![name]),
                    }
                }
                _ => order.push(vec![name]),
            }
        }
        for group in order {
            let first = &group[0];
            if group.len() == 1 {
                let from = from.min(first.parts.len() - 1);
                let label = first.parts[from..].join(".");
                self.leaf(label, depth, TreeContent::Array(first.at));
                continue;
            }
            let mut to = from + 1;
            let agree = |to: usize| {
                let part = first.parts.get(to);
                part.is_some() && group.iter().all(|one| one.parts.get(to) == part)
            };
            while agree(to) {
                to += 1;
            }
            let label = first.parts[from..to].join(".");
            let at = self.open(label, depth, group.iter().map(|one| &arrays[one.at]));
            self.add(&group, (to, depth + 1), arrays);
            self.nodes[at].end = self.nodes.len();
        }
    }

    /// The members that are no arrays, in a group of their own.
    fn others(&mut self, model: &OpenModel) {
        let others = &model.listed.others;
        if others.is_empty() {
            return;
        }
        let at = self.open("Cannot be read".to_owned(), 0, std::iter::empty());
        for (other, member) in others.iter().enumerate() {
            self.leaf(member.name.clone(), 1, TreeContent::Other(other));
        }
        self.nodes[at].end = self.nodes.len();
    }

    /// The arrays below a group and their bytes; of those that a filter left, where `rows` are in view.
    pub fn held(&self, at: usize, rows: Option<&[usize]>, model: &OpenModel) -> (usize, u64) {
        let end = self.nodes[at].end;
        let below: &mut dyn Iterator<Item = usize> = match rows {
            Some(rows) => {
                let begin = rows.partition_point(|row| *row <= at);
                let inside = rows[begin..].iter().copied();
                &mut inside.take_while(move |row| *row < end)
            }
            None => &mut (at + 1..end),
        };
        let arrays = below.filter_map(|row| match self.nodes[row].content {
            TreeContent::Array(array) => Some(model.listed.arrays[array].bytes),
            _ => None,
        });
        arrays.fold((0, 0), |(count, all), bytes| {
            (count + 1, all.saturating_add(bytes))
        })
    }

    /// The nodes in view: without those below folded groups, or those with a name that `filter` finds and the
    /// groups above them.
    pub fn rows(&self, filter: &str, folded: &HashSet<usize>, model: &OpenModel) -> Vec<usize> {
        let filter = filter.trim();
        if filter.is_empty() {
            let mut rows = Vec::new();
            let mut at = 0;
            while at < self.nodes.len() {
                rows.push(at);
                at = match folded.contains(&at) {
                    true => self.nodes[at].end,
                    false => at + 1,
                };
            }
            return rows;
        }
        let found = Filter::new(filter);
        let mut shown = vec![false; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate().rev() {
            shown[at] = match node.content {
                TreeContent::Group { .. } => shown[at + 1..node.end].contains(&true),
                TreeContent::Array(array) => found.finds(&model.listed.arrays[array].name),
                TreeContent::Other(other) => found.finds(&model.listed.others[other].name),
            };
        }
        (0..self.nodes.len()).filter(|at| shown[*at]).collect()
    }
}

impl TreeNode {
    /// Whether it stands for several.
    pub fn is_group(&self) -> bool {
        matches!(self.content, TreeContent::Group { .. })
    }
}

/// A text that names are searched for, in any case and in any place: a pattern of `scan --layers` that is open at
/// both ends.
struct Filter(String);

impl Filter {
    fn new(text: &str) -> Self {
        Self(format!("*{}*", text.trim().to_lowercase()))
    }

    fn finds(&self, name: &str) -> bool {
        matches_pattern(&self.0, &name.to_lowercase())
    }
}

/// The names of some arrays in their natural order, taken apart.
fn names(arrays: &[ArrayInfo], range: std::ops::Range<usize>) -> Vec<ArrayName<'_>> {
    let mut places: Vec<usize> = range.collect();
    places.sort_by_cached_key(|at| natural(&arrays[*at].name));
    let name = |at: usize| ArrayName {
        parts: parts(&arrays[at].name),
        at,
    };
    places.into_iter().map(name).collect()
}

/// `transformer.h.0.attn.weight` has the parts `transformer`, `h.0`, `attn` and `weight`: a number belongs to
/// the word before it.
fn parts(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let dots = name.match_indices('.').map(|(at, _)| at);
    for dot in dots {
        let next = &name[dot + 1..];
        let word = next.split('.').next().unwrap_or_default();
        let number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        if !number {
            parts.push(&name[begin..dot]);
            begin = dot + 1;
        }
    }
    parts.push(&name[begin..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Arrays;

    fn model(names: &[&str]) -> OpenModel {
        let array = |name: &&str| ArrayInfo {
            name: (*name).to_owned(),
            shape: vec![2, 3],
            dtype: "F32".to_owned(),
            bytes: 24,
            update: None,
        };
        OpenModel {
            path: "model".into(),
            listed: Arrays {
                arrays: names.iter().map(array).collect(),
                others: Vec::new(),
            },
            base: None,
        }
    }

    fn drawn(model: &OpenModel, filter: &str) -> Vec<String> {
        let tree = ArrayTree::new(model);
        let rows = tree.rows(filter, &tree.folded, model);
        let row = |at: usize| {
            let node = &tree.nodes[at];
            format!("{}{}", " ".repeat(node.depth), node.label)
        };
        rows.into_iter().map(row).collect()
    }

    #[test]
    fn names_are_grouped_by_their_dots_and_numbers_stay_with_their_word() {
        let model = model(&[
            "t.h.10.attn.q.weight",
            "t.h.2.attn.q.weight",
            "t.h.2.attn.q.bias",
            "t.h.2.mlp.weight",
            "head.weight",
        ]);
        let wanted = [
            "head.weight",
            "t",
            " h.2",
            "  attn.q",
            "   bias",
            "   weight",
            "  mlp.weight",
            " h.10.attn.q.weight",
        ];
        assert_eq!(drawn(&model, ""), wanted);
        let tree = ArrayTree::new(&model);
        let group = &tree.nodes[1];
        assert_eq!(
            group.content,
            TreeContent::Group {
                arrays: 4,
                bytes: 96
            }
        );
    }

    #[test]
    fn a_filter_shows_what_it_finds_and_the_groups_above() {
        let model = model(&["a.q.weight", "a.k.weight", "b.q.weight", "b.q.bias"]);
        assert_eq!(drawn(&model, "Q.W"), ["a", " q.weight", "b.q", " weight"]);
        assert_eq!(drawn(&model, "*.k.*"), ["a", " k.weight"]);
        // A pattern is found in any place and case too, as a part of a name is.
        assert_eq!(drawn(&model, "k*eigh"), ["a", " k.weight"]);
        assert_eq!(drawn(&model, "B?Q"), ["b.q", " bias", " weight"]);
        assert_eq!(drawn(&model, "k*q"), [""; 0]);
        assert_eq!(drawn(&model, "nothing"), [""; 0]);
        let tree = ArrayTree::new(&model);
        let rows = tree.rows("bias", &tree.folded, &model);
        let group = rows[0];
        assert_eq!(tree.held(group, Some(&rows), &model), (1, 24));
        assert_eq!(tree.held(group, None, &model), (2, 48));
    }

    #[test]
    fn folded_groups_hide_what_is_in_them() {
        let model = model(&["a.q.weight", "a.k.weight", "b"]);
        let tree = ArrayTree::new(&model);
        let folded = HashSet::from([0]);
        assert_eq!(tree.rows("", &folded, &model), [0, 3]);
    }

    #[test]
    fn strange_names_keep_every_array() {
        let deep = vec!["x"; 4000].join(".");
        let other = format!("{deep}.y");
        let model = model(&["", ".", "a", "a.b", "a.b.c", "a", "..", "7", &deep, &other]);
        let tree = ArrayTree::new(&model);
        let mut arrays: Vec<usize> = tree
            .nodes
            .iter()
            .filter_map(|node| match node.content {
                TreeContent::Array(at) => Some(at),
                _ => None,
            })
            .collect();
        arrays.sort_unstable();
        assert_eq!(arrays, (0..10).collect::<Vec<_>>());
        assert!(tree.nodes.iter().all(|node| node.depth <= DEEPEST + 1));
    }
}
