//! Noisy pictures of three kinds, for models that tell these apart.

use super::Random;
use secateur::data::{Pictures, Preset};

pub fn preset() -> Preset {
    Preset::parse(r#"{"size": 8, "mean": [128, 128, 128], "std": [64, 64, 64]}"#).unwrap()
}

/// Red, green and blue pictures, as many of each, nearly; the classes are 0 for red, 1 for green, 2 for blue.
pub fn pictures(count: usize, seed: u64, labeled: bool) -> Pictures {
    let mut pictures = Pictures::new(&preset()).unwrap();
    let mut random = Random(seed);
    for index in 0..count {
        let shown = index % 3;
        let mut rgba = Vec::new();
        for _ in 0..64 {
            let mut level = |bright: bool| (random.below(60) + if bright { 180 } else { 40 }) as u8;
            let color = [level(shown == 0), level(shown == 1), level(shown == 2)];
            rgba.extend([color[0], color[1], color[2], 255]);
        }
        let label = labeled.then_some(shown as u32);
        pictures.add(&rgba, 8, 8, label).unwrap();
    }
    pictures
}

/// Pictures that are bright above, bright on the left, or red: gray by as much `noise`, and brighter by `contrast`.
pub fn patterns(count: usize, seed: u64, labeled: bool, [noise, contrast]: [f32; 2]) -> Pictures {
    let mut pictures = Pictures::new(&preset()).unwrap();
    let mut random = Random(seed);
    for _ in 0..count {
        let shown = random.below(3);
        let mut rgba = Vec::new();
        for at in 0..64 {
            let bright = [at < 32, at % 8 < 4, false][shown];
            let mut level = |bright: bool| {
                let gray = 100.0 + noise * random.number() + if bright { contrast } else { 0.0 };
                gray.clamp(0.0, 255.0) as u8
            };
            let color = [level(bright || shown == 2), level(bright), level(bright)];
            rgba.extend([color[0], color[1], color[2], 255]);
        }
        let label = labeled.then_some(shown as u32);
        pictures.add(&rgba, 8, 8, label).unwrap();
    }
    pictures
}
