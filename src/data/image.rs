//! Pixels to tensor: crops, resizes and normalizes an RGBA photo as its preset says.
//!
//! Resizing is bicubic with the Catmull-Rom kernel (Keys 1981, a = −½), widened by the reduction when shrinking so that
//! every pixel counts (no aliasing), first along columns, then along rows, each pass rounded to whole levels. That is
//! within one level of what Pillow calls `BICUBIC`. Colors are taken as they are encoded (no linear light).

use super::preset::{ChannelOrder, Crop, Layout, Preset};
use crate::error::{Error, Result};
use crate::kernels::pixels::on_white;
use crate::tensor::Tensor;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

/// The most pixels a photo may have: 2²⁶, such as 8192 × 8192, which is 256 MiB of RGBA.
pub const MOST_PIXELS: u64 = 1 << 26;

/// Shares of red, green and blue in the luminance that gray models get (ITU-R BT.601).
const LUMINANCE: [f32; 3] = [0.299, 0.587, 0.114];

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

/// Turns a photo into a model's input: a float tensor of shape [`Preset::tensor_shape`].
///
/// `rgba` holds `width × height` pixels of 8 bits a channel, row by row, alpha not premultiplied. What is transparent
/// shows white. A model with one channel gets the luminance.
pub fn to_tensor(rgba: &[u8], width: u32, height: u32, preset: &Preset) -> Result<Tensor> {
    let (levels, filled) = fitted(rgba, width, height, preset)?;
    let mut elements = vec![0.0; preset.tensor_shape().iter().product()];
    normalize(&levels, filled, preset, &mut elements);
    Ok(Tensor::from_f32(&preset.tensor_shape(), elements))
}

/// A photo at a model's size, 8 bits a color: `width × height` pixels of red, green and blue. Beside a photo that does not
/// fill the input lies the preset's mean color, rounded.
pub fn to_levels(rgba: &[u8], width: u32, height: u32, preset: &Preset) -> Result<Vec<u8>> {
    let (levels, filled) = fitted(rgba, width, height, preset)?;
    let [wide, high] = preset.size.map(|side| side as usize);
    let mean = |channel: usize| preset.mean[channel.min(preset.mean.len() - 1)];
    let border: [u8; 3] = std::array::from_fn(|c| mean(c).round() as u8);
    let mut all = border.repeat(wide * high);
    let row = filled.width as usize * 3;
    for (y, levels) in levels.chunks_exact(row).enumerate() {
        let at = ((filled.top as usize + y) * wide + filled.left as usize) * 3;
        all[at..at + row].copy_from_slice(levels);
    }
    Ok(all)
}

/// Writes levels as [`to_levels`] gives them as one sample of a model's input.
pub fn write_levels(levels: &[u8], preset: &Preset, out: &mut [f32]) {
    let [width, height] = preset.size;
    let whole = Area {
        left: 0,
        top: 0,
        width,
        height,
    };
    normalize(levels, whole, preset, out);
}

/// The part of a photo that its preset takes, at the size that it fills of the model's input.
fn fitted(rgba: &[u8], width: u32, height: u32, preset: &Preset) -> Result<(Vec<u8>, Area)> {
    preset.check()?;
    check_size(width, height)?;
    let expected = u64::from(width) * u64::from(height) * 4;
    if rgba.len() as u64 != expected {
        return Err(Error::BadInput(message!(
            "error-photo-bytes",
            width = width,
            height = height,
            expected = expected,
            given = rgba.len()
        )));
    }
    let (taken, filled) = areas(width, height, preset);
    let colors = opaque(rgba, width, taken);
    Ok((resize(&colors, taken, filled)?, filled))
}

/// An error for a photo without pixels or with more than [`MOST_PIXELS`].
pub fn check_size(width: u32, height: u32) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(Error::BadInput(message!("error-photo-empty")));
    }
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Error::TooLarge(message!(
            "error-photo-too-large",
            width = width,
            height = height,
            most = MOST_PIXELS / 1_000_000
        )));
    }
    Ok(())
}

