//! The public side of a tab.

use eframe::egui::Key;

/// A tab of the window: its name in files, its title and its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tab {
    id: &'static str,
    title: &'static str,
    key: Key,
}

impl Tab {
    /// The tab that matrices are opened in, and that the window begins with.
    pub const HOME: Self = Self::new("approximate", "Approximate", Key::Num1);

    /// A tab that files call `id` and people `title`, opened by `key`.
    pub const fn new(id: &'static str, title: &'static str, key: Key) -> Self {
        Self { id, title, key }
    }

    /// The name in remembered settings.
    pub fn id(self) -> &'static str {
        self.id
    }

    /// The title.
    pub fn title(self) -> &'static str {
        self.title
    }

    /// The key that opens it.
    pub fn key(self) -> Key {
        self.key
    }
}
