//! The tabs of the window. A tab is a folder here and a line in `OTHERS`.

pub mod approximate;
pub mod finetune;
pub mod method;
pub mod weights;

use std::any::Any;
use std::path::PathBuf;

use self::approximate::ApproximateTab;
use self::finetune::FinetuneTab;
use self::method::MethodTab;
use self::weights::WeightsTab;
use super::page::Page;
use super::tab::Tab;
use super::worker::Wake;

/// The state that a tab may begin with.
pub struct StartState {
    /// A folder for what the tabs keep by themselves, if there is one.
    pub folder: Option<PathBuf>,
    /// Wakes the window.
    pub wake: Wake,
}

type TabBuilder = fn(&StartState) -> Box<dyn Page>;

/// The tabs behind the first, in their order: each with what makes it.
const OTHERS: &[(Tab, TabBuilder)] = &[
    (finetune::action::TAB, |place| {
        Box::new(FinetuneTab::new(place))
    }),
    (method::TAB, |_| Box::<MethodTab>::default()),
    (weights::action::TAB, |place| {
        Box::new(WeightsTab::new(place))
    }),
];

/// All tabs, in their order.
pub fn all() -> impl Iterator<Item = Tab> {
    let others = OTHERS.iter().map(|(tab, _)| *tab);
    std::iter::once(Tab::HOME).chain(others)
}

/// The tab that files call `id`; the first where there is none.
pub fn named(id: &str) -> Tab {
    all().find(|tab| tab.id() == id).unwrap_or(Tab::HOME)
}

/// The contents of all tabs.
pub struct Pages {
    /// The tab that matrices are opened in.
    pub home: ApproximateTab,
    others: Vec<Box<dyn Page>>,
}

impl Pages {
    /// All tabs as they are at the start.
    pub fn new(place: &StartState) -> Self {
        Self {
            home: ApproximateTab::default(),
            others: OTHERS.iter().map(|(_, make)| make(place)).collect(),
        }
    }

    /// All, in the order of the tabs.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Page> {
        let others = self.others.iter().map(Box::as_ref);
        std::iter::once(&self.home as &dyn Page).chain(others)
    }

    /// All, in the order of the tabs.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut (dyn Page + 'static)> {
        let others = self.others.iter_mut().map(Box::as_mut);
        std::iter::once(&mut self.home as &mut dyn Page).chain(others)
    }

    /// The content of a tab.
    pub fn of(&mut self, tab: Tab) -> Option<&mut (dyn Page + 'static)> {
        self.iter_mut().find(|page| page.tab() == tab)
    }

    /// The tab of a type.
    pub fn get<T: Page>(&self) -> Option<&T> {
        self.iter()
            .find_map(|page| (page as &dyn Any).downcast_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tabs_share_a_name_or_a_key() {
        let tabs: Vec<Tab> = all().collect();
        for (at, tab) in tabs.iter().enumerate() {
            for other in &tabs[..at] {
                assert_ne!(tab.id(), other.id());
                assert_ne!(tab.key(), other.key());
            }
            assert_eq!(named(tab.id()), *tab);
        }
        assert_eq!(named("none"), Tab::HOME);
    }
}
