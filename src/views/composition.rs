//! Views together in one figure, as a command line says them and a file holds them.

use super::caption::reconstructs;
use super::material::Material;
use super::omission::{idle, omissible};
use super::options::Options;
use super::shown::Shown;
use super::view::{Subject, View};
use super::{approximation, caption};
use crate::analysis::Images;
use crate::figure::compose::Letters;
use crate::figure::palette::ColorMap;
use crate::figure::{Figure, Gain, Omitted, Paper, compose, label};
use crate::session::words::Words;
use crate::session::{CommandLine, Export, Session};
use crate::source::{Limits, Source, Split};

/// One or more views in a figure, with letters where they are several.
#[derive(Clone, Debug, PartialEq)]
pub struct Composition {
    /// The views, in the order of their letters.
    pub views: Vec<&'static View>,
    /// Panels beside each other; by their widths when absent.
    pub columns: Option<usize>,
    /// The letters of the panels.
    pub letters: Letters,
    /// Further rows of reconstructions.
    pub others: Vec<Source>,
    /// The half of the data set that is measured beside a matrix of another source.
    pub split: Split,
}

impl Composition {
    /// A figure of one view.
    pub fn of(view: &'static View) -> Self {
        Self {
            views: vec![view],
            columns: None,
            letters: Letters::default(),
            others: Vec::new(),
            split: Split::Test,
        }
    }

    /// The only view of a plain figure.
    pub fn single(&self) -> Option<&'static View> {
        match &self.views[..] {
            [view] if self.others.is_empty() => Some(view),
            _ => None,
        }
    }

    /// Whether reconstructions are among the views, which further rows stand under.
    pub fn has_reconstructions(&self) -> bool {
        self.views.contains(&&approximation::VIEW)
    }

    /// The images that a view of the data set has.
    pub fn images(&self, session: &Session) -> Images {
        Images::beside(&session.source, self.split)
    }

    /// The command line that makes the same figure; `None` when no command line can say it.
    pub fn command(
        &self,
        session: &Session,
        limits: &Limits,
        export: &Export,
    ) -> Option<CommandLine> {
        let mut words = Words::program();
        words.word("compose");
        words.part(session, limits)?;
        words.order(session)?;
        words.transform(session.transform);
        words.settings(&session.settings);
        let names: Vec<&str> = self.views.iter().map(|view| view.file_name).collect();
        words.option("show", &names.join(","));
        let rows = self.has_reconstructions();
        for source in self.others.iter().filter(|_| rows) {
            words.source_option("with", source)?;
        }
        if let Some(columns) = self.columns {
            words.option("columns", &columns.to_string());
        }
        if self.views.len() > 1 && self.letters != Letters::default() {
            words.option("letters", self.letters.id());
        }
        if self.split != Split::Test {
            words.option("split", &self.split.to_string());
        }
        words.figure(export)?;
        if export.colors != ColorMap::default() {
            words.option("colors", export.colors.name());
        }
        if export.error_maps && rows && self.others.is_empty() {
            words.flag("error-maps");
            if export.error_gain != Gain::default() {
                words.option("error-gain", &export.error_gain.to_string());
            }
        }
        words.source(session)?;
        words.quoted()
    }

    /// The options of the whole figure; `command` says in the file how it is made again.
    pub fn options(
        &self,
        session: &Session,
        command: Option<CommandLine>,
        export: &Export,
    ) -> Options {
        let first = self.views.first().copied();
        let shown = Shown::of(first.unwrap_or(&approximation::VIEW));
        let sources = std::iter::once(session.whole_source()).chain(self.others.iter().cloned());
        let sources = sources.map(|source| source.without_folders().to_string());
        let sources: Vec<String> = sources.collect();
        shown.options(sources.join(", "), command, Some(export))
    }

    /// The figure.
    ///
    /// # Errors
    /// Why one of the views shows nothing.
    pub fn figure(&self, material: &Material<'_>, options: &Options) -> Result<Figure, String> {
        if let [view] = &self.views[..] {
            return view.document(material, options).figure();
        }
        let mut own = options.clone();
        // Each is laid out for its place in the whole.
        own.context.paper = Paper {
            width: None,
            ..options.context.paper
        };
        let parts = self.views.iter();
        let part = |view: &&'static View| -> Result<Figure, String> {
            let figure = view.document(material, &own).figure()?;
            match figure.is_empty() {
                true => Err(format!(
                    "nothing is left of {}; leave fewer parts out, or that view",
                    view.file_name
                )),
                false => Ok(figure),
            }
        };
        let parts: Vec<Figure> = parts.map(part).collect::<Result<_, String>>()?;
        let reconstructed = reconstructs(material, options);
        let name = |view: &&'static View| match *view == &approximation::VIEW && !reconstructed {
            true => "Original",
            false => view.short,
        };
        let names: Vec<&str> = self.views.iter().map(name).collect();
        let subject = material.analysis()?;
        let title = format!(
            "{} of {}",
            names.join(", "),
            label::clean(&approximation::title(subject))
        );
        let description = self.caption(material, options)?;
        // Each has less room here than alone.
        Ok(options.context.trimmed(compose::together(
            &options.context,
            (&title, description),
            parts,
            (self.columns, self.letters),
        )))
    }

    /// The parts that were left out of its `figure` in vain.
    pub fn idle_omissions(
        &self,
        figure: &Figure,
        material: &Material<'_>,
        options: &Options,
    ) -> Vec<Omitted> {
        idle(figure, options, &|options| self.figure(material, options))
    }

    /// The parts that can be left out of its `figure`, and those that are.
    pub fn omissible(
        &self,
        figure: &Figure,
        material: &Material<'_>,
        options: &Options,
    ) -> Vec<Omitted> {
        let idle = self.idle_omissions(figure, material, options);
        omissible(&self.views, material, (figure, &idle), options)
    }

    /// A caption for the figure.
    ///
    /// # Errors
    /// Why one of the views shows nothing.
    pub fn caption(&self, material: &Material<'_>, options: &Options) -> Result<String, String> {
        caption(&self.views, material, options, self.letters)
    }

    /// The session at the settings that the views' matrices took. Images may have another shape; a
    /// figure that shows nothing else is of them.
    pub fn session(&self, material: &Material<'_>) -> Option<Session> {
        let mut session = material.analysis?.session.clone();
        let images = self
            .views
            .iter()
            .all(|view| view.subject == Subject::Images);
        let surveyed = material.survey.map(|survey| &survey.settings);
        let tested = material.locality_survey.map(|tested| &tested.settings);
        if let (true, Some(settings)) = (images, surveyed.or(tested)) {
            session.settings = settings.clone();
        }
        Some(session)
    }
}