/// Which part of the photo is taken, and which part of the model's input it fills.
fn areas(width: u32, height: u32, preset: &Preset) -> (Area, Area) {
    let [wide, high] = preset.size;
    let photo = Area {
        left: 0,
        top: 0,
        width,
        height,
    };
    let input = Area {
        left: 0,
        top: 0,
        width: wide,
        height: high,
    };
    match preset.crop {
        Crop::Center => (largest_inside(photo, wide, high), input),
        Crop::Squash => (photo, input),
        Crop::Letterbox => (photo, largest_inside(input, width, height)),
    }
}

/// The largest area of proportions `wide : high` in the middle of `outer`, in whole pixels and at least one.
fn largest_inside(outer: Area, wide: u32, high: u32) -> Area {
    let fit = |side: u32, over: u32, under: u32| {
        let exact = f64::from(side) * f64::from(over) / f64::from(under);
        (exact.round() as u32).max(1)
    };
    let width = fit(outer.height, wide, high).min(outer.width);
    let height = fit(outer.width, high, wide).min(outer.height);
    Area {
        left: outer.left + (outer.width - width) / 2,
        top: outer.top + (outer.height - height) / 2,
        width,
        height,
    }
}

/// The RGB bytes of an area of a photo, laid over white where it is transparent.
fn opaque(rgba: &[u8], width: u32, area: Area) -> Vec<u8> {
    let (left, columns) = (area.left as usize, area.width as usize);
    let mut rgb = vec![0; columns * area.height as usize * 3];
    let rows = rgba.chunks_exact(width as usize * 4);
    let rows = rows.skip(area.top as usize);
    for (row, out) in rows.zip(rgb.chunks_exact_mut(columns * 3)) {
        on_white(&row[left * 4..][..columns * 4], out);
    }
    rgb
}

fn resize(rgb: &[u8], from: Area, to: Area) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| {
        Error::BadInput(message!("error-photo-resize", reason = e.to_string()))
    };
    // The kind of pixel is known when the program is compiled, since code and tables for all others would be a quarter of the
    // WebAssembly module.
    let source = TypedImageRef::<U8x3>::from_buffer(from.width, from.height, rgb);
    let source = source.map_err(|e| failed(&e))?;
    let mut resized = vec![0; to.width as usize * to.height as usize * 3];
    let mut target = TypedImage::<U8x3>::from_buffer(to.width, to.height, &mut resized)
        .map_err(|e| failed(&e))?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .map_err(|e| failed(&e))?;
    Ok(resized)
}

/// Writes `(pixel − mean) / std` in the preset's layout; leaves what is outside the filled area as it is.
fn normalize(rgb: &[u8], filled: Area, preset: &Preset, elements: &mut [f32]) {
    let [wide, high] = preset.size.map(|side| side as usize);
    let channels = preset.channels();
    let (channel_step, pixel_step) = match preset.layout {
        Layout::Nchw => (wide * high, 1),
        Layout::Nhwc => (1, channels),
    };
    for (i, pixel) in rgb.chunks_exact(3).enumerate() {
        let x = filled.left as usize + i % filled.width as usize;
        let y = filled.top as usize + i / filled.width as usize;
        let colors = [pixel[0], pixel[1], pixel[2]].map(f32::from);
        for channel in 0..channels {
            // The place of a color in the tensor; means and deviations are always given as red, green, blue.
            let place = match preset.channel_order {
                ChannelOrder::Rgb => channel,
                ChannelOrder::Bgr => channels - 1 - channel,
            };
            let level = if channels == 1 {
                luminance(colors)
            } else {
                colors[channel]
            };
            elements[place * channel_step + (y * wide + x) * pixel_step] =
                (level - preset.mean[channel]) / preset.std[channel];
        }
    }
}

fn luminance(colors: [f32; 3]) -> f32 {
    LUMINANCE[0] * colors[0] + LUMINANCE[1] * colors[1] + LUMINANCE[2] * colors[2]
}

#[cfg(test)]
#[path = "image_tests.rs"]
mod tests;
