//! Captions of figures, with the settings that they were made with.

use super::approximation::{self, outcomes, title};
use super::material::Material;
use super::options::Options;
use super::view::{Subject, View};
use super::{block_spectra, factors, locality, order, rank_map, singular_values};
use crate::analysis::{Analysis, Outcome, Terms};
use crate::approx::Method;
use crate::figure::compose::Letters;
use crate::figure::label;
use crate::figure::label::listed;

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
        let title = match of_matrix(view) {
            true => format!("{} for {}", about.title, matrix(material.computed()?)),
            false => about.title,
        };
        let said = [title, about.description].into_iter();
        let said: Vec<String> = said.filter(|part| !part.is_empty()).collect();
        let colour = colours(views, material, options).map(|told| format!(" {told}."));
        return Ok(format!(
            "{}.{}",
            said.join(": "),
            colour.unwrap_or_default()
        ));
    }
    let mut sentences = of_matrices(views, letters, material, options)?;
    let reconstructed = reconstructs(material, options);
    let of_images = named((views, reconstructed), letters, &|view| !of_matrix(view));
    if !of_images.is_empty() {
        let images = material.survey()?;
        let (set, split) = (images.images.dataset.without_folders(), images.images.split);
        sentences.push(format!("{} ({set} {split})", listed(&of_images)));
    }
    if reconstructed
        && options.error_maps.is_some()
        && views.contains(&&approximation::VIEW)
        && material.others.is_empty()
    {
        let letter = material.analysis()?.letter();
        sentences.push(format!(
            "Below the reconstructions: residuals {letter} − Ŵ on one colour scale"
        ));
    }
    if views.contains(&&factors::VIEW) {
        let terms = Terms::of(material.analysis()?, options.part)?;
        sentences.push(format!("Factors: {}", terms.heading()));
    }
    sentences.extend(colours(views, material, options));
    let sentences: Vec<String> = sentences
        .into_iter()
        .map(|one| format!("{}.", upper(&one)))
        .collect();
    Ok(sentences.join(" "))
}

