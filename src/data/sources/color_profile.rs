//! Colors as browsers show them: what a picture's embedded color profile says, in sRGB.

use image::{DynamicImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// A picture in sRGB with alpha. `profile` is the ICC profile that its file embeds. One that is broken, or of other colors than the
/// picture has, is ignored, as browsers do.
pub fn in_srgb(picture: DynamicImage, profile: Option<&[u8]>, file: &[u8]) -> DynamicImage {
    let profile = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
    let pixels = profile.and_then(|profile| match profile.color_space {
        DataColorSpace::Rgb if !is_cmyk(file) => {
            convert(&profile, Layout::Rgba, &picture.to_rgba8())
        }
        DataColorSpace::Gray if !picture.color().has_color() => {
            convert(&profile, Layout::GrayAlpha, &picture.to_luma_alpha8())
        }
        DataColorSpace::Cmyk => convert(&profile, Layout::Rgba, &inks(file)?),
        _ => None,
    });
    let converted =
        pixels.and_then(|rgba| RgbaImage::from_raw(picture.width(), picture.height(), rgba));
    converted.map_or(picture, DynamicImage::ImageRgba8)
}

/// Pixels of a profile's colors in sRGB with alpha. `None` where the profile lacks what that takes.
fn convert(profile: &ColorProfile, layout: Layout, pixels: &[u8]) -> Option<Vec<u8>> {
    let (srgb, options) = (ColorProfile::new_srgb(), TransformOptions::default());
    let transform = profile.create_transform_8bit(layout, &srgb, Layout::Rgba, options);
    let mut converted = vec![0; pixels.len() / layout.channels() * 4];
    transform.ok()?.transform(pixels, &mut converted).ok()?;
    Some(converted)
}

/// The four inks of a JPEG that is stored as such; files hold what is left of white.
fn inks(file: &[u8]) -> Option<Vec<u8>> {
    let stored = is_cmyk(file).then(|| cmyk_decoder(file).decode().ok())??;
    Some(stored.into_iter().map(|level| 255 - level).collect())
}

fn is_cmyk(file: &[u8]) -> bool {
    let mut decoder = cmyk_decoder(file);
    let headers = decoder.decode_headers();
    headers.is_ok() && decoder.input_colorspace() == Some(ColorSpace::CMYK)
}

fn cmyk_decoder(file: &[u8]) -> JpegDecoder<ZCursor<&[u8]>> {
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
        .jpeg_set_out_colorspace(ColorSpace::CMYK);
    JpegDecoder::new_with_options(ZCursor::new(file), options)
}
