//! Published pairs of IDX files: finding, unpacking and reading them, and the page's own pack of Fashion-MNIST.

use flate2::{Compression, Crc, write::GzEncoder};
use secateur::data::idx_files::{Pair, Part};
use secateur::data::{Preset, idx};
use secateur::text::said;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("secateur-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn images(count: u8) -> Vec<u8> {
    let mut file = vec![0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 2, 0, 0, 0, 2];
    file.extend((0..count * 4).map(|i| 3 * i));
    file
}

fn labels(count: u8) -> Vec<u8> {
    let mut file = vec![0, 0, 8, 1, 0, 0, 0, count];
    file.extend((0..count).map(|i| i % 3));
    file
}

fn packed(file: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(file).unwrap();
    encoder.finish().unwrap()
}

fn preset() -> Preset {
    Preset::parse(r#"{"size": 2, "mean": [0], "std": [1]}"#).unwrap()
}

fn refusal(path: &Path, part: Option<Part>) -> String {
    let told = Pair::find(path, part).and_then(|pair| pair.unwrap().load(&preset()));
    said(&told.unwrap_err())
}

#[test]
fn a_part_is_found_packed_or_not() {
    let folder = folder("idx-found");
    let put = |name: &str, file: Vec<u8>| fs::write(folder.join(name), file).unwrap();
    put("train-images-idx3-ubyte.gz", packed(&images(5)));
    put("train-labels-idx1-ubyte", labels(5));
    put("t10k-images-idx3-ubyte", images(3));
    put("t10k-labels-idx1-ubyte.gz", packed(&labels(3)));
    let count = |path: &Path, part| {
        let pair = Pair::find(path, part).unwrap().unwrap();
        pair.load(&preset()).unwrap().len()
    };
    assert_eq!(count(&folder, Some(Part::Train)), 5);
    assert_eq!(count(&folder, Some(Part::Test)), 3);
    assert_eq!(count(&folder.join("train-images-idx3-ubyte.gz"), None), 5);
    let either = said(&Pair::find(&folder, None).unwrap_err());
    assert!(either.contains("Choose one"), "{either}");

    let test = Pair::find(&folder, Some(Part::Test)).unwrap().unwrap();
    let test = test.load(&preset()).unwrap();
    assert_eq!(test.labels(), Some(&[0, 1, 2][..]));
    let mut sample = [0.0; 4];
    test.write(&[1], None, &mut sample);
    assert_eq!(sample.map(f32::round), [12.0, 15.0, 18.0, 21.0]);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn other_paths_are_no_pairs() {
    let folder = folder("idx-other");
    fs::write(folder.join("photo.jpg"), "none").unwrap();
    for path in [
        folder.clone(),
        folder.join("photo.jpg"),
        folder.join("missing"),
    ] {
        assert_eq!(Pair::find(&path, None), Ok(None));
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_wrong_with_a_pair_is_told() {
    let folder = folder("idx-wrong");
    let put = |name: &str, file: &[u8]| fs::write(folder.join(name), file).unwrap();
    put("train-images-idx3-ubyte", &images(5));
    let alone = refusal(&folder, None);
    assert!(alone.contains("train-labels-idx1-ubyte.gz"), "{alone}");
    let test = refusal(&folder, Some(Part::Test));
    assert!(test.contains("“test”"), "{test}");

    put("train-labels-idx1-ubyte", &labels(4));
    let fewer = refusal(&folder, None);
    assert!(fewer.contains("5 photos and 4 labels"), "{fewer}");
    put("train-labels-idx1-ubyte", &images(5));
    let swapped = refusal(&folder, None);
    assert!(swapped.contains("the file of the images"), "{swapped}");
    put("train-labels-idx1-ubyte", &labels(5)[..10]);
    let short = refusal(&folder, None);
    assert!(
        short.contains("train-labels") && short.contains("2 follow"),
        "{short}"
    );
    fs::remove_file(folder.join("train-labels-idx1-ubyte")).unwrap();
    let broken = packed(&labels(5));
    put("train-labels-idx1-ubyte.gz", &broken[..broken.len() - 6]);
    let broken = refusal(&folder, None);
    assert!(broken.contains("damaged or incomplete"), "{broken}");
    fs::remove_dir_all(folder).unwrap();
}

fn pack() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public/gallery/fashion-mnist")
}

/// A part of the page's pack: the pixels of its pictures, one after the other, and the file of its labels.
fn packed_part(part: Part, labels: &str) -> (Vec<u8>, Vec<u8>) {
    let preset = r#"{"size": 28, "mean": [0], "std": [1]}"#;
    let pair = Pair::find(&pack(), Some(part)).unwrap().unwrap();
    let pictures = pair.load(&Preset::parse(preset).unwrap()).unwrap();
    let levels: Vec<&[u8]> = (0..pictures.len())
        .map(|index| pictures.levels_of(index))
        .collect();
    let levels = levels.concat();
    let colors = levels.as_chunks::<3>().0;
    assert!(
        colors
            .iter()
            .all(|[red, green, blue]| red == green && green == blue)
    );
    let labels = fs::read(pack().join(labels)).unwrap();
    (colors.iter().map(|color| color[0]).collect(), labels)
}

fn crc(parts: &[&[u8]]) -> u32 {
    let mut crc = Crc::new();
    parts.iter().for_each(|part| crc.update(part));
    crc.sum()
}

#[test]
fn the_packed_test_set_is_the_published_one() {
    let (pixels, labels) = packed_part(Part::Test, "test-labels-idx1-ubyte");
    let header = [0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28];
    // The checksums that the published archives end with.
    assert_eq!(crc(&[&header, &pixels]), 0x678f_e0b1);
    assert_eq!(crc(&[&labels]), 0x8014_2c1f);
}

#[test]
fn the_packed_training_pictures_have_labels_and_every_class() {
    let (pixels, labels) = packed_part(Part::Train, "train-labels-idx1-ubyte");
    let labels = idx::parse("labels", &labels).unwrap();
    assert_eq!(labels.shape, [12_000, 1, 1]);
    assert_eq!(pixels.len(), 12_000 * 28 * 28);
    let of_class = |class: u8| labels.bytes.iter().filter(|&&label| label == class).count();
    assert!((0..10).all(|class| of_class(class) > 1100));
    // The mean of all 60,000 is 72.94 of 255.
    let mean = pixels.iter().map(|&level| f64::from(level)).sum::<f64>() / pixels.len() as f64;
    assert!((mean - 72.94).abs() < 1.0, "{mean}");
}

#[test]
fn what_is_wrong_with_a_sheet_is_told() {
    let folder = folder("sheet-wrong");
    let sheet = image::GrayImage::from_fn(6, 4, |x, y| image::Luma([(10 * y + x) as u8]));
    sheet.save(folder.join("train.webp")).unwrap();
    assert_eq!(
        Pair::find(&folder, None),
        Ok(None),
        "it is a photo where no labels are beside it"
    );
    let labeled = |count| {
        fs::write(folder.join("train-labels-idx1-ubyte"), labels(count)).unwrap();
        Pair::find(&folder, None).unwrap().unwrap().load(&preset())
    };
    let pictures = labeled(5).unwrap();
    assert_eq!(pictures.len(), 5);
    let mut fourth = [0.0; 4];
    pictures.write(&[3], None, &mut fourth);
    assert_eq!(fourth.map(f32::round), [20.0, 21.0, 30.0, 31.0]);
    for count in [0, 3, 7] {
        let told = said(&labeled(count).unwrap_err());
        assert!(
            told.contains(&format!("not a sheet of {count} photos of 2 × 2")),
            "{told}"
        );
    }
    fs::remove_dir_all(folder).unwrap();
}
