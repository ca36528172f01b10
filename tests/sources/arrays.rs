//! NumPy arrays and archives.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use localized_lora::source::{ArrayInfo, Limits, arrays_in, list_arrays, load_bytes};
use tempfile::TempDir;

use crate::{bytes, from_hex, matrix, read, read_path, refused};

/// What `numpy.save` writes: magic, version 1.0, header padded to a multiple of 64.
pub fn npy(descr: &str, fortran: bool, shape: &str, values: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let dict = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}");
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    let padded = (dict.len() + 11).next_multiple_of(64) - 10;
    bytes.extend((padded as u16).to_le_bytes());
    bytes.extend(format!("{dict:<width$}\n", width = padded - 1).bytes());
    bytes.extend(values);
    bytes
}

fn doubles(values: &[f64]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// A zip archive of deflated files, after the format's description (PKWARE's APPNOTE).
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let mut common = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
        common.extend(crc.sum().to_le_bytes());
        common.extend((packed.len() as u32).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &common, &[0; 10]].concat());
        directory.extend((body.len() as u32).to_le_bytes());
        directory.extend(name.bytes());
        body.extend([b"PK\x03\x04".as_slice(), &common, name.as_bytes(), &packed].concat());
    }
    let count = (files.len() as u16).to_le_bytes();
    let mut end = [b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count].concat();
    end.extend((directory.len() as u32).to_le_bytes());
    end.extend((body.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    [body, directory, end].concat()
}

/// `numpy.savez_compressed(f, weights=W, bias=numpy.arange(3, dtype="f4"))` of NumPy 2, where `W`
/// is `[[1.5, -2, 3], [4, 5, 6.25]]` in Fortran order as big-endian float16.
const BY_NUMPY: &str = "
    504b03042d00000008000000210082da73c8ffffffffffffffff0b001400776569676874732e6e7079010010
    008c0000000000000051000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9766a4aea3
    a09e965f54529498179f5f94920a120f292a4d050a17672416a402b91a463a0ac69a3a0ab50ae4032e3b0617
    86030cae0c4e0c6e0e00504b03042d000000080000002100b68c8653ffffffffffffffff0800140062696173
    2e6e7079010010008c000000000000004b000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5
    a06e9366a2aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91ac63a9a3a0ab50a
    14002e063068b007120e00504b01022d032d00000008000000210082da73c8510000008c0000000b00000000
    00000000000000800100000000776569676874732e6e7079504b01022d032d000000080000002100b68c8653
    4b0000008c00000008000000000000000000000080018e000000626961732e6e7079504b0506000000000200
    02006f000000130100000000";

pub fn by_numpy() -> Vec<u8> {
    from_hex(BY_NUMPY)
}

#[test]
fn an_archive_by_numpy_itself_is_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model.npz");
    fs::write(&path, by_numpy()).unwrap();
    let expected = matrix(2, 3, &[1.5, -2.0, 3.0, 4.0, 5.0, 6.25]);
    let loaded = read_path(&path).unwrap();
    assert_eq!(loaded.matrix, expected, "the only matrix in it");
    assert!(loaded.notes[0].contains("'weights'"));
    let weights = read(&format!("{}#weights", path.display())).unwrap();
    assert_eq!(
        (weights.matrix, weights.name.as_str()),
        (expected, "model.npz#weights")
    );
    let bias = read(&format!("{}#bias", path.display())).unwrap();
    assert_eq!(bias.matrix, matrix(1, 3, &[0.0, 1.0, 2.0]));
    assert!(bias.notes[0].contains("1-d"));
    let info = |name: &str, shape: &[u64], dtype: &str| ArrayInfo {
        name: name.to_owned(),
        shape: shape.to_vec(),
        dtype: dtype.to_owned(),
        bytes: 140,
        update: None,
    };
    let infos = [
        info("bias", &[3], "float32"),
        info("weights", &[2, 3], "float16"),
    ];
    assert_eq!(arrays_in(&path).unwrap(), infos);
    let words = ["no array 'head'", "#NAME", "bias, weights"];
    refused(read(&format!("{}#head", path.display())), &words);
}

