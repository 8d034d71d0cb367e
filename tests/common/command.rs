//! The native command, run as its users run it, and what it is tested on.

#![allow(dead_code)] // each test binary uses a part of it

use crate::common::Random;
use crate::common::nets::tells_colors;
use secateur::graph::Graph;
use secateur::onnx;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder of its own for each test, gone at its end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("secateur-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().into()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.0.join(name), bytes).unwrap();
        self.path(name)
    }

    /// Names of the files in it, hidden ones too.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn secateur(arguments: &[&str]) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_secateur"))
        .args(arguments)
        .output();
    command.unwrap()
}

/// Standard output of a command that must succeed.
pub fn succeed(arguments: &[&str]) -> String {
    let output = secateur(arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one line that a command must fail with.
pub fn fail(arguments: &[&str]) -> String {
    let output = secateur(arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    let code = output.status.code();
    assert!(
        matches!(code, Some(1 | 2)),
        "{arguments:?}: {code:?} {errors}"
    );
    assert!(output.stdout.is_empty(), "{arguments:?} answered");
    let reason = errors.strip_prefix("secateur: ").expect(&errors);
    let reason = reason.strip_suffix('\n').expect(&errors);
    assert!(!reason.contains('\n'), "{errors}");
    reason.into()
}

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect(text)
}

/// A model that tells red, green and blue pictures of 8 × 8 apart by 3 of the 12 channels of each of its two
/// convolutions.
pub fn colors() -> Graph {
    tells_colors([12, 12])
}

pub fn colors_file(folder: &Folder) -> String {
    folder.write("colors.onnx", onnx::write(&colors()).unwrap())
}

/// The preset of that model, and the same with its classes' names.
pub const PRESET: &str = r#"{"size": 8, "mean": [128, 128, 128], "std": [64, 64, 64]}"#;
pub const NAMED_PRESET: &str = r#"{"size": 8, "mean": [128, 128, 128], "std": [64, 64, 64], "classes": ["red", "green", "blue"]}"#;

/// That model's file and the preset with names.
pub fn colors_and_preset(folder: &Folder) -> (String, String) {
    (
        colors_file(folder),
        folder.write("preset.json", NAMED_PRESET),
    )
}

/// Noisy pictures for it: a folder for each name, with so many of the class that is given. Returns the folder around them.
pub fn picture_folders(folder: &Folder, names: &[(&str, usize)], count: usize) -> String {
    let mut random = Random(3);
    for (name, class) in names {
        fs::create_dir_all(folder.path(&format!("data/{name}"))).unwrap();
        for i in 0..count {
            let mut level = |bright: bool| (random.below(60) + if bright { 180 } else { 40 }) as u8;
            let mut color = |at: usize| level(at == *class);
            let picture =
                image::RgbImage::from_fn(8, 8, |_, _| image::Rgb([color(0), color(1), color(2)]));
            picture
                .save(folder.path(&format!("data/{name}/{i}.png")))
                .unwrap();
        }
    }
    folder.path("data")
}

/// A PNG of 12 × 8 pixels of one color.
pub fn photo(color: [u8; 3]) -> Vec<u8> {
    let pixels = image::RgbImage::from_pixel(12, 8, image::Rgb(color));
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}
