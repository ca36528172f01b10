//! The methods' settings, and how they meet a matrix.

use clap::builder::TypedValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::added::{self, Added};
use super::{Failure, choice, number};
use crate::analysis::localized_parameters;
use crate::approx::LayoutError;
use crate::approx::budget::BudgetRule;
use crate::approx::method::{Definition, Method, MethodSettings, Parameter, Role, Visibility};
use crate::session::Settings;

/// A rule for sharing one budget.
fn rules() -> impl TypedValueParser<Value = BudgetRule> {
    let equal = "Experiment 1: every method gets the same parameters";
    let section = "Section II.E: MELoRA and Localized get 1/N of LoRA's parameters";
    choice::parser([
        ("equal", equal, BudgetRule::EqualParameters),
        ("section-2e", section, BudgetRule::SectionTwoE),
    ])
}

/// Settings as given; what is left out follows from the budget or is Table I's. The options are
/// those that the methods define.
#[derive(Clone, Debug, Default)]
pub struct SettingsArgs {
    /// Numbers that were given: of which method, and the parameter's place in it.
    numbers: Vec<(Method, usize, usize)>,
    /// Methods that are asked for beside those that are always shown.
    switched: Vec<Method>,
    /// Ranks set by hand.
    by_hand: Vec<(Method, Vec<usize>)>,
    /// Structures that are added.
    added: Vec<Added>,
    budget: Option<usize>,
    rule: Option<BudgetRule>,
    /// Whether structure bits count against budgets.
    charge: bool,
}

/// The option of one number of a method, if it has one.
fn number_option(definition: &Definition, parameter: &'static Parameter) -> Option<Arg> {
    let flag = parameter.flag.as_ref()?;
    let letter = match parameter.role {
        Role::Segments(_) | Role::Divisor(_) => parameter.letter,
        Role::Rank => "R",
        Role::Budget => "P",
    };
    let option = Arg::new(flag.name)
        .long(flag.name)
        .value_name(letter)
        .value_parser(number::kept)
        .help(flag.help);
    Some(match (&definition.shown, parameter.role) {
        (Visibility::Flagged(asked), Role::Budget) => {
            option.requires(asked.name).conflicts_with("budget")
        }
        (Visibility::Flagged(asked), _) => option.requires(asked.name),
        (Visibility::Always | Visibility::Added, _) => option,
    })
}

/// The options of one method, that which asks for it first.
fn options(method: Method) -> Vec<Arg> {
    let definition = method.definition();
    let asked = match &definition.shown {
        Visibility::Flagged(flag) => Some(flag),
        Visibility::Always | Visibility::Added => None,
    };
    let switch = asked.map(|flag| {
        Arg::new(flag.name)
            .long(flag.name)
            .action(ArgAction::SetTrue)
            .help(flag.help)
    });
    let numbers = definition.parameters.iter();
    let numbers = numbers.filter_map(|parameter| number_option(definition, parameter));
    let by_hand = definition.by_hand.as_ref().map(|flag| {
        let option = Arg::new(flag.name)
            .long(flag.name)
            .value_name("R,R,…")
            .value_delimiter(',')
            .value_parser(value_parser!(usize))
            .help(flag.help);
        match asked {
            Some(asked) => option.requires(asked.name),
            None => option,
        }
    });
    switch.into_iter().chain(numbers).chain(by_hand).collect()
}

impl Args for SettingsArgs {
    fn augment_args(command: Command) -> Command {
        let methods = |always: bool| {
            let methods = Method::ALL.iter().copied();
            let shown = |method: &Method| matches!(method.definition().shown, Visibility::Always);
            methods.filter(move |method| shown(method) == always)
        };
        let budget = Arg::new("budget")
            .long("budget")
            .value_name("P")
            .value_parser(number::kept)
            .help("Gives every method the largest rank that fits in P parameters");
        let rule = Arg::new("rule")
            .long("rule")
            .value_name("RULE")
            .value_parser(rules())
            .requires("budget")
            .help("How the methods share the budget [default: equal]");
        let charge = Arg::new("charge-structure")
            .long("charge-structure")
            .action(ArgAction::SetTrue)
            .help("Charges structure bits to budgets, as numbers of 32 bits");
        command
            .next_help_heading("Settings")
            .args(methods(true).flat_map(options))
            .args([budget, rule, charge])
            .args(methods(false).flat_map(options))
            .arg(added::option())
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingsArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Self::default();
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self {
            budget: matches.get_one("budget").copied(),
            rule: matches.get_one("rule").copied(),
            charge: matches.get_flag("charge-structure"),
            ..Self::default()
        };
        for method in Method::ALL.iter().copied() {
            let definition = method.definition();
            for (place, parameter) in definition.parameters.iter().enumerate() {
                if let Some(flag) = &parameter.flag
                    && let Some(number) = matches.get_one::<usize>(flag.name)
                {
                    self.numbers.push((method, place, *number));
                }
            }
            if let Visibility::Flagged(flag) = &definition.shown
                && matches.get_flag(flag.name)
            {
                self.switched.push(method);
            }
            if let Some(flag) = &definition.by_hand
                && let Some(ranks) = matches.get_many::<usize>(flag.name)
            {
                self.by_hand.push((method, ranks.copied().collect()));
            }
        }
        self.added = matches
            .get_many::<Added>("add")
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        Ok(())
    }
}

