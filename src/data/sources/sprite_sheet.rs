//! Sheets, for the native command: many small gray pictures that are stored as one, row by row, each of the size that the
//! preset asks for. The page's own labeled sets are kept so.

use super::decode;
use crate::error::{Error, Result};
use std::path::Path;

/// The first `count` pictures of a sheet, of `width × height` bytes each, one after the other.
///
/// Errors: [`Error::BadInput`] where the sheet can't be read, or its rows don't hold just so many pictures of this size.
pub fn pictures(path: &Path, count: usize, [width, height]: [u32; 2]) -> Result<Vec<u8>> {
    let sheet = decode::photo(path)?;
    let in_a_row = (sheet.width / width) as usize;
    let rows = (sheet.height / height) as usize;
    let is_whole = sheet.width.is_multiple_of(width) && sheet.height.is_multiple_of(height);
    if !is_whole || count == 0 || rows != count.div_ceil(in_a_row) {
        return Err(Error::BadInput(message!(
            "error-sheet",
            name = path.display(),
            sheetWidth = sheet.width,
            sheetHeight = sheet.height,
            count = count,
            width = width,
            height = height
        )));
    }
    let (width, height) = (width as usize, height as usize);
    let mut levels = Vec::with_capacity(count * width * height);
    for picture in 0..count {
        let (left, top) = (picture % in_a_row * width, picture / in_a_row * height);
        for y in top..top + height {
            let row = &sheet.rgba[(y * in_a_row * width + left) * 4..][..width * 4];
            // All colors of gray are the same, but for rounding, which leaves green the nearest.
            levels.extend(row.chunks_exact(4).map(|pixel| pixel[1]));
        }
    }
    Ok(levels)
}
