//! WebAssembly's 128-bit vectors.

use core::arch::wasm32::*;
pub type Vector = v128;

#[inline(always)]
pub fn splat(x: f32) -> Vector {
    f32x4_splat(x)
}
#[inline(always)]
pub fn load(from: &[f32; 4]) -> Vector {
    // SAFETY: the array is sixteen readable bytes, and the instruction asks for no alignment.
    unsafe { v128_load(from.as_ptr().cast()) }
}
#[inline(always)]
pub fn store(v: Vector, to: &mut [f32; 4]) {
    // SAFETY: the array is sixteen writable bytes, and the instruction asks for no alignment.
    unsafe { v128_store(to.as_mut_ptr().cast(), v) }
}
#[inline(always)]
pub fn add(a: Vector, b: Vector) -> Vector {
    f32x4_add(a, b)
}
#[inline(always)]
pub fn sub(a: Vector, b: Vector) -> Vector {
    f32x4_sub(a, b)
}
#[inline(always)]
pub fn mul(a: Vector, b: Vector) -> Vector {
    f32x4_mul(a, b)
}
#[inline(always)]
pub fn max(x: Vector, low: Vector) -> Vector {
    f32x4_pmax(x, low)
}
#[inline(always)]
pub fn min(x: Vector, high: Vector) -> Vector {
    f32x4_pmin(x, high)
}
#[inline(always)]
pub fn low_pairs(a: Vector, b: Vector) -> Vector {
    i32x4_shuffle::<0, 4, 1, 5>(a, b)
}
#[inline(always)]
pub fn high_pairs(a: Vector, b: Vector) -> Vector {
    i32x4_shuffle::<2, 6, 3, 7>(a, b)
}
#[inline(always)]
pub fn evens(a: Vector, b: Vector) -> Vector {
    i32x4_shuffle::<0, 2, 4, 6>(a, b)
}
#[inline(always)]
pub fn low_halves(a: Vector, b: Vector) -> Vector {
    i64x2_shuffle::<0, 2>(a, b)
}
#[inline(always)]
pub fn high_halves(a: Vector, b: Vector) -> Vector {
    i64x2_shuffle::<1, 3>(a, b)
}
#[inline(always)]
pub fn shifted1(a: Vector, b: Vector) -> Vector {
    i32x4_shuffle::<1, 2, 3, 4>(a, b)
}
#[inline(always)]
pub fn shifted2(a: Vector, b: Vector) -> Vector {
    i32x4_shuffle::<2, 3, 4, 5>(a, b)
}
#[inline(always)]
pub fn shifted3(a: Vector, b: Vector) -> Vector {
    i32x4_shuffle::<3, 4, 5, 6>(a, b)
}
#[inline(always)]
pub fn above(x: Vector, y: Vector) -> Vector {
    v128_or(f32x4_gt(x, y), f32x4_ne(x, x))
}
#[inline(always)]
pub fn choose(mask: Vector, a: Vector, b: Vector) -> Vector {
    v128_bitselect(a, b, mask)
}
