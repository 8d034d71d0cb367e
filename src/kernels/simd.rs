//! Four floats at once: WebAssembly's 128-bit vectors, SSE2, or plain numbers where there is neither.
//! Products and sums are rounded one by one everywhere, so that each build gives the same bits. The functions of `simd/` are the
//! methods of [`F32x4`] on each machine.

#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128"),
    path = "simd/wasm.rs"
)]
#[cfg_attr(target_arch = "x86_64", path = "simd/sse.rs")]
#[cfg_attr(
    not(any(
        all(target_arch = "wasm32", target_feature = "simd128"),
        target_arch = "x86_64"
    )),
    path = "simd/plain.rs"
)]
mod imp;

#[derive(Clone, Copy)]
pub struct F32x4(imp::Vector);

impl F32x4 {
    /// `x` four times.
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        F32x4(imp::splat(x))
    }

    /// Four numbers from memory, wherever they lie.
    #[inline(always)]
    pub fn load(from: &[f32; 4]) -> Self {
        F32x4(imp::load(from))
    }

    /// The first four of `from`. Panics if there are fewer.
    #[inline(always)]
    pub fn load_slice(from: &[f32]) -> Self {
        Self::load(from.first_chunk().expect("four numbers"))
    }

    /// Four numbers to memory, wherever they go.
    #[inline(always)]
    pub fn store(self, to: &mut [f32; 4]) {
        imp::store(self.0, to);
    }

    /// Into the first four of `to`. Panics if there are fewer.
    #[inline(always)]
    pub fn store_slice(self, to: &mut [f32]) {
        self.store(to.first_chunk_mut().expect("four numbers"));
    }

    /// `self + other`
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        F32x4(imp::add(self.0, other.0))
    }

    /// `self − other`
    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        F32x4(imp::sub(self.0, other.0))
    }

    /// `self · other`
    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        F32x4(imp::mul(self.0, other.0))
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

    /// The last `4 − BY` of `self`, then the first `BY` of `other`.
    #[inline(always)]
    pub fn shifted<const BY: usize>(self, other: Self) -> Self {
        F32x4(match BY {
            0 => self.0,
            1 => imp::shifted1(self.0, other.0),
            2 => imp::shifted2(self.0, other.0),
            3 => imp::shifted3(self.0, other.0),
            _ => other.0,
        })
    }

    /// Numbers 0 and 2 of `self`, then those of `other`.
    #[inline(always)]
    pub fn evens(self, other: Self) -> Self {
        F32x4(imp::evens(self.0, other.0))
    }

    /// Numbers of `self` and `other` in turns: the first four, then the others.
    #[inline(always)]
    pub fn pairs(self, other: Self) -> [Self; 2] {
        [
            F32x4(imp::low_pairs(self.0, other.0)),
            F32x4(imp::high_pairs(self.0, other.0)),
        ]
    }

    /// Number `j` of vector `i` becomes number `i` of vector `j`.
    #[inline(always)]
    pub fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        let (ab, cd) = (imp::low_pairs(a.0, b.0), imp::low_pairs(c.0, d.0));
        let (ab_high, cd_high) = (imp::high_pairs(a.0, b.0), imp::high_pairs(c.0, d.0));
        [
            F32x4(imp::low_halves(ab, cd)),
            F32x4(imp::high_halves(ab, cd)),
            F32x4(imp::low_halves(ab_high, cd_high)),
            F32x4(imp::high_halves(ab_high, cd_high)),
        ]
    }

    /// All bits where `self > other` or `self` is no number, none elsewhere.
    #[inline(always)]
    pub fn above(self, other: Self) -> Self {
        F32x4(imp::above(self.0, other.0))
    }

    /// `a` where `self` has all bits, `b` where it has none.
    #[inline(always)]
    pub fn choose(self, a: Self, b: Self) -> Self {
        F32x4(imp::choose(self.0, a.0, b.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(vector: F32x4) -> [f32; 4] {
        let mut out = [0.0; 4];
        vector.store(&mut out);
        out
    }

    #[test]
    fn lanes_go_where_they_should() {
        let rows: [[f32; 4]; 4] =
            std::array::from_fn(|i| std::array::from_fn(|j| (4 * i + j) as f32));
        let columns = F32x4::transpose(rows.map(|row| F32x4::load(&row))).map(numbers);
        for (i, row) in rows.iter().enumerate() {
            assert_eq!(columns.map(|column| column[i]), *row);
        }
        let (a, b) = (F32x4::load(&rows[0]), F32x4::load(&rows[1]));
        assert_eq!(numbers(a.shifted::<0>(b)), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(numbers(a.shifted::<1>(b)), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(numbers(a.shifted::<2>(b)), [2.0, 3.0, 4.0, 5.0]);
        assert_eq!(numbers(a.shifted::<3>(b)), [3.0, 4.0, 5.0, 6.0]);
        assert_eq!(numbers(a.shifted::<4>(b)), [4.0, 5.0, 6.0, 7.0]);
        assert_eq!(numbers(a.evens(b)), [0.0, 2.0, 4.0, 6.0]);
    }

    #[test]
    fn choices_go_by_what_is_above() {
        let x = F32x4::load(&[1.0, 2.0, f32::NAN, 3.0]);
        let y = F32x4::load(&[2.0, 1.0, 5.0, 3.0]);
        let chosen = numbers(x.above(y).choose(F32x4::splat(1.0), F32x4::splat(0.0)));
        assert_eq!(chosen, [0.0, 1.0, 1.0, 0.0]);
    }

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
