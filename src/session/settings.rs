//! The settings of all methods, and what ties them together.

use serde::{Deserialize, Serialize};

use crate::approx::budget::BudgetRule;
use crate::approx::method::{
    self, Method, MethodSettings, ParameterDefault, Role, for_each_method,
};

macro_rules! settings_of_all {
    ($($variant:ident = $file:ident::$settings:ident as $field:ident $(if $shown:ident)?;)*) => {
        /// The settings of all methods as the user wants them, and what ties them together. What a
        /// matrix takes of them is [`Settings::fitted`].
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Settings {
            $(
                #[doc = concat!("Those of [`Method::", stringify!($variant), "`].")]
                pub $field: method::$settings,
            )*
            $($(
                #[doc = concat!(
                    "Whether [`Method::", stringify!($variant), "`] is shown beside the paper's three."
                )]
                pub $shown: bool,
            )?)*
            /// Lets what is chosen from the data count against budgets: its bits, as numbers of 32.
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            pub charge_structure: bool,
            /// One budget for all, by this rule; `None` lets every rank be set on its own.
            pub matched: Option<BudgetRule>,
        }

        impl Settings {
            /// The settings of one method.
            pub fn of(&self, method: Method) -> MethodSettings {
                match method {
                    $(Method::$variant => MethodSettings::$variant(self.$field.clone()),)*
                }
            }

            /// Takes the settings of one method over.
            pub fn set(&mut self, settings: MethodSettings) {
                match settings {
                    $(MethodSettings::$variant(settings) => self.$field = settings,)*
                }
            }

            /// Whether a method is shown that can be added; `None` for one that always is.
            pub fn switch(&mut self, method: Method) -> Option<&mut bool> {
                match method {
                    $($(Method::$variant => Some(&mut self.$shown),)?)*
                    #[allow(unreachable_patterns)]
                    _ => None,
                }
            }

            /// Whether a method is in view.
            pub fn shows(&self, method: Method) -> bool {
                match method {
                    $($(Method::$variant => self.$shown,)?)*
                    #[allow(unreachable_patterns)]
                    _ => true,
                }
            }
        }
    };
}
for_each_method!(settings_of_all);

impl Settings {
    /// Sets one number of one method.
    pub fn set_value(&mut self, method: Method, place: usize, value: usize) {
        let mut settings = self.of(method);
        settings.set_value(place, value);
        self.set(settings);
    }

    /// Sets the ranks of one method by hand, or none.
    pub fn set_by_hand(&mut self, method: Method, ranks: Option<Vec<usize>>) {
        let mut settings = self.of(method);
        settings.set_by_hand(ranks);
        self.set(settings);
    }

    /// The methods in view, in the order of the paper's tables.
    pub fn shown(&self) -> Vec<MethodSettings> {
        let methods = Method::ALL.iter().copied();
        methods
            .filter(|method| self.shows(*method))
            .map(|method| self.of(method))
            .collect()
    }

    /// The settings as results depend on them: ranks that a matched budget sets and the settings
    /// of a method that is not shown are the usual ones.
    #[must_use]
    pub fn essentials(mut self) -> Self {
        let usual = Self::default();
        let budget = self.adaptive.budget;
        for method in Method::ALL.iter().copied() {
            if !self.shows(method) {
                self.set(usual.of(method));
            }
            for (place, parameter) in method.parameters().iter().enumerate() {
                let idle = parameter.role == Role::Budget && self.of(method).price().is_some();
                if idle || self.matched.is_some() && !parameter.role.of_blocks() {
                    self.set_value(method, place, usual.of(method).value(place));
                }
            }
        }
        if self.matched.is_some() {
            self.adaptive.budget = budget;
        }
        self
    }

    /// The default of a parameter; `parameters` are those that Localized has.
    pub fn usual(&self, method: Method, place: usize, parameters: usize) -> usize {
        match method
            .parameters()
            .get(place)
            .map(|parameter| parameter.usual)
        {
            Some(ParameterDefault::LocalizedGrid) => self.localized.grid,
            Some(ParameterDefault::LocalizedParameters) => parameters,
            Some(ParameterDefault::Default) | None => Self::default().of(method).value(place),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::approx::table_one;

    #[test]
    fn new_settings_are_table_one() {
        assert_eq!(Settings::default().shown(), table_one());
    }

    #[test]
    fn the_form_in_files_stays() {
        let settings = Settings {
            adaptive: method::AdaptiveSettings {
                grid: 1,
                budget: 9,
                painted: Some(vec![3]),
                ..method::AdaptiveSettings::default()
            },
            show_adaptive: true,
            ..Settings::default()
        };
        let written = serde_json::to_value(&settings).expect("serializes");
        let expected = json!({
            "lora": {"rank": 4},
            "melora": {"blocks": 4, "rank": 4},
            "localized": {"grid": 2, "rank": 2},
            "adaptive": {"grid": 1, "budget": 9, "painted": [3]},
            "show_adaptive": true,
            "matched": null,
        });
        for (key, value) in expected.as_object().expect("an object") {
            assert_eq!(&written[key], value, "{key}");
        }
        // Also from a file that knows no other method.
        let read: Settings = serde_json::from_value(expected).expect("parses");
        assert_eq!(read, settings);
    }

    #[test]
    fn every_number_of_every_method_can_be_set() {
        for method in Method::ALL.iter().copied() {
            let mut settings = Settings::default();
            for place in 0..method.parameters().len() {
                settings.set_value(method, place, 100 + place);
            }
            let values = settings.of(method).values();
            let values: Vec<usize> = values.into_iter().map(|(_, value)| value).collect();
            assert_eq!(values, (100..100 + values.len()).collect::<Vec<_>>());
            let switched = settings.switch(method).map(|shown| *shown = true);
            let of_definition = !matches!(method.definition().shown, method::Visibility::Always);
            assert_eq!(switched.is_some(), of_definition, "{}", method.title());
            assert!(settings.shows(method));
        }
    }
}
