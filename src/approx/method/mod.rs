//! The methods: a file each, and a line each in the list below.

mod column_strips;
mod definition;
mod kronecker;
mod localized;
mod localized_adaptive;
mod lora;
mod melora;
mod monarch;
mod quadtree;
mod rectangular_grid;
mod row_strips;
mod sparse;

use serde::{Deserialize, Serialize};

pub use definition::{
    Configured, Defined, Definition, Flag, Parameter, ParameterDefault, Price, Role, Twin,
    Visibility,
};

use super::bits::as_numbers;
use super::curve::CurvePoint;
use super::layout::{LayoutError, LayoutKind};
use crate::figure::label;

/// Hands the list of all methods to a macro, in the order in which everything lists them: the
/// variant, the settings' file and type, the field that holds them in a session, and the field that
/// says whether the method is shown, where it is not always.
macro_rules! for_each_method {
    ($macro:ident) => {
        $macro! {
            Lora = lora::LoraSettings as lora;
            Melora = melora::MeloraSettings as melora;
            Localized = localized::LocalizedSettings as localized;
            LocalizedAdaptive = localized_adaptive::AdaptiveSettings as adaptive if show_adaptive;
            RectangularGrid = rectangular_grid::RectangularSettings as rectangular_grid
                if show_rectangular_grid;
            RowStrips = row_strips::RowStripsSettings as row_strips if show_row_strips;
            ColumnStrips = column_strips::ColumnStripsSettings as column_strips
                if show_column_strips;
            Monarch = monarch::MonarchSettings as monarch if show_monarch;
            Kronecker = kronecker::KroneckerSettings as kronecker if show_kronecker;
            Sparse = sparse::SparseSettings as sparse if show_sparse;
            Quadtree = quadtree::QuadtreeSettings as quadtree if show_quadtree;
        }
    };
}
pub(crate) use for_each_method;

macro_rules! methods {
    ($($variant:ident = $file:ident::$settings:ident as $field:ident $(if $shown:ident)?;)*) => {
        $(pub use $file::$settings;)*

        /// The methods, in the order in which everything lists them.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Method {
            $(
                #[doc = concat!("That of [`", stringify!($settings), "`].")]
                $variant,
            )*
        }

        impl Method {
            /// Every method, in the order of the paper's tables.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The definition of the method.
            pub fn definition(self) -> &'static Definition {
                match self {
                    $(Self::$variant => &<$settings as Defined>::DEFINITION,)*
                }
            }

            /// The settings that it begins with.
            pub fn usual(self) -> MethodSettings {
                match self {
                    $(Self::$variant => MethodSettings::$variant($settings::default()),)*
                }
            }
        }

        /// The settings of any one method.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(tag = "method", rename_all = "snake_case")]
        pub enum MethodSettings {
            $(
                #[doc = concat!("Those of [`Method::", stringify!($variant), "`].")]
                $variant($settings),
            )*
        }

        impl MethodSettings {
            /// The method that these settings belong to.
            pub fn method(&self) -> Method {
                match self {
                    $(Self::$variant(_) => Method::$variant,)*
                }
            }

            /// The method with these settings.
            pub fn configured(&self) -> &dyn Configured {
                match self {
                    $(Self::$variant(settings) => settings,)*
                }
            }

            fn configured_mut(&mut self) -> &mut dyn Configured {
                match self {
                    $(Self::$variant(settings) => settings,)*
                }
            }
        }
    };
}
for_each_method!(methods);

impl Method {
    /// The name people read.
    pub fn title(self) -> &'static str {
        self.definition().title
    }

    /// The name in files and JSON.
    pub fn key(self) -> &'static str {
        self.definition().key
    }

    /// The parameters of the method.
    pub fn parameters(self) -> &'static [Parameter] {
        self.definition().parameters
    }

    /// The place of the parameter that has a role, if there is one.
    pub fn place_of(self, role: Role) -> Option<usize> {
        let parameters = self.parameters().iter();
        parameters
            .map(|parameter| parameter.role)
            .position(|one| one == role)
    }
}

impl MethodSettings {
    /// The kind of layout that the method uses.
    pub fn layout(&self) -> LayoutKind {
        self.configured().layout()
    }

    /// The parameters with their values, in their order.
    pub fn values(&self) -> Vec<(&'static Parameter, usize)> {
        let mut copy = self.clone();
        let numbers = copy.configured_mut().numbers();
        let parameters = self.method().parameters().iter();
        parameters
            .zip(numbers.iter().map(|number| **number))
            .collect()
    }

    /// The value of the parameter in a place; zero where there is none.
    pub fn value(&self, place: usize) -> usize {
        self.values().get(place).map_or(0, |(_, value)| *value)
    }

    /// Sets the parameter in a place.
    pub fn set_value(&mut self, place: usize, value: usize) {
        if let Some(number) = self.configured_mut().numbers().into_iter().nth(place) {
            *number = value;
        }
    }

    /// Sets ranks by hand, or none; nothing for a method that has none.
    pub fn set_by_hand(&mut self, ranks: Option<Vec<usize>>) {
        self.configured_mut().set_by_hand(ranks);
    }

    /// Whether what the blocks follow from fits a matrix of `rows × cols`.
    ///
    /// # Errors
    /// The first number that does not, with what would.
    pub fn check(&self, rows: usize, cols: usize) -> Result<(), LayoutError> {
        for (parameter, value) in self.values() {
            parameter.check(value, (rows, cols))?;
        }
        self.layout().check(rows, cols)
    }

