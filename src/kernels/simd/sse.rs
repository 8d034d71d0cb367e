//! SSE2, which every x86-64 processor has.

use core::arch::x86_64::*;
pub type Vector = __m128;

// SAFETY, for every block here: SSE2 is part of x86-64, and loads and stores are the unaligned ones on arrays
// of the right length.
#[inline(always)]
pub fn splat(x: f32) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_set1_ps(x) }
}
#[inline(always)]
pub fn load(from: &[f32; 4]) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_loadu_ps(from.as_ptr()) }
}
#[inline(always)]
pub fn store(v: Vector, to: &mut [f32; 4]) {
    // SAFETY: as above.
    unsafe { _mm_storeu_ps(to.as_mut_ptr(), v) }
}
#[inline(always)]
pub fn add(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_add_ps(a, b) }
}
#[inline(always)]
pub fn sub(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_sub_ps(a, b) }
}
#[inline(always)]
pub fn mul(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_mul_ps(a, b) }
}
#[inline(always)]
pub fn max(x: Vector, low: Vector) -> Vector {
    // The instruction gives its second operand where one is no number.
    // SAFETY: as above.
    unsafe { _mm_max_ps(low, x) }
}
#[inline(always)]
pub fn min(x: Vector, high: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_min_ps(high, x) }
}
#[inline(always)]
pub fn low_pairs(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_unpacklo_ps(a, b) }
}
#[inline(always)]
pub fn high_pairs(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_unpackhi_ps(a, b) }
}
#[inline(always)]
pub fn evens(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_shuffle_ps::<0b10_00_10_00>(a, b) }
}
#[inline(always)]
pub fn low_halves(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_movelh_ps(a, b) }
}
#[inline(always)]
pub fn high_halves(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_movehl_ps(b, a) }
}
#[inline(always)]
pub fn shifted1(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_shuffle_ps::<0b00_11_10_01>(a, _mm_move_ss(a, b)) }
}
#[inline(always)]
pub fn shifted2(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_shuffle_ps::<0b01_00_11_10>(a, b) }
}
#[inline(always)]
pub fn shifted3(a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe {
        let middle = _mm_shuffle_ps::<0b00_00_11_11>(a, b);
        _mm_shuffle_ps::<0b10_01_10_00>(middle, b)
    }
}
#[inline(always)]
pub fn above(x: Vector, y: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_or_ps(_mm_cmpgt_ps(x, y), _mm_cmpunord_ps(x, x)) }
}
#[inline(always)]
pub fn choose(mask: Vector, a: Vector, b: Vector) -> Vector {
    // SAFETY: as above.
    unsafe { _mm_or_ps(_mm_and_ps(mask, a), _mm_andnot_ps(mask, b)) }
}
