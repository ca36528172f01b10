//! Figures: one description, drawn to SVG, PNG and PDF.