/// What of a picture in colour the numbers and pictures are of, where one is.
fn colours(views: &[&'static View], material: &Material<'_>, options: &Options) -> Option<String> {
    let mut all = material.analysis.iter().chain(material.others);
    if !all.any(|one| one.channels() > 1) || !views.iter().any(|view| of_matrix(view)) {
        return None;
    }
    let gray = [
        &singular_values::VIEW,
        &block_spectra::VIEW,
        &rank_map::VIEW,
        &factors::VIEW,
        &locality::VIEW,
        &order::VIEW,
    ];
    let of_luminance = views.iter().filter(|view| gray.contains(view));
    let mut of_luminance: Vec<String> = of_luminance.map(|view| lower(view.short)).collect();
    let maps = options.error_maps.is_some() && views.contains(&&approximation::VIEW);
    if maps && material.others.is_empty() && reconstructs(material, options) {
        of_luminance.push("residuals".to_owned());
    }
    let of_luminance: Vec<&str> = of_luminance.iter().map(String::as_str).collect();
    Some(approximation::colour_sentence(&of_luminance))
}

fn of_matrix(view: &View) -> bool {
    view.subject == Subject::Matrix
}

/// Whether any reconstruction is left in a figure of them.
pub(super) fn reconstructs(material: &Material<'_>, options: &Options) -> bool {
    let mut all = material.analysis.iter().chain(material.others);
    all.any(|one| outcomes(one, options).next().is_some())
}

/// The views that are wanted, with the letters that they have in the figure; whether they have
/// reconstructions goes with them.
fn named(
    (views, reconstructed): (&[&'static View], bool),
    letters: Letters,
    wanted: &dyn Fn(&View) -> bool,
) -> Vec<String> {
    let all = views.iter().enumerate();
    let chosen = all.filter(|(_, view)| wanted(view));
    let named = chosen.map(|(number, view)| {
        let name = match *view == &approximation::VIEW && !reconstructed {
            true => "original".to_owned(),
            false => name(view, views.len() > 1),
        };
        match views {
            [_] => name,
            _ => letters.in_caption(number) + &name,
        }
    });
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
    let reconstructed = reconstructs(material, options);
    if let ([view], false) = (views, reconstructed)
        && *view == &approximation::VIEW
    {
        // The original alone, which is named by its matrix.
        return Ok(vec![settings(views, material, options)?]);
    }
    let views_shown = (views, reconstructed);
    let of_all = named(views_shown, letters, &rows);
    let of_first = named(views_shown, letters, &|view| of_matrix(view) && !rows(view));
    let mut sentences = Vec::new();
    if !of_all.is_empty() {
        let settings = settings(views, material, options)?;
        sentences.push(format!("{} of {settings}", listed(&of_all)));
    }
    if !of_first.is_empty() {
        let of = match of_all.is_empty() {
            true => settings(views, material, options)?,
            false => label::clean(&title(material.analysis()?)),
        };
        sentences.push(format!("{} of {of}", listed(&of_first)));
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
    let shown: Vec<Method> = views
        .iter()
        .flat_map(|view| methods_in(view, analysis, options))
        .collect();
    let found: Vec<&Outcome> = of_methods(analysis, &shown);
    let by = match views {
        [one] if **one == approximation::VIEW => " by",
        _ => ", approximated by",
    };
    // Matrices of other shapes may have other settings, and other costs at the same ones.
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for one in std::iter::once(analysis).chain(material.others.iter().copied()) {
        let methods = methods(&of_methods(one, &shown));
        match groups.last_mut() {
            Some((same, matrices)) if *same == methods => matrices.push(matrix(one)),
            _ => groups.push((methods, vec![matrix(one)])),
        }
    }
    let groups: Vec<String> = groups
        .iter()
        .map(|(methods, matrices)| match methods.is_empty() {
            true => listed(matrices),
            false => format!("{}{by} {methods}", listed(matrices)),
        })
        .collect();
    let errors = match material.others {
        [] => {
            let errors = found.iter().map(|one| label::error(one.evaluation.error));
            let noun = match found.len() {
                1 => "error",
                _ => "errors",
            };
            format!(
                "normalized Frobenius {noun} {}",
                listed(&errors.collect::<Vec<_>>())
            )
        }
        _ => "the normalized Frobenius error stands above each reconstruction".to_owned(),
    };
    let groups = groups.join("; ");
    Ok(match found.is_empty() {
        true => groups,
        false => format!("{groups}; {errors}"),
    })
}

/// The methods that a view shows: those that it is of, or all that are not left out.
fn methods_in(view: &View, analysis: &Analysis, options: &Options) -> Vec<Method> {
    if *view == factors::VIEW {
        let terms = Terms::of(analysis, options.part);
        terms.map(|terms| terms.method()).into_iter().collect()
    } else if *view == rank_map::VIEW {
        let mapped = rank_map::mapped(analysis).into_iter();
        mapped
            .map(|(outcome, _)| outcome.evaluation.method())
            .collect()
    } else if *view == order::VIEW {
        vec![Method::Localized]
    } else if *view == locality::VIEW {
        vec![Method::Lora, Method::Melora, Method::Localized]
    } else {
        let all = outcomes(analysis, options);
        all.map(|one| one.evaluation.method()).collect()
    }
}

fn of_methods<'a>(analysis: &'a Analysis, methods: &[Method]) -> Vec<&'a Outcome> {
    let all = analysis.outcomes();
    all.filter(|one| methods.contains(&one.evaluation.method()))
        .collect()
}

/// The methods with their settings, and what they cost.
fn methods(outcomes: &[&Outcome]) -> String {
    let methods: Vec<String> = outcomes.iter().map(|one| method(one)).collect();
    match methods.is_empty() {
        true => String::new(),
        false => format!("{}, {}", listed(&methods), parameters(outcomes)),
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
    format!("{} ({})", one.method().title(), one.describe())
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
            format!("{} parameters", listed(&counts))
        }
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
