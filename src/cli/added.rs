//! `--add KEY:name=value,…`: a structure beside the paper's three, with its settings.

use clap::{Arg, ArgAction};

use super::number::kept;
use crate::approx::method::{Method, Price, Role, Visibility};

/// A structure that is added, and what is set of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Added {
    pub method: Method,
    /// Place and value of each number that was given.
    numbers: Vec<(usize, usize)>,
    /// A price in the budget's place.
    pub price: Option<Price>,
}

impl Added {
    /// The number in a place, if it was given.
    pub fn given(&self, place: usize) -> Option<usize> {
        let mut numbers = self.numbers.iter();
        numbers
            .find(|(at, _)| *at == place)
            .map(|(_, number)| *number)
    }
}

/// The option.
pub(super) fn option() -> Arg {
    let structures = known().map(|method| {
        let names = method.parameters().iter().map(|parameter| parameter.key);
        let names: Vec<&str> = names.chain(method.definition().price).collect();
        format!("  {}: {}", method.key(), names.join(", "))
    });
    let structures: Vec<String> = structures.collect();
    Arg::new("add")
        .long("add")
        .value_name("KEY:NAME=VALUE,…")
        .action(ArgAction::Append)
        .value_parser(parse)
        .help("Adds a structure, with settings; KEY alone takes the usual ones (repeatable)")
        .long_help(format!(
            "Adds a structure, with settings; KEY alone takes the usual ones. May be repeated. The \
             structures and their settings:\n{}",
            structures.join("\n")
        ))
}

/// The structures that can be added.
fn known() -> impl Iterator<Item = Method> {
    let methods = Method::ALL.iter().copied();
    methods.filter(|method| !matches!(method.definition().shown, Visibility::Always))
}

/// Reads `KEY` or `KEY:name=value,…`.
fn parse(text: &str) -> Result<Added, String> {
    let (key, settings) = match text.split_once(':') {
        None => (text, None),
        Some((key, settings)) => (key, Some(settings)),
    };
    let method = known().find(|method| method.key() == key).ok_or_else(|| {
        let keys: Vec<&str> = known().map(Method::key).collect();
        format!("there is no structure '{key}'; choose {}", choice(&keys))
    })?;
    let mut added = Added {
        method,
        numbers: Vec::new(),
        price: None,
    };
    for setting in settings.into_iter().flat_map(|all| all.split(',')) {
        added.read(setting)?;
    }
    let budget = method.place_of(Role::Budget);
    if added.price.is_some() && budget.is_some_and(|place| added.given(place).is_some()) {
        return Err(format!("{key} takes a price or a budget; give one of them"));
    }
    Ok(added)
}

impl Added {
    /// Takes one `name=value`.
    fn read(&mut self, setting: &str) -> Result<(), String> {
        let key = self.method.key();
        let parameters = self.method.parameters();
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        let priced = self.method.definition().price;
        if priced == Some(name) && self.price.is_none() {
            let price = value.parse().map_err(|_| "write a number above 0");
            let price = price.and_then(|price: f64| Price::try_from(price));
            self.price = Some(price.map_err(|remedy| format!("{name} of {key}: {remedy}"))?);
            return Ok(());
        }
        let Some(place) = parameters.iter().position(|one| one.key == name) else {
            let names: Vec<&str> = parameters.iter().map(|one| one.key).chain(priced).collect();
            let known = choice(&names);
            return Err(format!("{key} has no setting '{name}'; it has {known}"));
        };
        if self.given(place).is_some() {
            return Err(format!(
                "{name} of {key} is given more than once; give it once"
            ));
        }
        let number = kept(value).map_err(|remedy| format!("{name} of {key}: {remedy}"))?;
        self.numbers.push((place, number));
        Ok(())
    }
}

/// *a, b and c*
fn choice(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_structure_is_read_with_its_settings() {
        let added = parse("monarch:rank=2,row_classes=7").expect("known");
        assert_eq!(added.method, Method::Monarch);
        assert_eq!(
            [0, 1, 2].map(|place| added.given(place)),
            [Some(7), None, Some(2)]
        );
        assert_eq!(parse("kronecker").expect("known").numbers, []);
    }

    #[test]
    fn what_is_not_known_hears_what_is() {
        let refused = |text: &str| parse(text).expect_err("wrong");
        assert!(
            refused("tree")
                .starts_with("there is no structure 'tree'; choose localized_adaptive, ")
        );
        assert!(refused("lora").starts_with("there is no structure 'lora'"));
        assert_eq!(
            refused("monarch:r=2"),
            "monarch has no setting 'r'; it has row_classes, column_blocks or rank"
        );
        assert_eq!(
            refused("monarch:rank=0"),
            "rank of monarch: 0 keeps nothing; choose 1 or more"
        );
        assert_eq!(
            refused("monarch:rank=2,rank=3"),
            "rank of monarch is given more than once; give it once"
        );
        assert_eq!(
            refused("monarch:rank"),
            "rank of monarch: write a whole number of 1 or more"
        );
        assert_eq!(
            refused("quadtree:price=-1"),
            "price of quadtree: write a number above 0"
        );
        assert_eq!(
            refused("quadtree:price=3,budget=9"),
            "quadtree takes a price or a budget; give one of them"
        );
    }
}
