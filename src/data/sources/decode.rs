//! Picture files to pixels, for the native command: JPEG, PNG and WebP. (In the page the browser decodes.)

use super::color_profile::in_srgb;
use crate::data::image::check_size;
use crate::data::pictures::file_key;
use crate::error::{Error, Result};
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader};
use std::io::Cursor;
use std::path::Path;

/// A decoded photo, upright, in sRGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// `width × height` pixels row by row: red, green, blue and alpha (not premultiplied), 8 bits each.
    pub rgba: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// Of the file ([`file_key`]).
    pub key: u64,
}

/// Reads a picture file, converts its colors from the profile that it embeds, and turns it upright as its EXIF orientation says.
pub fn photo(path: impl AsRef<Path>) -> Result<Photo> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let bytes = std::fs::read(path)
        .map_err(|e| Error::BadInput(message!("error-file-unopened", name = name, reason = e)))?;
    photo_from_bytes(&bytes, &name)
}

/// Decodes the bytes of a picture file; `name` stands for it in messages.
pub fn photo_from_bytes(bytes: &[u8], name: &str) -> Result<Photo> {
    let unreadable = |e: ImageError| {
        let why = match e {
            ImageError::Unsupported(_) => {
                message!("error-picture-format", name = name)
            }
            e => message!("error-file-damaged", name = name, reason = e.to_string()),
        };
        Error::BadInput(why)
    };
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    // Reading from memory can't fail; what is no known format is refused by the next step.
    let reader = reader.map_err(|e| unreadable(ImageError::IoError(e)))?;
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let orientation = decoder.orientation().map_err(unreadable)?;
    // A profile that can't be read does not make the picture unreadable.
    let profile = decoder.icc_profile().unwrap_or_default();
    let picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    let mut picture = in_srgb(picture, profile.as_deref(), bytes);
    picture.apply_orientation(orientation);
    let pixels = picture.into_rgba8();
    let (width, height) = pixels.dimensions();
    Ok(Photo {
        rgba: pixels.into_raw(),
        width,
        height,
        key: file_key(bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;
    use image::{ExtendedColorType, ImageEncoder, codecs};

    /// A 48 × 32 picture whose quarters are black, dark, light and white, clockwise from the top left.
    fn quarters() -> Vec<u8> {
        let level = |x: usize, y: usize| match (x < 24, y < 16) {
            (true, true) => 0,
            (false, true) => 80,
            (false, false) => 160,
            (true, false) => 255,
        };
        (0..32 * 48).map(|i| level(i % 48, i / 48)).collect()
    }

    /// A big-endian TIFF header with the orientation as its one entry, as EXIF holds it.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut bytes = b"MM\0\x2a\0\0\0\x08\0\x01".to_vec();
        bytes.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
        bytes.extend([0; 4]);
        bytes
    }

    fn jpeg(orientation: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 100);
        encoder.set_exif_metadata(exif(orientation)).unwrap();
        encoder
            .write_image(&quarters(), 48, 32, ExtendedColorType::L8)
            .unwrap();
        bytes
    }

    fn png(orientation: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = codecs::png::PngEncoder::new(&mut bytes);
        encoder.set_exif_metadata(exif(orientation)).unwrap();
        encoder
            .write_image(&quarters(), 48, 32, ExtendedColorType::L8)
            .unwrap();
        bytes
    }

    fn webp() -> Vec<u8> {
        let mut bytes = Vec::new();
        let encoder = codecs::webp::WebPEncoder::new_lossless(&mut bytes);
        encoder
            .write_image(&[9, 8, 7, 100], 1, 1, ExtendedColorType::Rgba8)
            .unwrap();
        bytes
    }

    /// The levels in the middle of the quarters, clockwise from the top left.
    fn corners(photo: &Photo) -> [u8; 4] {
        let (left, right) = (photo.width / 4, photo.width * 3 / 4);
        let (top, bottom) = (photo.height / 4, photo.height * 3 / 4);
        [(left, top), (right, top), (right, bottom), (left, bottom)]
            .map(|(x, y)| photo.rgba[((y * photo.width + x) * 4) as usize])
    }

    #[test]
    fn all_eight_orientations_are_turned_upright() {
        // EXIF 2.32, table 6: which corner of the stored picture is shown where.
        let upright = [
            [0, 80, 160, 255],
            [80, 0, 255, 160],
            [160, 255, 0, 80],
            [255, 160, 80, 0],
            [0, 255, 160, 80],
            [255, 0, 80, 160],
            [160, 80, 0, 255],
            [80, 160, 255, 0],
        ];
        for (orientation, expected) in (1..).zip(upright) {
            for bytes in [jpeg(orientation), png(orientation)] {
                let photo = photo_from_bytes(&bytes, "quarters").unwrap();
                let turned = orientation > 4;
                let size = if turned { (32, 48) } else { (48, 32) };
                assert_eq!((photo.width, photo.height), size, "{orientation}");
                for (got, expected) in corners(&photo).iter().zip(expected) {
                    assert!(
                        got.abs_diff(expected) < 4,
                        "{orientation}: {:?}",
                        corners(&photo)
                    );
                }
            }
        }
    }

    #[test]
    fn an_orientation_that_means_nothing_is_passed_over() {
        let photo = photo_from_bytes(&jpeg(9), "quarters").unwrap();
        assert_eq!((photo.width, photo.height), (48, 32));
    }

    #[test]
    fn webp_keeps_its_alpha() {
        let photo = photo_from_bytes(&webp(), "pixel").unwrap();
        assert_eq!(
            (photo.width, photo.height, photo.rgba),
            (1, 1, vec![9, 8, 7, 100])
        );
    }

    #[test]
    fn what_is_no_picture_is_refused_by_name() {
        for bytes in [&b""[..], b"not a picture", b"\x08\x08\x12\x07onnx"] {
            let error = said(&photo_from_bytes(bytes, "notes.txt").unwrap_err());
            assert!(
                error.contains("“notes.txt” is not a JPEG, PNG or WebP"),
                "{error}"
            );
        }
        let error = said(&photo("no/such/file.jpg").unwrap_err());
        assert!(
            error.contains("“no/such/file.jpg” can't be opened"),
            "{error}"
        );
    }

    #[test]
    fn a_cut_off_picture_is_said_to_be_damaged() {
        for (name, bytes) in [("a.png", png(1)), ("a.webp", webp()), ("a.jpg", jpeg(1))] {
            let error = said(&photo_from_bytes(&bytes[..bytes.len() / 2], name).unwrap_err());
            assert!(
                error.contains("is damaged or incomplete"),
                "{name}: {error}"
            );
        }
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_is_refused_before_it_is_decoded() {
        let mut bytes = png(1);
        // Width and height stand at the start of the first chunk; its checksum follows its 17 bytes.
        bytes[16..20].copy_from_slice(&100_000u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&100_000u32.to_be_bytes());
        let checksum = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
        let error = photo_from_bytes(&bytes, "huge.png").unwrap_err();
        assert_eq!(error.code(), "too-large", "{error}");
    }

    #[test]
    fn no_damage_makes_it_panic() {
        let pictures = [jpeg(6), png(3), webp()];
        // Knuth's MMIX generator: the same damage every time.
        let mut state = 1u64;
        let mut draw = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for _ in 0..2_000 {
            let mut bytes = pictures[draw(pictures.len())].clone();
            for _ in 0..=draw(8) {
                let place = draw(bytes.len());
                bytes[place] = draw(256) as u8;
            }
            bytes.truncate(1 + draw(bytes.len() * 2).min(bytes.len() - 1));
            // Some damage still leaves a picture.
            if let Ok(photo) = photo_from_bytes(&bytes, "damaged") {
                let pixels = photo.width as usize * photo.height as usize;
                assert_eq!(photo.rgba.len(), pixels * 4);
            }
        }
    }

    /// The cyclic redundancy check of PNG chunks (ISO 3309), bit by bit.
    fn crc32(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for &byte in bytes {
            crc ^= u32::from(byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
            }
        }
        !crc
    }
}
