//! Pictures with color profiles have the colors that a browser shows: `reference/color_profiles` holds pictures and what
//! Chromium's canvas gives for them, and LittleCMS.

#[path = "support/skipped.rs"]
mod skipped;

use secateur::data::decode;
use serde_json::Value;
use skipped::skipped;
use std::fs;
use std::path::Path;

/// How far levels may be apart.
const TOLERANCE: u64 = 2;

/// Where a picture is not among ours.
const SHARED: &str = "../shared/cases/photos";

#[test]
fn colors_are_those_that_chromium_shows() {
    agrees_with("chromium.json");
}

#[test]
fn inks_have_the_colors_that_littlecms_gives_them() {
    agrees_with("littlecms.json");
}

/// Compares the pixels that a reference names.
fn agrees_with(reference: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/reference/color_profiles");
    let text = fs::read_to_string(folder.join(reference)).unwrap();
    let reference: Value = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for (name, expected) in reference["pictures"].as_object().unwrap() {
        let own = folder.join(name);
        let path = match own.exists() {
            true => own,
            false => root.join(SHARED).join(name),
        };
        if !path.exists() {
            skipped(format!("{name}, which is not in {SHARED}"));
            continue;
        }
        let photo = decode::photo(&path).unwrap();
        let size = [u64::from(photo.width), u64::from(photo.height)];
        assert_eq!(expected["size"], serde_json::json!(size), "{name}");
        for pixel in expected["pixels"].as_array().unwrap() {
            let [x, y, rgba @ ..] = [0, 1, 2, 3, 4, 5].map(|i| pixel[i].as_u64().unwrap());
            let at = ((y * size[0] + x) * 4) as usize;
            for (got, expected) in photo.rgba[at..at + 4].iter().zip(rgba) {
                assert!(
                    u64::from(*got).abs_diff(expected) <= TOLERANCE,
                    "{name} at {x}, {y}: {:?}, not {rgba:?}",
                    &photo.rgba[at..at + 4]
                );
            }
            compared += 1;
        }
    }
    assert!(compared > 0);
}
