//! Checkpoints and adapters, held to what the libraries that wrote them read (`tests/data/weights`, made with
//! peft 0.21.2 and safetensors 0.8), and hostile files.

use std::fs;
use std::io::Write;
use std::path::Path;

use localized_lora::source::{
    ArrayInfo, Limits, LoadedMatrix, Source, SourceError, arrays_in, list_arrays, load,
};
use serde_json::Value;

use super::{matrix, read, refused};

fn data(name: &str) -> String {
    format!("{}/tests/data/weights/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn cases(name: &str) -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(data(name)).unwrap()).unwrap()
}

fn minus(whole: &str, part: &str) -> Result<LoadedMatrix, SourceError> {
    let source = whole.parse::<Source>()?.minus(part.parse()?);
    load(&source, &Limits::default())
}

#[test]
fn every_array_and_update_is_what_its_library_says() {
    let expected = data("expected.npz");
    for case in cases("cases.json") {
        let source = data(case["source"].as_str().unwrap());
        let wanted = read(&format!(
            "{expected}#{}",
            case["expected"].as_str().unwrap()
        ))
        .unwrap();
        let found = match case["base"].as_str() {
            Some(base) => minus(&source, &data(base)),
            None => read(&source),
        };
        let found = found.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found.matrix.shape(), wanted.matrix.shape(), "{source}");
        let apart = (&found.matrix - &wanted.matrix).norm();
        // ΔW is stored as 32-bit floats, whose rounding is half of 2⁻²³.
        let allowed = match case["exact"].as_bool() {
            Some(true) => 0.0,
            _ => 6e-8 * wanted.matrix.norm(),
        };
        assert!(apart <= allowed, "{source}: {apart:e} apart");
    }
}

#[test]
fn an_update_tells_its_scale_and_where_it_comes_from() {
    for (source, told) in [
        (
            "peft/lora_rslora#layers.0.q_proj.weight",
            "LoRA, rank 8, scale 5.6569 (lora_alpha 16 / √r, r = 8)",
        ),
        (
            "peft/lora_patterns#layers.1.q_proj",
            "scale 8 (alpha_pattern 32 / r 4)",
        ),
        (
            "peft/gralora_k2_hybrid#layers.0.q_proj",
            "GraLoRA, rank 4, scale 1.3333 (alpha 8 / (r 4 + hybrid_r 2))",
        ),
        (
            "other/kohya.safetensors#lora_unet_layers_1_v_proj",
            "kohya LoRA, rank 4, scale 1 (no alpha in the file: alpha = r)",
        ),
        (
            "other/diffusers_metadata.safetensors#unet.down_blocks.layers.0.v_proj",
            "scale 2 (lora_alpha 8 / r 4)",
        ),
    ] {
        let notes = read(&data(source)).unwrap().notes.join("; ");
        assert!(notes.contains(told), "{told} is not in: {notes}");
    }
}

#[test]
fn an_adapter_lists_its_updates_and_its_tensors() {
    let arrays = arrays_in(data("peft/lora_plain")).unwrap();
    let update = arrays
        .iter()
        .find(|one| one.name == "layers.0.v_proj.weight")
        .unwrap();
    let told = update.update.as_ref().unwrap().sentence();
    assert_eq!(told, "LoRA, rank 4, scale 2 (lora_alpha 8 / r 4)");
    assert_eq!(
        (update.shape.as_slice(), update.bytes),
        ([20, 24].as_slice(), 4 * 4 * 44)
    );
    let stored = |one: &&ArrayInfo| one.update.is_none();
    assert_eq!(
        (arrays.len(), arrays.iter().filter(stored).count()),
        (12, 8)
    );
    let doubtful = list_arrays(data("hostile/adapter_kind")).unwrap();
    assert!(
        doubtful
            .others
            .iter()
            .any(|other| other.reason.contains("BOFT"))
    );
}

#[test]
fn a_unique_ending_is_enough_and_otherwise_names_are_told() {
    let folder = data("checkpoint");
    let loaded = read(&format!("{folder}#lm_head")).unwrap();
    assert_eq!(loaded.matrix.shape(), (9, 12));
    assert_eq!(
        read(&format!("{folder}#attn.q.weight"))
            .unwrap()
            .matrix
            .shape(),
        (12, 16)
    );
    refused(
        read(&format!("{folder}#mlp.weight")),
        &[
            "2 arrays that end in 'mlp.weight'",
            "model.layers.0.mlp.weight, model.layers.1.mlp.weight",
        ],
    );
    refused(
        read(&format!("{folder}#model.layers.0.attn.k.weight")),
        &[
            "no array 'model.layers.0.attn.k.weight'",
            "NAME one of model.layers.0.attn.q.weight,",
        ],
    );
    refused(read(&folder), &["holds 24 matrices", "#NAME"]);
    refused(
        read(&format!("{folder}#model.with_nan")),
        &["NaN", "row 1, column 2"],
    );
    refused(read(&format!("{folder}#model.empty")), &["empty"]);
    let bias = read(&format!("{folder}#attn.q.bias")).unwrap();
    assert!(
        bias.notes.iter().any(|note| note.contains("1-d array")),
        "{:?}",
        bias.notes
    );
}

#[test]
fn no_base_is_subtracted_from_an_update() {
    let (adapter, base) = (
        data("peft/lora_plain#layers.0.q_proj.weight"),
        data("base.safetensors"),
    );
    refused(
        minus(&adapter, &base),
        &["the update of an adapter", "leave out --subtract"],
    );
    let same = minus(&adapter, &data("peft/lora_plain")).unwrap();
    assert_eq!(same.matrix.norm(), 0.0);
}

