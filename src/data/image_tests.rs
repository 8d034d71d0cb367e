//! What becomes of pixels, checked by hand and against a brute-force resize.

use super::*;
use crate::text::said;

/// A preset that leaves levels as they are.
fn plain(size: [u32; 2]) -> Preset {
    let mut preset = Preset::parse(r#"{"size": 1, "std": [1, 1, 1]}"#).unwrap();
    preset.size = size;
    preset
}

fn floats(rgba: &[u8], width: u32, height: u32, preset: &Preset) -> Vec<f32> {
    let tensor = to_tensor(rgba, width, height, preset).unwrap();
    assert_eq!(tensor.shape(), preset.tensor_shape());
    tensor.floats().unwrap().into_owned()
}

/// A photo whose levels are given by pixel and channel.
fn photo(width: u32, height: u32, level: impl Fn(u32, u32, u32) -> u8) -> Vec<u8> {
    let mut rgba = Vec::new();
    for y in 0..height {
        for x in 0..width {
            rgba.extend([level(x, y, 0), level(x, y, 1), level(x, y, 2), 255]);
        }
    }
    rgba
}

#[test]
fn layouts_and_channel_orders() {
    let rgba = [1, 2, 3, 255, 4, 5, 6, 255];
    let mut preset = plain([2, 1]);
    assert_eq!(floats(&rgba, 2, 1, &preset), [1., 4., 2., 5., 3., 6.]);
    preset.channel_order = ChannelOrder::Bgr;
    assert_eq!(floats(&rgba, 2, 1, &preset), [3., 6., 2., 5., 1., 4.]);
    preset.layout = Layout::Nhwc;
    assert_eq!(floats(&rgba, 2, 1, &preset), [3., 2., 1., 6., 5., 4.]);
    preset.channel_order = ChannelOrder::Rgb;
    assert_eq!(floats(&rgba, 2, 1, &preset), [1., 2., 3., 4., 5., 6.]);
}

#[test]
fn normalizing_follows_the_colors_not_the_places() {
    let mut preset = plain([1, 1]);
    preset.mean = vec![10., 20., 30.];
    preset.std = vec![2., 4., 8.];
    assert_eq!(floats(&[20, 40, 110, 255], 1, 1, &preset), [5., 5., 10.]);
    preset.channel_order = ChannelOrder::Bgr;
    assert_eq!(floats(&[20, 40, 110, 255], 1, 1, &preset), [10., 5., 5.]);
}

#[test]
fn transparency_shows_white() {
    let rgba = [200, 100, 0, 0, 200, 100, 0, 255, 200, 100, 0, 51];
    let mixed = |color: f32| (color * 0.2 + 255. * 0.8).round();
    let mut preset = plain([3, 1]);
    preset.layout = Layout::Nhwc;
    let expected = [
        255.,
        255.,
        255.,
        200.,
        100.,
        0.,
        mixed(200.),
        mixed(100.),
        mixed(0.),
    ];
    assert_eq!(floats(&rgba, 3, 1, &preset), expected);
}

#[test]
fn gray_models_get_the_luminance() {
    let mut preset = plain([4, 1]);
    (preset.mean, preset.std) = (vec![0.], vec![255.]);
    let rgba = [
        255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255,
    ];
    for (got, expected) in floats(&rgba, 4, 1, &preset)
        .iter()
        .zip([0.299, 0.587, 0.114, 1.0])
    {
        assert!((got - expected).abs() < 1e-6, "{got} {expected}");
    }
}

#[test]
fn a_single_pixel_fills_the_input() {
    for crop in [Crop::Center, Crop::Squash, Crop::Letterbox] {
        let preset = Preset {
            crop,
            ..plain([5, 5])
        };
        let mut expected = vec![7.; 25];
        expected.extend([8.; 25]);
        expected.extend([9.; 25]);
        assert_eq!(floats(&[7, 8, 9, 255], 1, 1, &preset), expected);
    }
}

#[test]
fn the_middle_is_cropped() {
    let wide = photo(5, 3, |x, y, _| (10 * y + x) as u8);
    let red = &floats(&wide, 5, 3, &plain([3, 3]))[..9];
    assert_eq!(red, [1., 2., 3., 11., 12., 13., 21., 22., 23.]);
    let high = photo(2, 5, |x, y, _| (10 * y + x) as u8);
    let red = &floats(&high, 2, 5, &plain([2, 2]))[..4];
    assert_eq!(red, [10., 11., 20., 21.]);
}

#[test]
fn a_letterbox_keeps_the_whole_photo_between_zeros() {
    let rgba = photo(4, 2, |x, y, _| (10 + 10 * y + x) as u8);
    let preset = Preset {
        crop: Crop::Letterbox,
        mean: vec![1.; 3],
        ..plain([4, 4])
    };
    let red = &floats(&rgba, 4, 2, &preset)[..16];
    assert_eq!(
        red,
        [
            0., 0., 0., 0., 9., 10., 11., 12., 19., 20., 21., 22., 0., 0., 0., 0.
        ]
    );
}

#[test]
fn extreme_proportions_leave_at_least_one_pixel() {
    for (width, height) in [(9000, 1), (1, 9000)] {
        for crop in [Crop::Center, Crop::Squash, Crop::Letterbox] {
            let preset = Preset {
                crop,
                ..plain([6, 4])
            };
            let rgba = photo(width, height, |_, _, _| 77);
            assert!(
                floats(&rgba, width, height, &preset).contains(&77.),
                "{width} {crop:?}"
            );
        }
    }
}

#[test]
fn impossible_photos_are_refused_in_words() {
    let refuse = |bytes: usize, width, height| {
        to_tensor(&vec![0; bytes], width, height, &plain([2, 2])).unwrap_err()
    };
    assert!(said(&refuse(0, 0, 5)).contains("no pixels"));
    assert!(said(&refuse(15, 2, 2)).contains("needs 16 bytes of RGBA, but has 15"));
    let huge = refuse(4, 100_000, 100_000);
    assert_eq!(huge.code(), "too-large");
    assert!(said(&huge).contains("100000 × 100000"), "{huge}");
    assert!(said(&refuse(4, u32::MAX, u32::MAX)).contains("million"));
}

/// Keys' cubic convolution kernel with a = −½.
fn catmull_rom(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        1.5 * x.powi(3) - 2.5 * x.powi(2) + 1.0
    } else if x < 2.0 {
        -0.5 * x.powi(3) + 2.5 * x.powi(2) - 4.0 * x + 2.0
    } else {
        0.0
    }
}

