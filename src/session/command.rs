//! The words of a command line that say a session.

use super::words::Words;
use super::{Session, Settings};
use crate::approx::budget::BudgetRule;
use crate::approx::method::{MethodSettings, ParameterDefault, Role, Visibility};
use crate::source::{Limits, Source, Transform};

impl Session {
    /// The source without what is subtracted from it; `None` when there are several differences.
    fn first(&self) -> Option<&Source> {
        match &self.source {
            Source::Difference(whole, _) if self.subtract.is_none() => Some(whole),
            Source::Difference(..) => None,
            source => Some(source),
        }
    }

    /// The source that is subtracted, if one is.
    fn part(&self) -> Option<Option<&Source>> {
        match (&self.source, &self.subtract) {
            (Source::Difference(..), Some(_)) => None,
            (Source::Difference(_, part), None) => Some(Some(part)),
            (_, part) => Some(part.as_ref()),
        }
    }
}

/// A source as the command line reads it back; what came through a pipe is gone.
fn written(source: &Source) -> Option<String> {
    if *source == Source::StandardInput {
        return None;
    }
    let text = source.to_string();
    (text.parse::<Source>().as_ref() == Ok(source)).then_some(text)
}

impl Words {
    /// Writes what is subtracted, and how much is read of a picture; `None` where no command line can
    /// say the part.
    pub fn part(&mut self, session: &Session, limits: &Limits) -> Option<()> {
        if let Some(part) = session.part()? {
            self.source_option("subtract", part)?;
        }
        if limits.max_pixels != Limits::default().max_pixels {
            self.option("max-pixels", &limits.max_pixels.to_string());
        }
        if session.color {
            self.flag("color");
        }
        Some(())
    }

    /// The SOURCE, last; `None` where no command line can say it.
    pub fn source(&mut self, session: &Session) -> Option<()> {
        let source = session.first()?;
        self.source_text((&written(source)?, source));
        Some(())
    }

    /// A further SOURCE behind an option; `None` where no command line can say it.
    pub fn source_option(&mut self, name: &str, source: &Source) -> Option<()> {
        self.source_text_option(name, (&written(source)?, source));
        Some(())
    }

    /// Shuffle and shift.
    pub fn transform(&mut self, transform: Transform) {
        if let Some(seed) = transform.shuffle {
            self.option("shuffle", &seed.to_string());
        }
        let (down, right) = transform.shift;
        if (down, right) != (0, 0) {
            self.option("shift", &format!("{down},{right}"));
        }
    }

    /// The order of rows and columns; `None` for one that is in no file.
    pub fn order(&mut self, session: &Session) -> Option<()> {
        if let Some(order) = &session.order {
            self.path_option("order", order.file.as_ref()?)?;
        }
        Some(())
    }

    /// The settings of all methods.
    pub fn settings(&mut self, settings: &Settings) {
        if let Some(rule) = settings.matched {
            self.option("budget", &settings.adaptive.budget.to_string());
            if rule != BudgetRule::default() {
                self.option("rule", rule_name(rule));
            }
        }
        if settings.charge_structure {
            self.flag("charge-structure");
        }
        for one in settings.shown() {
            self.method(&one, settings);
        }
    }

    /// Writes the settings of one method, but for what follows from a budget or from Localized's grid.
    fn method(&mut self, one: &MethodSettings, all: &Settings) {
        let definition = one.method().definition();
        let said = one.values().into_iter().filter(|(parameter, value)| {
            let follows = match (parameter.role, parameter.usual) {
                (role, ParameterDefault::LocalizedGrid) if role.of_blocks() => {
                    *value == all.localized.grid
                }
                (role, _) if role.of_blocks() => false,
                _ => all.matched.is_some(),
            };
            !follows
        });
        match &definition.shown {
            Visibility::Added => {
                let price = definition.price.zip(one.price());
                let said =
                    said.filter(|(parameter, _)| price.is_none() || parameter.role != Role::Budget);
                let said = said.map(|(parameter, value)| format!("{}={value}", parameter.key));
                let price = price.map(|(key, price)| format!("{key}={}", price.get()));
                let said: Vec<String> = said.chain(price).collect();
                let colon = if said.is_empty() { "" } else { ":" };
                let added = format!("{}{colon}{}", definition.key, said.join(","));
                return self.option("add", &added);
            }
            Visibility::Flagged(flag) => self.flag(flag.name),
            Visibility::Always => {}
        }
        for (parameter, value) in said {
            if let Some(flag) = &parameter.flag {
                self.option(flag.name, &value.to_string());
            }
        }
        if let (Some(by_hand), Some(ranks)) = (&definition.by_hand, one.by_hand()) {
            let ranks: Vec<String> = ranks.iter().map(usize::to_string).collect();
            self.option(by_hand.name, &ranks.join(","));
        }
    }
}

/// The rule as `--rule` reads it.
pub(crate) fn rule_name(rule: BudgetRule) -> &'static str {
    match rule {
        BudgetRule::EqualParameters => "equal",
        BudgetRule::SectionTwoE => "section-2e",
    }
}