#[test]
fn every_type_of_number_is_read_in_both_byte_orders() {
    // 2 x 2 with the values 1, 0, 1, 1; floats as bits.
    let ones: [(&str, u64, usize); 12] = [
        ("b1", 1, 1),
        ("i1", 1, 1),
        ("i2", 1, 2),
        ("i4", 1, 4),
        ("i8", 1, 8),
        ("u1", 1, 1),
        ("u2", 1, 2),
        ("u4", 1, 4),
        ("u8", 1, 8),
        ("f2", 0x3c00, 2),
        ("f4", 0x3f80_0000, 4),
        ("f8", 0x3ff0_0000_0000_0000, 8),
    ];
    for (kind, one, size) in ones {
        for big in [false, true] {
            let cell = |bits: u64| match big {
                true => bits.to_be_bytes()[8 - size..].to_vec(),
                false => bits.to_le_bytes()[..size].to_vec(),
            };
            let values = [one, 0, one, one].map(cell).concat();
            let sign = match (size, big) {
                (1, _) => '|',
                (_, true) => '>',
                (_, false) => '<',
            };
            let file = npy(&format!("'{sign}{kind}'"), false, "(2, 2)", &values);
            let loaded = bytes("a.npy", file).unwrap();
            assert_eq!(
                loaded.matrix,
                matrix(2, 2, &[1.0, 0.0, 1.0, 1.0]),
                "{sign}{kind}"
            );
        }
    }
    let file = npy("'<i2'", false, "(1, 2)", &[0xff, 0xff, 0, 0x80]);
    assert_eq!(
        bytes("a.npy", file).unwrap().matrix,
        matrix(1, 2, &[-1.0, -32768.0])
    );
    let file = npy("'|u1'", false, "(1, 2)", &[255, 128]);
    assert_eq!(
        bytes("a.npy", file).unwrap().matrix,
        matrix(1, 2, &[255.0, 128.0])
    );
}

