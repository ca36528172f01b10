//! Pictures as luminance.

use std::io::Cursor;

use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb};
use localized_lora::source::{Limits, OPENABLE_EXTENSIONS, from_rgba, load_bytes};

use crate::{bytes, from_hex, matrix, refused};

pub fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// 3 x 2 grey values that JPEG and palettes keep nearly, and everything else exactly.
pub fn grey() -> DynamicImage {
    let pixels = vec![0, 128, 255, 64, 64, 200];
    DynamicImage::ImageLuma8(ImageBuffer::<Luma<u8>, _>::from_raw(3, 2, pixels).unwrap())
}

fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    encode(&image.into(), ImageFormat::Png)
}

#[test]
fn every_lossless_format_gives_the_same_matrix() {
    let expected = matrix(2, 3, &[0.0, 128.0, 255.0, 64.0, 64.0, 200.0]);
    let rgb = DynamicImage::ImageRgb8(grey().to_rgb8());
    let rgba = DynamicImage::ImageRgba8(grey().to_rgba8());
    for (image, format) in [
        (&grey(), ImageFormat::Png),
        (&grey(), ImageFormat::Bmp),
        (&grey(), ImageFormat::Pnm),
        (&grey(), ImageFormat::Tiff),
        (&rgba, ImageFormat::Gif),
        (&rgba, ImageFormat::Ico),
        (&rgb, ImageFormat::Qoi),
        (&rgb, ImageFormat::Tga),
        (&rgb, ImageFormat::WebP),
        (&rgba, ImageFormat::Png),
    ] {
        let extension = format.extensions_str()[0];
        assert!(OPENABLE_EXTENSIONS.contains(&extension), "{extension}");
        let loaded = bytes(&format!("p.{extension}"), encode(image, format)).unwrap();
        assert_eq!(loaded.matrix, expected, "{format:?}");
        assert_eq!(loaded.pixel_range, Some((0.0, 255.0)));
    }
    let flat = DynamicImage::ImageLuma8(ImageBuffer::from_pixel(16, 16, Luma([90])));
    let jpeg = bytes("p.jpg", encode(&flat, ImageFormat::Jpeg)).unwrap();
    assert!(jpeg.matrix.iter().all(|value| (value - 90.0).abs() <= 1.0));
}