/// What each source position weighs in target position `i`, straight from the definition.
fn weights(from: u32, to: u32, i: u32) -> Vec<f64> {
    let ratio = f64::from(from) / f64::from(to);
    let width = ratio.max(1.0);
    let center = (f64::from(i) + 0.5) * ratio;
    let raw: Vec<f64> = (0..from)
        .map(|j| catmull_rom((f64::from(j) + 0.5 - center) / width))
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.iter().map(|w| w / sum).collect()
}

#[test]
fn resizing_agrees_with_the_definition() {
    // Levels keep away from 0 and 255, so that no overshoot of the kernel is cut off.
    let noise = |x: u32, y: u32, c: u32| {
        let hash = (x * 7919 + y * 104_729 + c * 1_299_709).wrapping_mul(2_654_435_761);
        (80 + (hash >> 16) % 90) as u8
    };
    for ((width, height), [wide, high]) in [
        ((40, 30), [16, 9]),
        ((13, 17), [13, 5]),
        ((6, 5), [14, 20]),
        ((31, 8), [10, 24]),
    ] {
        let rgba = photo(width, height, noise);
        let preset = Preset {
            crop: Crop::Squash,
            layout: Layout::Nhwc,
            ..plain([wide, high])
        };
        let got = floats(&rgba, width, height, &preset);
        for y in 0..high {
            for x in 0..wide {
                let (columns, rows) = (weights(width, wide, x), weights(height, high, y));
                for c in 0..3 {
                    let mut expected = 0.0;
                    for (j, row) in rows.iter().enumerate() {
                        for (i, column) in columns.iter().enumerate() {
                            expected += row * column * f64::from(noise(i as u32, j as u32, c));
                        }
                    }
                    let level = f64::from(got[((y * wide + x) * 3 + c) as usize]);
                    // Each pass rounds to half a level; the second weighs the first's errors by at most 1.25.
                    assert!(
                        (level - expected).abs() <= 1.13,
                        "{x} {y} {c}: {level} {expected}"
                    );
                }
            }
        }
    }
}
