//! The gallery's model, stored in half precision, chooses on every sample photo what ONNX Runtime chooses with it, and
//! what the model in single precision chooses.

#[path = "support/skipped.rs"]
mod skipped;

use secateur::data::{Preset, decode, image::to_tensor};
use secateur::engine::{Executor, Options};
use secateur::onnx::{OpenOptions, open};
use secateur::tensor::Tensor;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn executor(path: &Path) -> Executor {
    let bytes = fs::read(path).expect("a model");
    let graph = open(bytes.into(), &OpenOptions::default())
        .expect("a good model")
        .graph;
    Executor::new(&graph, &Options::default()).expect("a model that runs")
}

fn first(executor: &mut Executor, input: &Tensor) -> u64 {
    let output = executor
        .run(std::slice::from_ref(input))
        .expect("a run")
        .swap_remove(0);
    let logits = output.floats().expect("floats");
    let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
    best.expect("classes") as u64
}

#[test]
fn half_precision_chooses_the_same_on_every_sample_photo() {
    let text =
        fs::read_to_string(root().join("tests/reference/sample_photos.json")).expect("facts");
    let facts: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let text =
        fs::read_to_string(root().join("www/presets/efficientnet-lite0.json")).expect("preset");
    let preset = Preset::parse(&text).expect("a good preset");
    let mut half = executor(&root().join("www/public/gallery/efficientnet-lite0.onnx"));
    let single: PathBuf = root().join("../shared/models/efficientnet-lite0.onnx");
    let mut single = if single.exists() {
        Some(executor(&single))
    } else {
        skipped::skipped(format_args!("in part, {} is absent", single.display()));
        None
    };
    let photos = facts.as_array().expect("a list");
    let text = fs::read_to_string(root().join("www/public/photos/photos.json")).expect("a list");
    let listed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        photos.len(),
        listed["photos"].as_array().expect("photos").len()
    );
    for fact in photos {
        let file = fact["file"].as_str().expect("a file name");
        let bytes = fs::read(root().join("www/public/photos").join(file)).expect("a photo's file");
        let photo = decode::photo_from_bytes(&bytes, file).expect("a photo");
        let input = to_tensor(&photo.rgba, photo.width, photo.height, &preset).expect("a tensor");
        assert_eq!(
            Some(first(&mut half, &input)),
            fact["first"].as_u64(),
            "{file}"
        );
        if let Some(single) = &mut single {
            assert_eq!(first(single, &input), first(&mut half, &input), "{file}");
        }
    }
}
