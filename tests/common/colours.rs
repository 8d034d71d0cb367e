//! Noisy pictures that are red, green or blue, for models that tell these apart.

use super::Random;
use secateur::data::{Pictures, Preset};

pub fn preset() -> Preset {
    Preset::parse(r#"{"size": 8, "mean": [128, 128, 128], "std": [64, 64, 64]}"#).unwrap()
}

/// As many of each colour, nearly; the classes are 0 for red, 1 for green, 2 for blue.
pub fn pictures(count: usize, seed: u64, labelled: bool) -> Pictures {
    let mut pictures = Pictures::new(&preset()).unwrap();
    let mut random = Random(seed);
    for index in 0..count {
        let shown = index % 3;
        let mut rgba = Vec::new();
        for _ in 0..64 {
            let mut level = |bright: bool| (random.below(60) + if bright { 180 } else { 40 }) as u8;
            let colour = [level(shown == 0), level(shown == 1), level(shown == 2)];
            rgba.extend([colour[0], colour[1], colour[2], 255]);
        }
        let label = labelled.then_some(shown as u32);
        pictures.add(&rgba, 8, 8, label).unwrap();
    }
    pictures
}