#[test]
fn hostile_files_are_one_sentence_or_right() {
    for case in cases("hostile.json") {
        let text = case["source"].as_str().unwrap();
        let result = read(&data(text));
        match case["want"].as_str().unwrap() {
            "error" => _ = refused(result, &[]),
            "values" if text.contains('#') => assert!(result.is_ok(), "{text}: {result:?}"),
            _ => assert!(
                result.is_ok_and(|found| found.matrix.len() == 4) || text.contains('/'),
                "{text}"
            ),
        }
    }
}

pub fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.bytes());
    file.extend(data);
    file
}

#[test]
fn a_header_that_nests_without_end_is_refused() {
    let deep = format!("{{\"a\":{}", "[".repeat(30_000));
    refused(
        super::bytes("a.safetensors", safetensors(&deep, &[])),
        &["header is wrong"],
    );
}

#[test]
fn an_index_names_no_file_outside_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let outside = fs::canonicalize(data("hostile/outside.safetensors")).unwrap();
    let path = folder.path().join("model.safetensors.index.json");
    let text = serde_json::json!({ "weight_map": { "a": outside } }).to_string();
    fs::write(&path, text).unwrap();
    refused(
        read(&format!("{}#a", path.display())),
        &["not in its folder"],
    );
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_is_refused_and_a_link_to_a_store_is_followed() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    symlink(at("b.safetensors"), at("a.safetensors")).unwrap();
    symlink(at("a.safetensors"), at("b.safetensors")).unwrap();
    refused(
        read(&format!("{}#a", at("a.safetensors").display())),
        &["cannot be read"],
    );
    // As in the cache of Hugging Face, where the stored file has no ending.
    fs::create_dir(at("snapshot")).unwrap();
    fs::copy(data("base.safetensors"), at("blob")).unwrap();
    symlink(at("blob"), at("snapshot/model.safetensors")).unwrap();
    let source = format!("{}#layers.0.q_proj", at("snapshot").display());
    assert_eq!(read(&source).unwrap().matrix.shape(), (36, 24));
    assert!(read(&format!("{}#layers.0.q_proj", at("blob").display())).is_ok());
}

#[test]
fn a_layer_of_a_file_of_ten_gigabytes_is_read_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.safetensors");
    let large: u64 = 10 << 30;
    let header = format!(
        r#"{{"a":{{"dtype":"F32","shape":[1,{}],"data_offsets":[0,{large}]}},"b":{{"dtype":"F32","shape":[2,2],"data_offsets":[{large},{}]}}}}"#,
        large / 4,
        large + 16
    );
    let start = safetensors(&header, &[]);
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(&start).unwrap();
    file.set_len(start.len() as u64 + large + 16).unwrap();
    let zeros = read(&format!("{}#b", path.display())).unwrap();
    assert_eq!(zeros.matrix, matrix(2, 2, &[0.0; 4]));
    assert_eq!(arrays_in(&path).unwrap()[0].bytes, large);
    refused(read(&format!("{}#a", path.display())), &["too large"]);
    // One byte less, and the header lies.
    file.set_len(start.len() as u64 + large + 15).unwrap();
    refused(read(&format!("{}#b", path.display())), &["bytes of values"]);
}

#[test]
fn the_first_number_sign_behind_an_existing_path_begins_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let with_sign = folder.path().join("a#b");
    fs::create_dir(&with_sign).unwrap();
    fs::copy(
        data("base.safetensors"),
        with_sign.join("model.safetensors"),
    )
    .unwrap();
    let text = format!("{}#layers.0.q_proj.weight", with_sign.display());
    let expected = Source::File {
        path: with_sign,
        array: Some("layers.0.q_proj.weight".to_owned()),
    };
    assert_eq!(text.parse::<Source>().unwrap(), expected);
    let odd = data("checkpoint#model.naïve ‖ name/with#signs");
    assert_eq!(read(&odd).unwrap().matrix.shape(), (3, 4));
    assert!(Path::new(&data("checkpoint")).is_dir());
}

#[test]
fn heads_that_the_model_names_are_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        data("base.safetensors"),
        folder.path().join("model.safetensors"),
    )
    .unwrap();
    let config = r#"{"num_attention_heads": 6, "num_key_value_heads": 5, "head_dim": 6}"#;
    fs::write(folder.path().join("config.json"), config).unwrap();
    let notes = |name: &str| {
        let source = format!("{}#{name}", folder.path().display());
        read(&source).unwrap().notes.join("; ")
    };
    assert!(notes("layers.0.q_proj.weight").contains("6 heads of 6 rows each (config.json)"));
    // 20 rows are not 5 heads of 6.
    assert!(!notes("layers.0.v_proj.weight").contains("heads"));
}

#[test]
fn a_header_whose_length_begins_as_a_pickle_is_none() {
    let entry = r#"{"a":{"dtype":"U8","shape":[1,1],"data_offsets":[0,1]}}"#;
    for length in [0x280, 0x380, 0x480, 0x580] {
        let file = safetensors(&format!("{entry:<length$}"), &[7]);
        assert_eq!(file[0], 0x80);
        let loaded = super::bytes("a.safetensors", file).unwrap();
        assert_eq!(loaded.matrix, matrix(1, 1, &[7.0]));
    }
    let pickle = [0x80, 2, b'}', b'q', 0, b'.', 0, 0, 0, 0, 0];
    refused(super::bytes("a.safetensors", pickle), &["a pickle"]);
}
