//! Four floats at once: WebAssembly's 128-bit vectors, SSE2, or plain numbers where there is neither.
//! Products and sums are rounded one by one everywhere, so that each build gives the same bits.

#[derive(Clone, Copy)]
pub struct F32x4(imp::Vector);

impl F32x4 {
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        F32x4(imp::splat(x))
    }

    #[inline(always)]
    pub fn load(from: &[f32; 4]) -> Self {
        F32x4(imp::load(from))
    }

    /// The first four of `from`. Panics if there are fewer.
    #[inline(always)]
    pub fn load_slice(from: &[f32]) -> Self {
        Self::load(from.first_chunk().expect("four numbers"))
    }

    #[inline(always)]
    pub fn store(self, to: &mut [f32; 4]) {
        imp::store(self.0, to);
    }

    /// Into the first four of `to`. Panics if there are fewer.
    #[inline(always)]
    pub fn store_slice(self, to: &mut [f32]) {
        self.store(to.first_chunk_mut().expect("four numbers"));
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        F32x4(imp::add(self.0, other.0))
    }

    /// `self + a·b`
    #[inline(always)]
    pub fn add_product(self, a: Self, b: Self) -> Self {
        F32x4(imp::add(self.0, imp::mul(a.0, b.0)))
    }

    /// `min(max(self, low), high)`; a NaN stays one.
    #[inline(always)]
    pub fn clamp(self, low: Self, high: Self) -> Self {
        F32x4(imp::min(imp::max(self.0, low.0), high.0))
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod imp {
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
}

#[cfg(target_arch = "x86_64")]
mod imp {
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
}

#[cfg(not(any(
    all(target_arch = "wasm32", target_feature = "simd128"),
    target_arch = "x86_64"
)))]
mod imp {
    pub type Vector = [f32; 4];

    #[inline(always)]
    fn zip(a: Vector, b: Vector, f: impl Fn(f32, f32) -> f32) -> Vector {
        std::array::from_fn(|i| f(a[i], b[i]))
    }
    #[inline(always)]
    pub fn splat(x: f32) -> Vector {
        [x; 4]
    }
    #[inline(always)]
    pub fn load(from: &[f32; 4]) -> Vector {
        *from
    }
    #[inline(always)]
    pub fn store(v: Vector, to: &mut [f32; 4]) {
        *to = v;
    }
    #[inline(always)]
    pub fn add(a: Vector, b: Vector) -> Vector {
        zip(a, b, |x, y| x + y)
    }
    #[inline(always)]
    pub fn mul(a: Vector, b: Vector) -> Vector {
        zip(a, b, |x, y| x * y)
    }
    #[inline(always)]
    pub fn max(x: Vector, low: Vector) -> Vector {
        zip(x, low, |x, low| if low > x { low } else { x })
    }
    #[inline(always)]
    pub fn min(x: Vector, high: Vector) -> Vector {
        zip(x, high, |x, high| if high < x { high } else { x })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clamp_keeps_what_is_no_number() {
        let x = F32x4::load(&[-1.0, 3.0, 9.0, f32::NAN]);
        let mut out = [0.0; 4];
        x.clamp(F32x4::splat(0.0), F32x4::splat(6.0))
            .store(&mut out);
        assert_eq!(out[..3], [0.0, 3.0, 6.0]);
        assert!(out[3].is_nan());
    }
}
