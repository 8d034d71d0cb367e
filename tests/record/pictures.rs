//! A few pictures, so that the record is quick to check.

use std::fs;
use std::path::Path;

const SIDE: usize = 28;
const IN_A_ROW: usize = 100;
/// What an IDX file of labels has before its first label.
const LABELS_HEAD: usize = 8;

/// Writes the classroom's first pictures as IDX files: so many to train and to test on.
pub fn classroom(gallery: &Path, folder: &Path, train: usize, test: usize) {
    fs::create_dir_all(folder).unwrap();
    for (from, to, count) in [("train", "train", train), ("test", "t10k", test)] {
        let sheet = image::open(gallery.join(format!("{from}.webp"))).unwrap();
        let sheet = sheet.to_rgb8();
        let mut images = head(3, &[count, SIDE, SIDE]);
        for picture in 0..count {
            let (left, top) = (picture % IN_A_ROW * SIDE, picture / IN_A_ROW * SIDE);
            for at in 0..SIDE * SIDE {
                let (x, y) = (left + at % SIDE, top + at / SIDE);
                images.push(sheet.get_pixel(x as u32, y as u32)[1]);
            }
        }
        let labels = fs::read(gallery.join(format!("{from}-labels-idx1-ubyte"))).unwrap();
        let labels = [&head(1, &[count])[..], &labels[LABELS_HEAD..][..count]].concat();
        fs::write(folder.join(format!("{to}-images-idx3-ubyte")), images).unwrap();
        fs::write(folder.join(format!("{to}-labels-idx1-ubyte")), labels).unwrap();
    }
}

/// How an IDX file of bytes begins.
fn head(axes: u8, lengths: &[usize]) -> Vec<u8> {
    let lengths = lengths.iter().flat_map(|&n| (n as u32).to_be_bytes());
    [0, 0, 8, axes].into_iter().chain(lengths).collect()
}

/// Writes some colored patterns.
pub fn photos(folder: &Path, count: u32) {
    fs::create_dir_all(folder).unwrap();
    for photo in 0..count {
        let picture = image::RgbImage::from_fn(160, 120, |x, y| {
            let wave = |step: u32| (x * (step + photo) + y * step * 3 + (x * y) / 7) as u8;
            image::Rgb([wave(2), wave(3), wave(5)])
        });
        picture.save(folder.join(format!("{photo}.png"))).unwrap();
    }
}
