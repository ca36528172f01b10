//! Whatever the bytes: a matrix of finite numbers or a sentence, never a panic.

use image::ImageFormat;
use localized_lora::source::{LoadedMatrix, OPENABLE_EXTENSIONS, SourceError, load_bytes};
use proptest::prelude::*;

use crate::arrays::{by_numpy, npy, zip};
use crate::corpus::readers::tight;
use crate::pictures::{encode, grey, turned};
use crate::weights::safetensors;

fn check(result: Result<LoadedMatrix, SourceError>) -> Result<(), TestCaseError> {
    match result {
        Ok(loaded) => {
            prop_assert!(!loaded.matrix.is_empty() && loaded.matrix.len() <= 10_000);
            prop_assert!(loaded.matrix.iter().all(|value| value.is_finite()));
        }
        Err(error) => {
            let text = error.to_string();
            prop_assert!(!text.is_empty() && !text.contains('\n'), "{}", text);
        }
    }
    Ok(())
}

/// A good file of every kind.
fn good_files() -> Vec<(String, Vec<u8>)> {
    let values: Vec<u8> = (0..48).collect();
    let array = npy("'<i4'", false, "(3, 4)", &values);
    let rgb = image::DynamicImage::ImageRgb8(grey().to_rgb8());
    let mut files = vec![
        (
            "a.npz".to_owned(),
            zip(&[("a.npy", &array), ("b.npy", b"x")]),
        ),
        ("numpy.npz".to_owned(), by_numpy()),
        (
            "a.safetensors".to_owned(),
            safetensors(
                r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}"#,
                &values[..20],
            ),
        ),
        (
            "lora.safetensors".to_owned(),
            safetensors(
                r#"{"u.alpha":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"u.lora_down.weight":{"dtype":"U8","shape":[1,3],"data_offsets":[1,4]},"u.lora_up.weight":{"dtype":"I16","shape":[2,1],"data_offsets":[4,8]}}"#,
                &values[1..9],
            ),
        ),
        (
            "lokr.safetensors".to_owned(),
            safetensors(
                r#"{"u.lokr_w1":{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]},"u.lokr_w2_a":{"dtype":"U8","shape":[2,1],"data_offsets":[2,4]},"u.lokr_w2_b":{"dtype":"F16","shape":[1,2],"data_offsets":[4,8]}}"#,
                &values[1..9],
            ),
        ),
        ("turned.jpg".to_owned(), turned()),
        ("a.npy".to_owned(), array),
        ("a.csv".to_owned(), b"a,\"b\nc\"\n1,2\n3,4\n".to_vec()),
        ("a.tsv".to_owned(), b"1,5\t2\n3\t4\n".to_vec()),
        ("a.txt".to_owned(), b"# c\n1 2\n3 4\n".to_vec()),
        (
            "sep.csv".to_owned(),
            b"sep=;\r\"g\";2001;2002\rx;\"1.234,5\";2D0\ry;3;4\r".to_vec(),
        ),
        (
            "a.mtx".to_owned(),
            b"%%MatrixMarket matrix coordinate real symmetric\n%\n3 3 2\n1 1 2\n3 1 4e0\n".to_vec(),
        ),
        (
            "b.mtx".to_owned(),
            b"%%MatrixMarket matrix array integer skew-symmetric\n3 3\n1\n2\n3\n".to_vec(),
        ),
        (
            "octave.txt".to_owned(),
            b"# name: A\n# type: matrix\n# rows: 1\n# columns: 2\n 1 2\n\n\n# name: s\n# type: string\n# elements: 1\n# length: 2\nhi\n".to_vec(),
        ),
        (
            "sparse.mat".to_owned(),
            b"# name: S\n# type: sparse matrix\n# nnz: 1\n# rows: 2\n# columns: 2\n1 2 0.5\n".to_vec(),
        ),
        (
            "esri.asc".to_owned(),
            b"ncols 2\nnrows 2\ncellsize 1\nNODATA_value -1\n1 2\n3 4\n".to_vec(),
        ),
        (
            "surfer.grd".to_owned(),
            b"DSAA\n2 2\n0 1\n0 1\n1 4\n1 2\n3 4\n".to_vec(),
        ),
    ];
    for format in [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::Bmp,
        ImageFormat::Gif,
        ImageFormat::Ico,
        ImageFormat::Pnm,
        ImageFormat::Qoi,
        ImageFormat::Tga,
        ImageFormat::Tiff,
        ImageFormat::WebP,
    ] {
        let image = match format {
            ImageFormat::Gif | ImageFormat::Ico => image::DynamicImage::from(grey().to_rgba8()),
            _ => rgb.clone(),
        };
        let name = format!("a.{}", format.extensions_str()[0]);
        files.push((name, encode(&image, format)));
    }
    files
}

#[test]
fn every_good_file_is_good() {
    for (name, content) in good_files() {
        let result = load_bytes(&name, &content, &tight());
        // The archive's second array is damaged on purpose.
        assert_eq!(result.is_err(), name == "a.npz", "{name}: {result:?}");
    }
}

#[test]
fn a_good_file_may_end_anywhere() {
    for (name, content) in good_files() {
        for length in 0..content.len() {
            check(load_bytes(&name, &content[..length], &tight())).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_under_any_name(
        extension in prop::sample::select(OPENABLE_EXTENSIONS.to_vec()),
        content in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        check(load_bytes(&format!("a.{extension}"), &content, &tight()))?;
        check(load_bytes("a", &content, &tight()))?;
    }

    #[test]
    fn any_text_as_a_table(content in "(sep=)?[-0-9a-zDN.,;|'%\u{2212}\t \"#\r\n]{0,80}") {
        check(load_bytes("a.csv", content.as_bytes(), &tight()))?;
    }

    #[test]
    fn any_text_behind_the_beginning_of_a_format(
        beginning in prop::sample::select(vec![
            "%%MatrixMarket matrix coordinate real general\n",
            "%%MatrixMarket matrix array real symmetric\n",
            "# name: A\n# type: matrix\n",
            "# name: A\n# type: sparse matrix\n",
            "# name: A\n# type: int8 matrix\n# ndims: 2\n",
            "ncols 3\nnrows 2\n",
            "DSAA\n2 3\n0 1\n0 1\n0 1\n",
        ]),
        content in "(# rows: [0-9]{1,20}\n# columns: [0-9]{1,20}\n)?[-0-9.e \n#%]{0,60}",
    ) {
        check(load_bytes("a.txt", (beginning.to_owned() + &content).as_bytes(), &tight()))?;
    }

    /// What two texts of the same cells say must not hang on the line ends.
    #[test]
    fn line_ends_change_nothing(content in "[0-9a-c.,;\" #\n]{0,60}") {
        let read = |text: &str| {
            let loaded = load_bytes("a.csv", text.as_bytes(), &tight());
            loaded.map(|loaded| (loaded.matrix, loaded.notes)).map_err(|error| error.to_string())
        };
        let expected = read(&content);
        if !content.is_empty() {
            prop_assert_eq!(read(&content.replace('\n', "\r")), expected.clone());
            prop_assert_eq!(read(&content.replace('\n', "\r\n")), expected);
        }
    }

    #[test]
    fn any_bytes_changed_in_a_good_file(
        file in prop::sample::select(good_files()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (name, mut content) = file;
        for (at, value) in changes {
            let at = at.index(content.len());
            content[at] = value;
        }
        check(load_bytes(&name, &content, &tight()))?;
    }
}
