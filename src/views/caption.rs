//! Captions of figures, with the settings that they were made with.

use super::approximation::{self, title};
use super::material::Material;
use super::options::Options;
use super::view::{Subject, View};
use crate::analysis::{Analysis, Outcome};
use crate::figure::compose::letter;
use crate::figure::{Omitted, label};

/// A caption for a figure of `views`, which have letters where they are several.
///
/// # Errors
/// Why there is no figure.
pub fn caption(
    views: &[&'static View],
    material: &Material<'_>,
    options: &Options,
) -> Result<String, String> {
    let of_matrix = |view: &&View| view.subject == Subject::Matrix;
    if let [view] = views
        && !of_matrix(view)
    {
        let about = view.document(material, options).figure()?.metadata;
        let said = [about.title, about.description].into_iter();
        let said: Vec<String> = said.filter(|part| !part.is_empty()).collect();
        return Ok(format!("{}.", said.join(": ")));
    }
    let named = views.iter().enumerate().map(|(number, view)| {
        let name = name(view, views.len() > 1);
        let name = match views {
            [_] => name,
            _ => format!("({}) {name}", letter(number)),
        };
        (of_matrix(view), name)
    });
    let (of_matrix, of_images): (Vec<_>, Vec<_>) = named.partition(|(of_matrix, _)| *of_matrix);
    let [of_matrix, of_images] = [of_matrix, of_images]
        .map(|named| named.into_iter().map(|(_, name)| name).collect::<Vec<_>>());
    let mut sentences = vec![format!(
        "{} of {}",
        list(&of_matrix),
        settings(views, material, options)?
    )];
    if !of_images.is_empty() {
        let images = material.survey()?;
        let (set, split) = (&images.images.dataset, images.images.split);
        sentences.push(format!("{} ({set} {split})", list(&of_images)));
    }
    if options.error_maps.is_some()
        && views.contains(&&approximation::VIEW)
        && material.others.is_empty()
    {
        sentences.push("Below the reconstructions: residuals W − Ŵ on one colour scale".to_owned());
    }
    let sentences: Vec<String> = sentences
        .into_iter()
        .map(|one| format!("{}.", upper(&one)))
        .collect();
    Ok(sentences.join(" "))
}

/// A view in the words of a caption.
fn name(view: &View, several: bool) -> String {
    match (view.key == approximation::VIEW.key, view.subject, several) {
        (true, _, false) => "Reconstruction".to_owned(),
        (_, Subject::Images, _) => "errors over the data set".to_owned(),
        (_, _, _) => lower(view.short),
    }
}

/// The matrices, the methods with their settings, and what they cost and miss.
fn settings(
    views: &[&'static View],
    material: &Material<'_>,
    options: &Options,
) -> Result<String, String> {
    let analysis = material.analysis()?;
    let matrices = std::iter::once(analysis).chain(material.others.iter().copied());
    let matrices: Vec<String> = matrices.map(matrix).collect();
    let outcomes: Vec<&Outcome> = analysis
        .outcomes()
        .filter(|one| {
            let method = one.evaluation.method();
            !options.context.omits(Omitted::Method(method))
        })
        .collect();
    let methods: Vec<String> = outcomes.iter().map(|one| method(one)).collect();
    let by = match views {
        [one] if **one == approximation::VIEW => " by",
        _ => ", approximated by",
    };
    let errors = match material.others {
        [] => {
            let errors = outcomes
                .iter()
                .map(|one| label::error(one.evaluation.error));
            let noun = match outcomes.len() {
                1 => "error",
                _ => "errors",
            };
            format!(
                "normalized Frobenius {noun} {}",
                list(&errors.collect::<Vec<_>>())
            )
        }
        _ => "the normalized Frobenius error stands above each reconstruction".to_owned(),
    };
    Ok(match methods.is_empty() {
        true => list(&matrices),
        false => format!(
            "{}{by} {}, {}; {errors}",
            list(&matrices),
            list(&methods),
            parameters(&outcomes)
        ),
    })
}

/// Name, shape and rank.
fn matrix(analysis: &Analysis) -> String {
    let (rows, cols) = analysis.shape();
    let name = label::clean(&title(analysis));
    format!("{name} ({rows} × {cols}, rank {})", analysis.rank)
}

fn method(outcome: &Outcome) -> String {
    let one = &outcome.evaluation;
    format!("{} ({})", one.method().title(), one.settings.describe())
}

/// What the methods cost.
fn parameters(outcomes: &[&Outcome]) -> String {
    let costs: Vec<usize> = outcomes.iter().map(|one| one.evaluation.params).collect();
    match &costs[..] {
        [one] => label::parameters(*one),
        [first, others @ ..] if others.iter().all(|one| one == first) => {
            format!("{} each", label::parameters(*first))
        }
        all => {
            let counts: Vec<String> = all.iter().map(|one| label::count(*one)).collect();
            format!("{} parameters", list(&counts))
        }
    }
}

/// `a, b and c`.
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn lower(text: &str) -> String {
    changed(text, |c| c.to_lowercase().collect())
}

fn upper(text: &str) -> String {
    changed(text, |c| c.to_uppercase().collect())
}

/// The text with another first letter.
fn changed(text: &str, change: impl Fn(char) -> String) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(change).unwrap_or_default();
    first + letters.as_str()
}
