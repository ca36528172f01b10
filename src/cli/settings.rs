//! The methods' settings, and how they meet a matrix.

use clap::builder::TypedValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::{Failure, choice};
use crate::analysis::localized_parameters;
use crate::approx::LayoutError;
use crate::approx::budget::BudgetRule;
use crate::approx::method::{Definition, Method, MethodSettings, Parameter, Role};
use crate::session::Settings;

/// A rule for sharing one budget.
fn rules() -> impl TypedValueParser<Value = BudgetRule> {
    let equal = "Experiment 1: every method gets the same parameters";
    let section = "Section II.E: MELoRA and Localized get an N-th of LoRA's parameters";
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
    budget: Option<usize>,
    rule: Option<BudgetRule>,
}

/// The option of one number of a method.
fn number_option(definition: &Definition, parameter: &'static Parameter) -> Arg {
    let letter = match parameter.role {
        Role::Segments(_) => parameter.letter,
        Role::Rank => "R",
        Role::Budget => "P",
    };
    let option = Arg::new(parameter.flag)
        .long(parameter.flag)
        .value_name(letter)
        .value_parser(positive)
        .help(parameter.help);
    let option = match &definition.switch {
        Some(switch) => option.requires(switch.flag),
        None => option,
    };
    match (&definition.switch, parameter.role) {
        (Some(_), Role::Budget) => option.conflicts_with("budget"),
        _ => option,
    }
}

/// The options of one method, its switch first.
fn options(method: Method) -> Vec<Arg> {
    let definition = method.definition();
    let switch = definition.switch.as_ref().map(|switch| {
        Arg::new(switch.flag)
            .long(switch.flag)
            .action(ArgAction::SetTrue)
            .help(switch.help)
    });
    let numbers = definition.parameters.iter();
    let numbers = numbers.map(|parameter| number_option(definition, parameter));
    let by_hand = definition.by_hand.as_ref().map(|by_hand| {
        let option = Arg::new(by_hand.flag)
            .long(by_hand.flag)
            .value_name("R,R,…")
            .value_delimiter(',')
            .value_parser(value_parser!(usize))
            .help(by_hand.help);
        match &definition.switch {
            Some(switch) => option.requires(switch.flag),
            None => option,
        }
    });
    switch.into_iter().chain(numbers).chain(by_hand).collect()
}

impl Args for SettingsArgs {
    fn augment_args(command: Command) -> Command {
        let methods = |switched: bool| {
            let methods = Method::ALL.iter().copied();
            methods.filter(move |method| method.definition().switch.is_some() == switched)
        };
        let budget = Arg::new("budget")
            .long("budget")
            .value_name("P")
            .value_parser(positive)
            .help("Gives every method the largest rank that fits in P parameters");
        let rule = Arg::new("rule")
            .long("rule")
            .value_name("RULE")
            .value_parser(rules())
            .requires("budget")
            .help("How the methods share the budget [default: equal]");
        command
            .next_help_heading("Settings")
            .args(methods(false).flat_map(options))
            .args([budget, rule])
            .args(methods(true).flat_map(options))
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
            ..Self::default()
        };
        for method in Method::ALL.iter().copied() {
            let definition = method.definition();
            for (place, parameter) in definition.parameters.iter().enumerate() {
                if let Some(number) = matches.get_one::<usize>(parameter.flag) {
                    self.numbers.push((method, place, *number));
                }
            }
            if let Some(switch) = &definition.switch
                && matches.get_flag(switch.flag)
            {
                self.switched.push(method);
            }
            if let Some(by_hand) = &definition.by_hand
                && let Some(ranks) = matches.get_many::<usize>(by_hand.flag)
            {
                self.by_hand.push((method, ranks.copied().collect()));
            }
        }
        Ok(())
    }
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(0) => Err("0 keeps nothing; choose 1 or more".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("write a whole number of 1 or more".to_owned()),
    }
}

impl SettingsArgs {
    /// The settings that are wanted on a `rows × cols` matrix. A given N or K is taken at its word.
    ///
    /// # Errors
    /// A given N or K beyond the smaller side; ranks by hand that are not one per block; a budget
    /// that pays for no rank of a method while another method's rank was given.
    pub fn wanted(&self, rows: usize, cols: usize) -> Result<Settings, Failure> {
        let mut wanted = Settings::default();
        for method in &self.switched {
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

    fn given(&self, method: Method, place: usize) -> Option<usize> {
        let numbers = self.numbers.iter();
        let mut given = numbers.filter(|(of, at, _)| (*of, *at) == (method, place));
        given.next().map(|(.., number)| *number)
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
                if matches!(parameter.role, Role::Segments(_)) {
                    let given = self.given(method, place);
                    any |= given.is_some();
                    let value = given.unwrap_or_else(|| settings.usual(method, place, 0));
                    settings.set_value(method, place, value);
                }
            }
            if any {
                settings.of(method).layout().check(rows, cols)?;
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
        Ok(())
    }
}

/// The number of blocks of a method.
fn blocks(settings: &MethodSettings, rows: usize, cols: usize) -> usize {
    let sizes = settings.layout().sizes(rows, cols).unwrap_or_default();
    sizes.iter().map(|size| size.count).sum()
}
