//! What the innermost loops of a product work on, in every build.

use super::simd::F32x4;

/// Rows of the left matrix in a panel.
pub const ROWS: usize = 4;
/// Columns of the right matrix in a panel.
pub const COLUMNS: usize = 8;

/// Numbers at one depth of a panel of the left matrix, and of the right one.
pub type Left = [f32; ROWS];
pub type Right = [f32; COLUMNS];

/// Sums of four rows by eight columns.
pub type Tile = [[F32x4; 2]; ROWS];

/// Eight numbers from `at` on. One comparison says whether they are there, where two slicings make three.
#[inline(always)]
pub(super) fn eight(data: &[f32], at: u32) -> &[f32] {
    let found = data.windows(COLUMNS).nth(at as usize);
    found.expect("eight columns at each depth")
}