    /// Ranks set by hand, row by row over the grid.
    pub fn by_hand(&self) -> Option<&[usize]> {
        self.configured().by_hand()
    }

    /// The rank of every block, where they have one rank.
    pub fn uniform_rank(&self) -> Option<usize> {
        let place = self.method().place_of(Role::Rank)?;
        Some(self.value(place))
    }

    /// The parameters that the ranks may cost, where the method chooses them for a budget.
    pub fn own_budget(&self) -> Option<usize> {
        let place = self.method().place_of(Role::Budget)?;
        let free = self.by_hand().is_none() && self.price().is_none();
        free.then(|| self.value(place))
    }

    /// A price per parameter that stands in the budget's place.
    pub fn price(&self) -> Option<Price> {
        self.configured().price()
    }

    /// Sets a price per parameter, or none; nothing for a method that has none.
    pub fn set_price(&mut self, price: Option<Price>) {
        self.configured_mut().set_price(price);
    }

    /// Lets structure bits count against a budget for which ranks are chosen.
    pub fn charge(&mut self, charged: bool) {
        self.configured_mut().charge(charged);
    }

    /// The share of a budget that so many structure bits take.
    pub fn charge_for(&self, bits: usize) -> usize {
        match self.configured().charged() {
            true => as_numbers(bits),
            false => 0,
        }
    }

    /// The setting that a point of the method's curve stands for.
    #[must_use]
    pub fn at_point(&self, point: &CurvePoint) -> Self {
        let mut chosen = self.clone();
        for (place, parameter) in self.method().parameters().iter().enumerate() {
            match parameter.role {
                Role::Segments(_) | Role::Divisor(_) => {}
                Role::Rank => chosen.set_value(place, point.rank),
                Role::Budget => {
                    chosen.set_value(place, point.params);
                    chosen.set_by_hand(None);
                    chosen.set_price(None);
                }
            }
        }
        chosen
    }

    /// The setting in the paper's letters, for headings: `K = 2, r_block = 2`.
    pub fn describe(&self) -> String {
        let said = self.values().into_iter().map(|(parameter, value)| {
            match (parameter.role, self.by_hand(), self.price()) {
                (Role::Budget, Some(_), _) => "ranks set by hand".to_owned(),
                (Role::Budget, _, Some(price)) => format!("λ = {}", label::short(price.get())),
                (Role::Budget, ..) => format!("{} {}", parameter.noun, label::count(value)),
                _ => format!("{} = {value}", parameter.letter),
            }
        });
        said.collect::<Vec<_>>().join(", ")
    }

    /// The setting where it holds for each of so many matrices: a budget is for one of them.
    pub fn describe_over(&self, channels: usize) -> String {
        let mut parameters = self.method().parameters().iter();
        let budget = parameters.any(|one| one.role == Role::Budget);
        let spends = budget && self.by_hand().is_none() && self.price().is_none();
        match channels > 1 && spends {
            true => format!("{} per channel", self.describe()),
            false => self.describe(),
        }
    }

    /// The method's name and the settings that stay at every rank: `Localized LoRA, K = 2`.
    pub fn name_of_curve(&self) -> String {
        let title = self.method().title();
        match self.describe_segments().as_str() {
            "" => title.to_owned(),
            segments => format!("{title}, {segments}"),
        }
    }

    /// The setting that the blocks follow from: `K = 2`.
    pub fn describe_segments(&self) -> String {
        let segments = self.values().into_iter().filter_map(|(parameter, value)| {
            let of_blocks = parameter.role.of_blocks();
            of_blocks.then(|| format!("{} = {value}", parameter.letter))
        });
        segments.collect::<Vec<_>>().join(", ")
    }
}

/// The paper's Table I: 224 parameters on a 28 × 28 digit.
pub fn table_one() -> [MethodSettings; 3] {
    [
        MethodSettings::Lora(LoraSettings { rank: 4 }),
        MethodSettings::Melora(MeloraSettings { blocks: 4, rank: 4 }),
        MethodSettings::Localized(LocalizedSettings { grid: 2, rank: 2 }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_round_trip_through_json() {
        for settings in table_one() {
            let text = serde_json::to_string(&settings).expect("serializes");
            let back: MethodSettings = serde_json::from_str(&text).expect("parses");
            assert_eq!(back, settings);
        }
    }

    #[test]
    fn names_options_and_letters_are_used_once() {
        let mut flags: Vec<&str> = Vec::new();
        for method in Method::ALL {
            let definition = method.definition();
            assert_eq!(
                serde_json::to_value(method).expect("serializes"),
                definition.key
            );
            let parameters = definition.parameters;
            assert!((1..=4).contains(&parameters.len()), "{}", definition.title);
            for (at, parameter) in parameters.iter().enumerate() {
                let before = &parameters[..at];
                assert!(before.iter().all(|one| one.key != parameter.key));
                assert!(before.iter().all(|one| one.letter != parameter.letter));
            }
            let of_parameters = parameters.iter().filter_map(|one| one.flag.as_ref());
            flags.extend(of_parameters.chain(&definition.by_hand).map(|one| one.name));
            if let Visibility::Flagged(flag) = &definition.shown {
                flags.push(flag.name);
            }
        }
        let all = flags.len();
        flags.sort_unstable();
        flags.dedup();
        assert_eq!(flags.len(), all, "{flags:?}");
    }
}
