//! Presets, picture files and the gallery: what spans several files, and what is checked against other tools.

use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};
use secateur::data::{Crop, Layout, Preset, decode, image as pixels};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

fn json(path: &str) -> Value {
    serde_json::from_str(&read(path)).expect(path)
}

/// The picture that `reference/pillow_bicubic.py` resizes.
fn noise(width: u64, height: u64) -> Vec<u8> {
    let level = |x: u64, y: u64, c: u64| {
        let mixed: u64 = (x * 7919 + y * 104_729 + c * 1_299_709) * 2_654_435_761;
        // Away from 0 and 255, so that no overshoot of the kernel is cut off.
        64 + (mixed as u32 >> 25) as u8
    };
    let at = |i| (i % width, i / width);
    (0..width * height)
        .map(at)
        .flat_map(|(x, y)| [level(x, y, 0), level(x, y, 1), level(x, y, 2), 255])
        .collect()
}

#[test]
fn resizing_is_within_a_level_of_pillow() {
    for case in json("tests/reference/pillow_bicubic.json")
        .as_array()
        .unwrap()
    {
        let pair = |key: &str| [0, 1].map(|i| case[key][i].as_u64().unwrap());
        let ([width, height], to) = (pair("from"), pair("to"));
        let mut preset = Preset::parse(r#"{"size": 1, "std": [1, 1, 1]}"#).unwrap();
        (preset.crop, preset.layout) = (Crop::Squash, Layout::Nhwc);
        preset.size = to.map(|side| side as u32);
        let (rgba, w, h) = (noise(width, height), width as u32, height as u32);
        let tensor = pixels::to_tensor(&rgba, w, h, &preset).unwrap();
        let levels = tensor.floats().unwrap();
        let expected = case["rgb"].as_array().unwrap();
        assert_eq!(levels.len(), expected.len());
        for (i, (got, expected)) in levels.iter().zip(expected).enumerate() {
            // Pillow resizes along rows first, and both round between the passes.
            let apart = (f64::from(*got) - expected.as_f64().unwrap()).abs();
            assert!(
                apart <= 1.0,
                "{width} × {height} to {to:?}, byte {i}: {got} {expected}"
            );
        }
    }
}

#[test]
fn a_rotated_jpeg_gives_the_tensor_of_the_upright_one() {
    let gray: Vec<u8> = noise(16, 24).chunks(4).map(|p| p[0]).collect();
    let encode = |orientation: Option<u8>, levels: &[u8], width, height| {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 100);
        if let Some(orientation) = orientation {
            let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
            exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
            encoder.set_exif_metadata(exif).unwrap();
        }
        encoder
            .write_image(levels, width, height, ExtendedColorType::L8)
            .unwrap();
        bytes
    };
    // Orientation 6: the stored picture is the upright one turned a quarter to the left.
    let stored: Vec<u8> = (0..16 * 24)
        .map(|i| gray[(i % 24) * 16 + 15 - i / 24])
        .collect();
    let folder = tempfile("rotated");
    let preset = Preset::parse(r#"{"size": 12}"#).unwrap();
    let tensor = |name: &str, bytes: Vec<u8>| {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        let photo = decode::photo(&path).unwrap();
        assert_eq!((photo.width, photo.height), (16, 24));
        let tensor = pixels::to_tensor(&photo.rgba, photo.width, photo.height, &preset).unwrap();
        tensor.floats().unwrap().into_owned()
    };
    let upright = tensor("upright.jpg", encode(None, &gray, 16, 24));
    let turned = tensor("turned.jpg", encode(Some(6), &stored, 24, 16));
    for (a, b) in upright.iter().zip(&turned) {
        assert!((a - b).abs() < 4.0 / 255.0, "{a} {b}");
    }
    fs::remove_dir_all(folder).unwrap();
}

fn tempfile(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("secateur-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_documented_presets_are_read() {
    let text = read("docs/preset.md");
    let examples: Vec<&str> = text
        .split("```json")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        Preset::parse(example).unwrap();
    }
}

#[test]
fn the_schema_lists_the_fields_that_are_read() {
    let schema = json("docs/preset.schema.json");
    let listed: BTreeSet<&str> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let message = Preset::parse(r#"{"size": 1, "?": 1}"#)
        .unwrap_err()
        .to_string();
    // Serde names the fields that it knows between back-ticks, after the one that it does not.
    let known: BTreeSet<&str> = message.split('`').skip(3).step_by(2).collect();
    assert_eq!(listed, known, "{message}");
}

#[test]
fn the_presets_of_the_page_fit_their_models() {
    for (name, shape, label) in [
        (
            "efficientnet-lite0",
            [1, 3, 224, 224],
            (285, 1000, "Egyptian cat"),
        ),
        ("resnet20-cifar10", [1, 3, 32, 32], (9, 10, "truck")),
        ("fashion-mnist", [1, 1, 28, 28], (9, 10, "Ankle boot")),
    ] {
        let preset = Preset::parse(&read(&format!("www/presets/{name}.json"))).unwrap();
        assert_eq!(preset.tensor_shape(), shape);
        assert_eq!(preset.label(label.0, label.1), label.2);
    }
}

#[test]
fn the_gallery_tells_the_truth_about_its_files() {
    let gallery = json("www/public/gallery/gallery.json");
    let models = gallery["models"].as_array().unwrap();
    assert!(!models.is_empty());
    for model in models {
        let file = model["file"].as_str().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/gallery");
        assert_eq!(
            fs::metadata(folder.join(file)).unwrap().len(),
            model["bytes"],
            "{file}"
        );
        let id = model["id"].as_str().unwrap();
        assert!(folder.join(format!("{id}.LICENSE.txt")).exists());
        Preset::parse(&read(&format!(
            "www/presets/{}.json",
            model["preset"].as_str().unwrap()
        )))
        .unwrap();
    }
}

#[test]
fn the_gallery_tells_the_truth_about_its_data_sets() {
    let gallery = json("www/public/gallery/gallery.json");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/gallery");
    let mut all = 0;
    for set in gallery["datasets"].as_array().unwrap() {
        let id = set["id"].as_str().unwrap();
        assert!(folder.join(id).join("LICENSE.txt").exists());
        for part in ["train", "test"] {
            for what in ["sheet", "labels"] {
                let file = folder.join(set[part][what]["file"].as_str().unwrap());
                let size = fs::metadata(&file).unwrap().len();
                assert_eq!(size, set[part][what]["bytes"], "{}", file.display());
                all += size;
            }
        }
    }
    assert!((1..6_000_000).contains(&all), "{all}");
}

#[test]
fn the_sample_photos_are_decoded_cropped_and_resized_as_pillow_does_it() {
    let mut preset = Preset::parse(r#"{"size": 8, "std": [1, 1, 1]}"#).unwrap();
    preset.layout = Layout::Nhwc;
    for photo in json("tests/reference/sample_photos.json")
        .as_array()
        .unwrap()
    {
        let file = photo["file"].as_str().unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("www/public/photos")
            .join(file);
        let decoded = decode::photo(&path).unwrap();
        let tensor =
            pixels::to_tensor(&decoded.rgba, decoded.width, decoded.height, &preset).unwrap();
        let expected = photo["thumbnail"].as_array().unwrap();
        assert_eq!(tensor.len(), expected.len());
        for (got, expected) in tensor.floats().unwrap().iter().zip(expected) {
            let apart = (f64::from(*got) - expected.as_f64().unwrap()).abs();
            assert!(apart <= 2.0, "{file}: {got} {expected}");
        }
    }
}
