//! Pixels of photos.

/// Lays RGBA pixels over white: three levels for each pixel of `rgba`. Rounded to the nearest level; where a pixel is opaque its
/// colors stay exactly as they are, and where it is transparent they are exactly white.
pub fn on_white(rgba: &[u8], rgb: &mut [u8]) {
    let (pixels, _) = rgba.as_chunks::<4>();
    let (out, _) = rgb.as_chunks_mut::<3>();
    for (&[red, green, blue, alpha], out) in pixels.iter().zip(out) {
        let alpha = u32::from(alpha);
        let over = |color: u8| ((u32::from(color) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        *out = match alpha {
            255 => [red, green, blue],
            _ => [over(red), over(green), over(blue)],
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transparent_becomes_white() {
        let rgba = [10, 200, 255, 255, 10, 200, 255, 0, 100, 0, 255, 128];
        let mut rgb = [0; 9];
        on_white(&rgba, &mut rgb);
        assert_eq!(rgb, [10, 200, 255, 255, 255, 255, 177, 127, 255]);
    }
}