#[test]
fn both_orders_give_the_same_matrix() {
    let c = npy(
        "'<f8'",
        false,
        "(2, 3)",
        &doubles(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    );
    let fortran = npy(
        "'<f8'",
        true,
        "(2, 3)",
        &doubles(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]),
    );
    let expected = matrix(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(bytes("a.npy", c).unwrap().matrix, expected);
    assert_eq!(bytes("a.npy", &fortran).unwrap().matrix, expected);
    assert_eq!(bytes("no extension", fortran).unwrap().matrix, expected);
}

#[test]
fn an_array_of_more_dimensions_is_read_as_its_first_side_by_the_rest() {
    let values: Vec<f64> = (0..24).map(f64::from).collect();
    for fortran in [false, true] {
        let file = npy("'<f8'", fortran, "(2, 3, 4)", &doubles(&values));
        let loaded = bytes("a.npy", file).unwrap();
        // a.reshape(2, -1), where numpy counts the last side first.
        let cell = |row: usize, col: usize| match fortran {
            false => row * 12 + col,
            true => row + 2 * (col / 4) + 6 * (col % 4),
        };
        let expected = nalgebra::DMatrix::from_fn(2, 12, |row, col| values[cell(row, col)]);
        assert_eq!(loaded.matrix, expected, "{fortran}");
        assert!(loaded.notes[0].contains("3-d array of 2 × 3 × 4"));
    }
}

#[test]
fn arrays_that_are_no_matrix_of_numbers_are_refused() {
    let eight = doubles(&[1.0; 8]);
    for (descr, shape, words) in [
        ("'<f8'", "()", ["single number", "a.reshape(1, 1)"]),
        ("'|O'", "(2, 2)", ["Python objects", "a.astype('f8')"]),
        (
            "'<c16'",
            "(2, 2)",
            ["complex128", "a.real, a.imag or abs(a)"],
        ),
        ("'<U4'", "(2, 2)", ["text", "a.astype('f8')"]),
        ("'|S4'", "(2, 2)", ["text", "a.astype('f8')"]),
        ("'<M8[s]'", "(2, 2)", ["dates", "a.astype('i8')"]),
        ("'<m8[s]'", "(2, 2)", ["time spans", "a.astype('i8')"]),
        (
            "[('x', '<f8'), ('y', '<f8')]",
            "(2, 2)",
            ["structured", "a['x']"],
        ),
        (
            "[(('title', 'x'), '<f8'), ('y', '<i2', (3,))]",
            "(2,)",
            ["structured", "numpy.array(a.tolist(), 'f8')"],
        ),
        ("'<f16'", "(2, 2)", ["float128", "a.astype('f8')"]),
        ("'<V2'", "(2, 2)", ["bfloat16", "<< 16).view('f4')"]),
        ("'|V1'", "(2, 2)", ["float8", "a.astype('f4')"]),
        ("'|V8'", "(2, 2)", ["raw 8-byte", "a.view('f8')"]),
        ("'<f8'", "(0, 3)", ["is empty", "at least one"]),
    ] {
        let file = npy(descr, false, shape, &eight);
        refused(bytes("a.npy", file), &["a.npy", words[0], words[1]]);
    }
}

#[test]
fn a_cell_that_is_not_finite_is_named() {
    let file = npy(
        "'<f8'",
        false,
        "(2, 3)",
        &doubles(&[1.0, 2.0, 3.0, 4.0, f64::NAN, 6.0]),
    );
    refused(
        bytes("a.npy", file),
        &["NaN", "row 2, column 2 (counted from 1)"],
    );
    let infinite = doubles(&[1.0, f64::NEG_INFINITY]);
    let file = npy("'<f8'", true, "(2, 1)", &infinite);
    refused(bytes("a.npy", file), &["infinite", "row 2, column 1"]);
}

#[test]
fn a_header_that_lies_about_sizes_costs_no_memory() {
    let four = doubles(&[1.0; 4]);
    for (shape, word) in [
        ("(2, 3)", "48 bytes"),
        ("(4000, 4000)", "128000000 bytes"),
        ("(1000000, 1000000)", "1000000 × 1000000 cells"),
        ("(4294967296, 4294967296)", "4294967296 × 4294967296"),
        ("(99999999999999999999, 2)", "no number that fits"),
        ("(-2, 2)", "no number that fits"),
        ("(2, 2.0)", "no number that fits"),
    ] {
        refused(
            bytes("a.npy", npy("'<f8'", false, shape, &four)),
            &["a.npy", word],
        );
    }
    let more = npy("'<f8'", false, "(1, 3)", &four);
    assert!(bytes("a.npy", more).unwrap().notes[0].contains("ignored"));
}

#[test]
fn a_damaged_header_is_refused() {
    let deep = format!("'<f8', 'x': {}{}", "(".repeat(3000), ")".repeat(3000));
    let hidden = "'<f8', 'sh\\x61pe': (9999999999, 9999999999)";
    let twice = "'<f8', 'shape': (9999999999, 9999999999)";
    for descr in [deep.as_str(), hidden, twice, "", "'<q9'", "'f8"] {
        refused(
            bytes("a.npy", npy(descr, false, "(1, 1)", &[0; 8])),
            &["is damaged or not an .npy array", ": a.npy"],
        );
    }
    refused(
        bytes("a.npy", b"\x93NUMPY\x02\0\xff\xff\xff\xff{}"),
        &["longer"],
    );
    refused(bytes("a.npy", b"\x93NUMPY\x09\0\x02\0\0\0{}"), &["damaged"]);
    refused(bytes("a.npy", b"\x93NUMPY"), &["ends within its header"]);
    refused(bytes("a.npy", b"1,2\n3,4\n"), &["does not begin as one"]);
}

#[test]
fn which_array_of_an_archive_is_asked_when_it_is_not_clear() {
    let square = npy("'<f8'", false, "(2, 2)", &doubles(&[1.0, 2.0, 3.0, 4.0]));
    let line = npy("'<f8'", false, "(2,)", &doubles(&[1.0, 2.0]));
    let load = |files: &[(&str, &[u8])]| bytes("a.npz", zip(files));
    let two = load(&[("q.npy", &square), ("p.npy", &square)]);
    refused(two, &["several matrices", "a.npz#NAME", "p, q"]);
    let none = load(&[("q.npy", &line), ("p.npy", &line)]);
    refused(none, &["none is a matrix", "p, q"]);
    refused(load(&[("readme.txt", b"hello")]), &["no arrays", "savez"]);
    let only = load(&[("v.npy", &line), ("readme.txt", b"hello")]).unwrap();
    assert_eq!(only.matrix, matrix(1, 2, &[1.0, 2.0]));
    assert_eq!(only.notes.len(), 2);

    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.npy");
    fs::write(&path, square).unwrap();
    refused(
        read(&format!("{}#x", path.display())),
        &["no named arrays", "leave out #x"],
    );
    assert_eq!(arrays_in(&path).unwrap()[0].shape, [2, 2]);
}

#[test]
fn names_with_line_breaks_stay_on_one_line() {
    let broken = zip(&[("a\nb.npy", b"x"), ("c\rd.npy", b"x")]);
    refused(bytes("x\ny.npz", &broken), &["is damaged"]);
    refused(bytes("x\ny.npz", &broken[..20]), &["is damaged", "y.npz"]);
    refused(read("no\nfile.npz#a\nb"), &["file not found"]);
}

fn case(name: &str) -> String {
    format!("{}/tests/data/cases/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn what_numpy_reads_is_read() {
    let shape_of_python_2 = read(&case("n04_hdr_L.npy")).unwrap().matrix;
    assert_eq!(shape_of_python_2.shape(), (5, 7));
    assert!((shape_of_python_2.norm() - 5.171663154).abs() < 1e-8);
    let exact = read(&case("n06_both.npz#W")).unwrap().matrix;
    assert!((exact.norm() - 10.343326308625551).abs() < 1e-12);
    refused(read(&case("n19_bf16.npy")), &["bfloat16", "view('f4')"]);
    // The first bytes tell an array and an archive, whatever the name.
    let array = npy("'<f8'", false, "(1, 1)", &doubles(&[7.0]));
    for (name, content) in [
        ("a.npz", array.clone()),
        ("a.npy", zip(&[("w.npy", &array)])),
    ] {
        assert_eq!(bytes(name, content).unwrap().matrix, matrix(1, 1, &[7.0]));
    }
    // Version 2 and 3 have a longer length; version 3 is UTF-8.
    for version in [2, 3] {
        let header = b"{'descr': '=f8', 'fortran_order': False, 'shape': (1, 1)}";
        let mut file = b"\x93NUMPY".to_vec();
        file.extend([version, 0]);
        file.extend((header.len() as u32).to_le_bytes());
        file.extend(header);
        file.extend(7.0_f64.to_ne_bytes());
        let mut unknown = file.clone();
        unknown[7] = 190;
        refused(bytes("a.npy", unknown), &["a.npy", "its version is none"]);
        assert_eq!(bytes("a.npy", file).unwrap().matrix, matrix(1, 1, &[7.0]));
    }
}

#[test]
fn a_member_is_found_as_numpy_finds_it() {
    let one = npy("'<f8'", false, "(1, 1)", &doubles(&[1.0]));
    let two = npy("'<f8'", false, "(1, 1)", &doubles(&[2.0]));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.npz");
    let members: [(&str, &[u8]); 6] = [
        ("W.npy", &one),
        ("W", &two),
        ("layer/0/weight.npy", &one),
        ("layer/", b""),
        ("readme.txt", b"hello"),
        ("plain", &two),
    ];
    fs::write(&path, zip(&members)).unwrap();
    let value = |name: &str| read(&format!("{}#{name}", path.display())).map(|one| one.matrix[0]);
    assert_eq!(value("W"), Ok(2.0));
    assert_eq!(value("W.npy"), Ok(1.0));
    assert_eq!(value("layer/0/weight"), Ok(1.0));
    assert_eq!(value("layer/0/weight.npy"), Ok(1.0));
    assert_eq!(value("plain"), Ok(2.0));
    let refusal = |name: &str, words: &[&str]| {
        refused(read(&format!("{}#{name}", path.display())), words);
    };
    refusal(
        "readme.txt",
        &["'readme.txt', which is no array", "W, W.npy"],
    );
    refusal("layer/", &["has no array 'layer/'"]);
    refusal("plain.npy", &["has no array 'plain.npy'"]);
    let listed = list_arrays(&path).unwrap();
    let names: Vec<&str> = listed.arrays.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["W", "W.npy", "layer/0/weight", "plain"]);
    assert_eq!(listed.others.len(), 1);
    assert_eq!(listed.others[0].name, "readme.txt");
}

#[test]
fn many_names_are_cut_and_the_command_that_lists_them_is_named() {
    let line = npy("'<f8'", false, "(1,)", &doubles(&[1.0]));
    let names: Vec<String> = (10..31).map(|number| format!("w{number}.npy")).collect();
    let members: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), &line[..]))
        .collect();
    let words = [
        "w10, w11",
        "w29, …; localized-lora arrays 'my a.npz' lists all 21",
    ];
    refused(bytes("my a.npz", zip(&members)), &words);
}