#[test]
fn colours_count_as_bright_as_rec_709_says() {
    let pixels = vec![255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
    let image = ImageBuffer::<Rgb<u8>, _>::from_raw(4, 1, pixels).unwrap();
    let loaded = bytes("p.png", png(image)).unwrap();
    assert_eq!(loaded.notes, ["colour converted to luminance (Rec. 709)"]);
    let expected = [0.2126 * 255.0, 0.7152 * 255.0, 0.0722 * 255.0, 255.0];
    for (value, expected) in loaded.matrix.iter().zip(expected) {
        assert!((value - expected).abs() < 1e-9);
    }
}

#[test]
fn transparent_pixels_show_white() {
    let image = ImageBuffer::<LumaA<u8>, _>::from_raw(3, 1, vec![0, 0, 0, 255, 0, 51]).unwrap();
    let loaded = bytes("p.png", png(image)).unwrap();
    assert_eq!(loaded.matrix, matrix(1, 3, &[255.0, 0.0, 204.0]));
    let rgba = [10, 10, 10, 0, 10, 10, 10, 255];
    let pasted = from_rgba("pasted", 1, 2, &rgba, &Limits::default()).unwrap();
    assert_eq!(pasted.matrix, matrix(2, 1, &[255.0, 10.0]));
    assert_eq!(pasted.name, "pasted");
    for (width, height) in [(1, 1), (3, 1), (usize::MAX, usize::MAX)] {
        refused(
            from_rgba("p", width, height, &rgba, &Limits::default()),
            &["8 bytes"],
        );
    }
    refused(
        from_rgba("p", 0, 5, &[], &Limits::default()),
        &["is empty", "one column: p"],
    );
}

#[test]
fn sixteen_bits_keep_their_precision() {
    let pixels = vec![0_u16, 257, 257 * 100 + 1, 65_535];
    let image = ImageBuffer::<Luma<u16>, _>::from_raw(4, 1, pixels).unwrap();
    let loaded = bytes("p.png", png(DynamicImage::ImageLuma16(image))).unwrap();
    let expected = [0.0, 1.0, 100.0 + 1.0 / 257.0, 255.0];
    for (value, expected) in loaded.matrix.iter().zip(expected) {
        assert!((value - expected).abs() < 1e-9);
    }
}

#[test]
fn floating_point_pictures_may_be_brighter_than_white_but_not_nan() {
    let float = |values: Vec<f32>| {
        let image = ImageBuffer::<Rgb<f32>, _>::from_raw(2, 1, values).unwrap();
        encode(&DynamicImage::ImageRgb32F(image), ImageFormat::Tiff)
    };
    let loaded = bytes("p.tif", float(vec![0.5, 0.5, 0.5, 2.0, 2.0, 2.0])).unwrap();
    assert_eq!(loaded.matrix, matrix(1, 2, &[127.5, 510.0]));
    assert_eq!(loaded.pixel_range, Some((0.0, 510.0)));
    let nan = float(vec![0.5, 0.5, 0.5, f32::NAN, 0.0, 0.0]);
    refused(bytes("p.tif", nan), &["NaN", "row 1, column 2"]);
}

/// 24 x 16 pixels by Pillow, upper half black, lower half white, with EXIF orientation 6:
/// to be shown after a quarter turn clockwise.
const TURNED: &str = "
    ffd8ffe000104a46494600010100000100010000ffe100224578696600004d4d002a00000008000101120003
    000000010006000000000000ffdb0043000302020302020303030304030304050805050404050a070706080c
    0a0c0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ffc0000b080010
    001801011100ffc40016000101010000000000000000000000000000090affc4001410010000000000000000
    0000000000000000ffda0008010100003f009540d5403fffd9";

pub fn turned() -> Vec<u8> {
    from_hex(TURNED)
}

#[test]
fn a_photo_is_turned_as_its_camera_says() {
    let loaded = bytes("photo.jpg", turned()).unwrap();
    assert_eq!(loaded.matrix.shape(), (24, 16));
    assert!(
        loaded.matrix[(12, 0)] > 250.0,
        "the white half is on the left"
    );
    assert!(loaded.matrix[(12, 15)] < 5.0);
}

#[test]
fn a_large_picture_is_scaled_down_with_a_note_and_the_user_can_raise_the_limit() {
    let image = ImageBuffer::from_fn(400, 300, |x, y| Luma([((x + y) % 251) as u8]));
    let file = png(image);
    let limits = Limits::with_max_pixels(100 * 100);
    let small = load_bytes("p.png", &file, &limits).unwrap();
    let (rows, cols) = small.matrix.shape();
    assert!(
        rows * cols <= 10_000 && rows * cols > 9_500,
        "{rows} x {cols}"
    );
    assert!((cols as f64 / rows as f64 - 4.0 / 3.0).abs() < 0.03);
    let full = bytes("p.png", &file).unwrap();
    assert_eq!(full.matrix.shape(), (300, 400));
    assert!(full.notes.is_empty());
    assert!(
        (small.matrix.mean() - full.matrix.mean()).abs() < 1e-6,
        "light is kept"
    );
    let note = format!("scaled down from 400 × 300 to {cols} × {rows} pixels");
    assert_eq!(small.notes, [note]);
    let one = load_bytes("p.png", &file, &Limits::with_max_pixels(0)).unwrap();
    assert_eq!(one.matrix.shape(), (1, 1));
}

#[test]
fn a_picture_that_would_decode_to_gigabytes_is_refused() {
    // A PNM header of 13 bytes announces 48,000 MB; a PNG header can do the same.
    refused(
        bytes("p.ppm", b"P6 65000 65000 255\n"),
        &["this is too large", ": p.ppm"],
    );
    refused(
        bytes("p.pgm", b"P5 70000 10 255\n"),
        &["this is too large", ": p.pgm"],
    );
    let mut ihdr = b"IHDR\0\0\xfd\0\0\0\xfd\0\x08\x06\0\0\0".to_vec();
    let mut crc = flate2::Crc::new();
    crc.update(&ihdr);
    ihdr.extend(crc.sum().to_be_bytes());
    let idat = b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82";
    let file = [b"\x89PNG\r\n\x1a\n\0\0\0\r".as_slice(), &ihdr, idat].concat();
    refused(
        bytes("p.png", file),
        &["this is too large", "bytes once decoded", ": p.png"],
    );
    let limits = Limits {
        max_decoded_bytes: 5,
        ..Limits::default()
    };
    refused(
        load_bytes("p.png", &png(grey()), &limits),
        &["too large", "5 bytes"],
    );
}

#[test]
fn damaged_and_unknown_pictures_are_refused() {
    let file = png(grey());
    refused(bytes("p.png", &file[..40]), &["is damaged", ": p.png"]);
    refused(bytes("p.png", b"not a picture"), &["is damaged", ": p.png"]);
    refused(
        bytes("p.jpg", b"\xff\xd8\xff\xe0"),
        &["is damaged", ": p.jpg"],
    );
    for length in [4, 100, turned().len() - 1] {
        let part = &turned()[..length];
        refused(
            bytes("p.jpg", part),
            &["is damaged", ": p.jpg", "ends early"],
        );
    }
    let bmp = encode(&grey(), ImageFormat::Bmp);
    for (name, part) in [
        ("p.png", &file[..file.len() / 2]),
        ("p.bmp", &bmp[..bmp.len() - 2]),
    ] {
        refused(bytes(name, part), &["is damaged", "ends early"]);
    }
    refused(bytes("p.gif", "plain text"), &["does not begin as a GIF"]);
    // The content counts where it is clear.
    assert!(bytes("really a png.jpg", &file).is_ok());
    assert!(bytes("no extension", &file).is_ok());
    for (name, words) in [
        ("w.safetensors", ["safetensors", "shorter"]),
        ("w.PT", ["can run code", "safetensors.torch.save_file"]),
        ("paper.pdf", ["document", ".png"]),
        ("figure.svg", ["document", ".png"]),
        ("sheet.xlsx", ["spreadsheet", ".csv"]),
        ("phone.heic", ["not read", ".png"]),
        ("digits.gz", ["packed", "FOLDER#test:1"]),
        ("model.onnx", ["model", ".npy"]),
        ("data.json", ["structured text", ".csv"]),
        ("mystery", ["unknown", "NPZ"]),
    ] {
        refused(bytes(name, b"\0\x01\x02"), &[name, words[0], words[1]]);
    }
}
