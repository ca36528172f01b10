//! PDF: the SVG as vectors and text, the settings in the document's information.

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};

use super::tree::tree;
use super::{Figure, FigureError};

pub(super) fn encode(figure: &Figure) -> Result<Vec<u8>, FigureError> {
    let tree = tree(figure, "PDF")?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let page_size = PageSettings::from_wh(width, height).zip(Size::from_wh(width, height));
    let Some((settings, size)) = page_size else {
        return Err(FigureError::library("PDF", &"the page has no size"));
    };

    let mut document = Document::new();
    document.set_metadata(metadata(figure));
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.draw_svg(&tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    document
        .finish()
        .map_err(|error| FigureError::library("PDF", &format!("{error:?}")))
}

fn metadata(figure: &Figure) -> Metadata {
    let about = &figure.metadata;
    let keywords = [&about.source, &about.command]
        .into_iter()
        .filter(|text| !text.is_empty())
        .cloned()
        .collect();
    Metadata::new()
        .title(about.title.clone())
        .description(about.description.clone())
        .keywords(keywords)
        .creator(about.software.clone())
        .language("en".to_owned())
}