#[test]
fn text_beside_one_matrix_and_sparse_matrices_are_told_apart() {
    let square = npy("'<f8'", false, "(2, 2)", &doubles(&[1.0, 2.0, 3.0, 4.0]));
    let text = npy("'<U4'", false, "(2, 2)", &[0; 64]);
    let loaded = bytes("a.npz", zip(&[("names.npy", &text), ("w.npy", &square)])).unwrap();
    assert_eq!(loaded.matrix.norm_squared(), 30.0);
    let parts = [
        "data.npy",
        "format.npy",
        "indices.npy",
        "indptr.npy",
        "shape.npy",
    ];
    let sparse = parts.map(|name| (name, square.as_slice()));
    refused(
        bytes("a.npz", zip(&sparse)),
        &["sparse matrix of SciPy", "toarray()"],
    );
}

#[test]
fn members_that_cannot_be_unpacked_are_refused_by_name_and_do_not_hide_the_others() {
    let array = npy("'<f8'", false, "(1, 1)", &doubles(&[1.0]));
    let good = zip(&[("a.npy", &array), ("b.npy", &array)]);
    let directory = good.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let changed = |offset: usize, value: u8| {
        let mut file = good.clone();
        // In the first member's entry of the directory, and in its own header.
        file[directory + offset + 2] = value;
        file[offset] = value;
        file
    };
    let folder = TempDir::new().unwrap();
    for (file, words) in [
        (changed(8, 93), ["Zstandard", "numpy.savez_compressed"]),
        (changed(8, 12), ["bzip2", "numpy.savez_compressed"]),
        (changed(8, 55), ["not read", "numpy.savez_compressed"]),
        (changed(6, 1), ["encrypted", "without a password"]),
    ] {
        let path = folder.path().join("a.npz");
        fs::write(&path, &file).unwrap();
        let a = read(&format!("{}#a", path.display()));
        refused(a, &["a.npz#a", words[0], words[1]]);
        assert!(read(&format!("{}#b", path.display())).is_ok());
        let listed = list_arrays(&path).unwrap();
        assert_eq!(listed.arrays.len(), 1);
        assert!(listed.others[0].reason.contains(words[0]));
    }
}

