//! Captions of figures, with the settings that they were made with.

use super::approximation::{self, title};
use super::material::Material;
use super::options::Options;
use super::view::{Subject, View};
use crate::analysis::{Analysis, Outcome};
use crate::figure::compose::Letters;
use crate::figure::{Omitted, label};

/// A caption for a figure of `views`, which have `letters` where they are several.
///
/// # Errors
/// Why there is no figure.
pub fn caption(
    views: &[&'static View],
    material: &Material<'_>,
    options: &Options,
    letters: Letters,
) -> Result<String, String> {
    if let [view] = views
        && (!of_matrix(view) || view.searches())
    {
        let about = view.document(material, options).figure()?.metadata;
        let said = [about.title, about.description].into_iter();
        let said: Vec<String> = said.filter(|part| !part.is_empty()).collect();
        return Ok(format!("{}.", said.join(": ")));
    }
    let mut sentences = of_matrices(views, letters, material, options)?;
    let of_images = named(views, letters, &|view| !of_matrix(view));
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

fn of_matrix(view: &View) -> bool {
    view.subject == Subject::Matrix
}

/// The views that are wanted, with the letters that they have in the figure.
fn named(views: &[&'static View], letters: Letters, wanted: &dyn Fn(&View) -> bool) -> Vec<String> {
    let all = views.iter().enumerate();
    let chosen = all.filter(|(_, view)| wanted(view));
    let named = chosen.map(
        |(number, view)| match (name(view, views.len() > 1), views) {
            (name, [_]) => name,
            (name, _) => letters.in_caption(number) + &name,
        },
    );
    named.collect()
}

/// Sentences on the views of matrices. Only reconstructions are of the other matrices as well.
fn of_matrices(
    views: &[&'static View],
    letters: Letters,
    material: &Material<'_>,
    options: &Options,
) -> Result<Vec<String>, String> {
    let rows = |view: &View| !material.others.is_empty() && *view == approximation::VIEW;
    let of_all = named(views, letters, &rows);
    let of_first = named(views, letters, &|view| of_matrix(view) && !rows(view));
    let mut sentences = Vec::new();
    if !of_all.is_empty() {
        let settings = settings(views, material, options)?;
        sentences.push(format!("{} of {settings}", list(&of_all)));
    }
    if !of_first.is_empty() {
        let of = match of_all.is_empty() {
            true => settings(views, material, options)?,
            false => label::clean(&title(material.analysis()?)),
        };
        sentences.push(format!("{} of {of}", list(&of_first)));
    }
    Ok(sentences)
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
    let outcomes: Vec<&Outcome> = shown(analysis, options).collect();
    let by = match views {
        [one] if **one == approximation::VIEW => " by",
        _ => ", approximated by",
    };
    // Matrices of other shapes may have other settings, and other costs at the same ones.
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for one in std::iter::once(analysis).chain(material.others.iter().copied()) {
        let methods = methods(&shown(one, options).collect::<Vec<_>>());
        match groups.last_mut() {
            Some((same, matrices)) if *same == methods => matrices.push(matrix(one)),
            _ => groups.push((methods, vec![matrix(one)])),
        }
    }
    let groups: Vec<String> = groups
        .iter()
        .map(|(methods, matrices)| match methods.is_empty() {
            true => list(matrices),
            false => format!("{}{by} {methods}", list(matrices)),
        })
        .collect();
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
    let groups = groups.join("; ");
    Ok(match outcomes.is_empty() {
        true => groups,
        false => format!("{groups}; {errors}"),
    })
}

/// The methods that a figure shows.
fn shown<'a>(analysis: &'a Analysis, options: &Options) -> impl Iterator<Item = &'a Outcome> {
    analysis.outcomes().filter(|one| {
        let method = one.evaluation.method();
        !options.context.omits(Omitted::Method(method))
    })
}

/// The methods with their settings, and what they cost.
fn methods(outcomes: &[&Outcome]) -> String {
    let methods: Vec<String> = outcomes.iter().map(|one| method(one)).collect();
    match methods.is_empty() {
        true => String::new(),
        false => format!("{}, {}", list(&methods), parameters(outcomes)),
    }
}

/// Name, shape and rank.
fn matrix(analysis: &Analysis) -> String {
    let (rows, cols) = analysis.shape();
    let name = label::clean(&title(analysis));
    format!("{name} ({rows} × {cols}, rank {})", analysis.rank_words())
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
