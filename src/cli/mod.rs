//! The command line: everything the window shows, as text, JSON and figures.