impl SettingsArgs {
    /// The settings that are wanted on a `rows × cols` matrix. A given N or K is taken at its word.
    ///
    /// # Errors
    /// A given N or K beyond the smaller side; ranks by hand that are not one per block; a budget
    /// that pays for no rank of a method while another method's rank was given; a structure that is
    /// added twice, or with a budget beside that of all.
    pub fn wanted(&self, rows: usize, cols: usize) -> Result<Settings, Failure> {
        let mut wanted = Settings::default();
        self.check_added()?;
        wanted.charge_structure = self.charge;
        let added = self.added.iter().map(|added| &added.method);
        for method in self.switched.iter().chain(added) {
            if let Some(shown) = wanted.switch(*method) {
                *shown = true;
            }
        }
        self.set_segments(&mut wanted, rows, cols)?;
        if let Some(budget) = self.budget {
            wanted.adaptive.budget = budget;
            wanted.matched = Some(self.rule.unwrap_or_default());
        }
        self.set_ranks(&mut wanted, rows, cols)?;
        let fitted = wanted.fitted(rows, cols).settings;
        for (method, ranks) in &self.by_hand {
            let settings = fitted.of(*method);
            let expected = blocks(&settings, rows, cols);
            if ranks.len() != expected {
                return Err(LayoutError::RankCount {
                    given: ranks.len(),
                    expected,
                    setting: settings.describe_segments(),
                }
                .into());
            }
        }
        Ok(wanted)
    }

    /// Whether every structure is asked for once.
    fn check_added(&self) -> Result<(), Failure> {
        for (at, added) in self.added.iter().enumerate() {
            let (key, before) = (added.method.key(), &self.added[..at]);
            if self.switched.contains(&added.method)
                || before.iter().any(|one| one.method == added.method)
            {
                let told = format!("{key} is added more than once; give all of its settings once");
                return Err(Failure::usage(told));
            }
            let budget = added.method.place_of(Role::Budget);
            if self.budget.is_some() && budget.is_some_and(|place| added.given(place).is_some()) {
                let told =
                    format!("the budget of {key} does not go with --budget; give one of them");
                return Err(Failure::usage(told));
            }
        }
        Ok(())
    }

    fn given(&self, method: Method, place: usize) -> Option<usize> {
        let numbers = self.numbers.iter();
        let mut given = numbers.filter(|(of, at, _)| (*of, *at) == (method, place));
        let mut added = self.added.iter().filter(|added| added.method == method);
        let in_added = added.find_map(|added| added.given(place));
        given.next().map(|(.., number)| *number).or(in_added)
    }

    /// Sets the numbers that blocks follow from, in the order of the methods: one may take its own from another.
    fn set_segments(
        &self,
        settings: &mut Settings,
        rows: usize,
        cols: usize,
    ) -> Result<(), Failure> {
        for method in Method::ALL.iter().copied() {
            let mut any = false;
            for (place, parameter) in method.parameters().iter().enumerate() {
                if parameter.role.of_blocks() {
                    let given = self.given(method, place);
                    any |= given.is_some();
                    let value = given.unwrap_or_else(|| settings.usual(method, place, 0));
                    settings.set_value(method, place, value);
                }
            }
            if any {
                settings.of(method).check(rows, cols)?;
            }
        }
        Ok(())
    }

    /// Ranks that were given stand on their own, also beside a budget.
    fn set_ranks(&self, settings: &mut Settings, rows: usize, cols: usize) -> Result<(), Failure> {
        let shown: Vec<Method> = settings
            .shown()
            .iter()
            .map(MethodSettings::method)
            .collect();
        let ranks: Vec<(Method, usize, Option<usize>)> = shown
            .iter()
            .filter_map(|method| Some((*method, method.place_of(Role::Rank)?)))
            .map(|(method, place)| (method, place, self.given(method, place)))
            .collect();
        if settings.matched.is_some() && ranks.iter().any(|(.., given)| given.is_some()) {
            let matched = settings.fitted(rows, cols).settings;
            for (method, place, given) in &ranks {
                let of_method = matched.of(*method);
                if given.is_none()
                    && let Some(sentence) = matched.unaffordable(rows, cols, &of_method)
                {
                    return Err(Failure::usage(format!("{}: {sentence}", method.title())));
                }
                settings.set_value(*method, *place, of_method.value(*place));
            }
            settings.matched = None;
        }
        for (method, place, given) in &ranks {
            if let Some(rank) = given {
                settings.set_value(*method, *place, *rank);
            }
        }
        for method in shown {
            if let (Some(place), None) = (method.place_of(Role::Budget), self.budget) {
                let given = self.given(method, place);
                let budget = given.unwrap_or_else(|| {
                    let fitted = settings.fitted(rows, cols).settings;
                    let parameters = localized_parameters(&fitted, rows, cols);
                    settings.usual(method, place, parameters)
                });
                settings.set_value(method, place, budget);
            }
        }
        for (method, ranks) in &self.by_hand {
            settings.set_by_hand(*method, Some(ranks.clone()));
        }
        for added in &self.added {
            let mut one = settings.of(added.method);
            one.set_price(added.price);
            settings.set(one);
        }
        Ok(())
    }
}

/// The number of blocks of a method.
fn blocks(settings: &MethodSettings, rows: usize, cols: usize) -> usize {
    let sizes = settings.layout().sizes(rows, cols).unwrap_or_default();
    sizes.iter().map(|size| size.count).sum()
}
