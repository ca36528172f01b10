//! The documents that a view gives, in every form.

use super::caption::caption;
use super::material::Material;
use super::omission::{idle, omissible};
use super::options::Options;
use super::view::{TableForm, View};
use crate::figure::compose::Letters;
use crate::figure::{Figure, Omitted, Table};

/// A view of results; each form is made when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    view: &'static View,
    material: &'a Material<'a>,
    options: &'a Options,
}

impl View {
    /// The document that the view gives of `material`.
    pub fn document<'a>(
        &'static self,
        material: &'a Material<'a>,
        options: &'a Options,
    ) -> Document<'a> {
        Document {
            view: self,
            material,
            options,
        }
    }
}

impl Document<'_> {
    /// The picture.
    ///
    /// # Errors
    /// Why there is none.
    pub fn figure(&self) -> Result<Figure, String> {
        let figure = (self.view.figure)(self.material, self.options)?;
        Ok(self.options.context.trimmed(figure))
    }

    /// The parts that were left out of its `figure` in vain.
    pub fn idle_omissions(&self, figure: &Figure) -> Vec<Omitted> {
        idle(figure, self.options, &|options| {
            self.view.document(self.material, options).figure()
        })
    }

    /// The parts that can be left out of its `figure`, and those that are.
    pub fn omissible(&self, figure: &Figure) -> Vec<Omitted> {
        let idle = self.idle_omissions(figure);
        omissible(&[self.view], self.material, (figure, &idle), self.options)
    }

    /// The tables for a page of text.
    ///
    /// # Errors
    /// Why there are none.
    pub fn tables(&self) -> Result<Vec<Table>, String> {
        (self.view.tables)(self.material, self.options, TableForm::Text)
    }

    /// The numbers as comma-separated values, exactly; tables with an empty line between.
    ///
    /// # Errors
    /// Why there are none.
    pub fn csv(&self) -> Result<String, String> {
        self.written(TableForm::Csv, Table::to_csv)
    }

    /// The numbers as LaTeX tabulars.
    ///
    /// # Errors
    /// Why there are none.
    pub fn latex(&self) -> Result<String, String> {
        self.written(TableForm::Latex, Table::to_latex)
    }

    /// The tables for a README or a wiki.
    ///
    /// # Errors
    /// Why there are none.
    pub fn markdown(&self) -> Result<String, String> {
        self.written(TableForm::Text, Table::to_markdown)
    }

    /// A caption for the figure, with its settings.
    ///
    /// # Errors
    /// Why there is no figure.
    pub fn caption(&self) -> Result<String, String> {
        caption(
            &[self.view],
            self.material,
            self.options,
            Letters::default(),
        )
    }

    /// One JSON object.
    ///
    /// # Errors
    /// Why there is none.
    pub fn json(&self) -> Result<String, String> {
        (self.view.json)(self.material, self.options)
    }

    /// The matrix as an NPY file.
    ///
    /// # Errors
    /// Why there is none; most views are no matrix.
    pub fn npy(&self) -> Result<Vec<u8>, String> {
        let npy = self.view.npy.ok_or(NO_ARRAY)?;
        npy(self.material)
    }

    /// Notes for the reader, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        (self.view.notes)(self.material, self.options)
    }

    fn written(&self, form: TableForm, write: fn(&Table) -> String) -> Result<String, String> {
        let tables = (self.view.tables)(self.material, self.options, form)?;
        let texts: Vec<String> = tables.iter().map(write).collect();
        Ok(texts.join("\n"))
    }
}

/// Why a view is not written as an array.
pub const NO_ARRAY: &str = "only ΔW can be written as NPY; choose another format";