#[test]
fn a_bomb_in_an_archive_is_not_unpacked() {
    // 64 MB of zeros behind a header that announces 512 bytes, and one that announces them all.
    let zeros = vec![0; 64 << 20];
    let small = zip(&[("a.npy", &npy("'<f8'", false, "(8, 8)", &zeros))]);
    let large = zip(&[("a.npy", &npy("'|u1'", false, "(8192, 8192)", &zeros))]);
    assert!(small.len() < 100_000 && large.len() < 100_000);
    assert_eq!(bytes("a.npz", small).unwrap().matrix.shape(), (8, 8));
    let limits = Limits {
        max_cells: 1 << 20,
        ..Limits::default()
    };
    refused(
        load_bytes("a.npz", &large, &limits),
        &["8192 × 8192 cells", "1048576"],
    );
}

#[test]
fn a_flipped_bit_in_an_archive_is_noticed() {
    let file = npy("'<f8'", false, "(2, 2)", &doubles(&[1.0, 2.0, 3.0, 4.0]));
    let good = zip(&[("a.npy", &file)]);
    let mut wrong_sum = good.clone();
    // The checksum in the directory.
    let directory = good.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    wrong_sum[directory + 16] ^= 1;
    assert!(bytes("a.npz", &good).is_ok());
    refused(bytes("a.npz", &wrong_sum), &["is damaged", ": a.npz#a"]);
    refused(
        bytes("a.npz", &good[..good.len() - 30]),
        &["is damaged", ": a.npz"],
    );
    refused(bytes("a.npz", b"PK\x03\x04"), &["is damaged", ": a.npz"]);
}
