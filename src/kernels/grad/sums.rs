//! Sums over long slices: eight running sums at once, put together in double precision.

use crate::simd::F32x4;

/// `Σ f(aᵢ, bᵢ)`
#[inline(always)]
pub fn sum(a: &[f32], b: &[f32], f: impl Fn(F32x4, F32x4) -> F32x4) -> f64 {
    let [sum] = sums(a, b, |a, b| [f(a, b)]);
    sum
}

/// `Σ (xᵢ − center)²`
pub fn squares(x: &[f32], center: f32) -> f64 {
    let center = F32x4::splat(center);
    sum(x, x, |x, _| {
        let apart = x.sub(center);
        apart.mul(apart)
    })
}

/// Several such sums in one sweep.
#[inline(always)]
pub fn sums<const N: usize>(
    a: &[f32],
    b: &[f32],
    f: impl Fn(F32x4, F32x4) -> [F32x4; N],
) -> [f64; N] {
    let mut all = [0.0; N];
    // Short runs keep what rounding loses small.
    for (a, b) in a.chunks(1024).zip(b.chunks(1024)) {
        for (all, sum) in all.iter_mut().zip(block(a, b, &f)) {
            *all += f64::from(sum);
        }
    }
    all
}

#[inline(always)]
fn block<const N: usize>(a: &[f32], b: &[f32], f: impl Fn(F32x4, F32x4) -> [F32x4; N]) -> [f32; N] {
    let mut sums = [[F32x4::splat(0.0); 2]; N];
    let mut add = |half: usize, a: F32x4, b: F32x4, counts: Option<F32x4>| {
        for (sums, numbers) in sums.iter_mut().zip(f(a, b)) {
            let numbers = match counts {
                Some(counts) => counts.choose(numbers, F32x4::splat(0.0)),
                None => numbers,
            };
            sums[half] = sums[half].add(numbers);
        }
    };
    let ((eights_a, rest_a), (eights_b, rest_b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in eights_a.iter().zip(eights_b) {
        add(0, F32x4::load_slice(a), F32x4::load_slice(b), None);
        add(
            1,
            F32x4::load_slice(&a[4..]),
            F32x4::load_slice(&b[4..]),
            None,
        );
    }
    if rest_a.len() >= 4 {
        add(
            0,
            F32x4::load_slice(rest_a),
            F32x4::load_slice(rest_b),
            None,
        );
    }
    let (len, rest) = (a.len(), a.len() % 4);
    if rest > 0 {
        let counts = Some(F32x4::load(&LAST[rest]));
        if len >= 4 {
            let (a, b) = (&a[len - 4..], &b[len - 4..]);
            add(1, F32x4::load_slice(a), F32x4::load_slice(b), counts);
        } else {
            let (mut last_a, mut last_b) = ([0.0; 4], [0.0; 4]);
            last_a[4 - rest..].copy_from_slice(a);
            last_b[4 - rest..].copy_from_slice(b);
            add(1, F32x4::load(&last_a), F32x4::load(&last_b), counts);
        }
    }
    sums.map(|[first, second]| {
        let mut four = [0.0; 4];
        first.add(second).store(&mut four);
        (four[0] + four[1]) + (four[2] + four[3])
    })
}

/// By how many of four numbers count: all bits in the last so many.
const LAST: [[f32; 4]; 4] = {
    const ALL: f32 = f32::from_bits(u32::MAX);
    [
        [0.0; 4],
        [0.0, 0.0, 0.0, ALL],
        [0.0, 0.0, ALL, ALL],
        [0.0, ALL, ALL, ALL],
    ]
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::numbers;

    #[test]
    fn every_number_counts_once() {
        for len in [
            0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 49, 1023, 1024, 1025, 3000,
        ] {
            let (a, b) = (numbers(len, 1), numbers(len, 2));
            let [plain, product] = sums(&a, &b, |a, b| [a, a.mul(b)]);
            let want: f64 = a.iter().map(|&a| f64::from(a)).sum();
            assert!((plain - want).abs() < 1e-3, "{len}: {plain} {want}");
            let pairs = a.iter().zip(&b);
            let want: f64 = pairs.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
            assert!((product - want).abs() < 1e-3, "{len}: {product} {want}");
            let want: f64 = a.iter().map(|&a| (f64::from(a) - 0.5).powi(2)).sum();
            assert!((squares(&a, 0.5) - want).abs() < 1e-3, "{len}");
        }
    }
}
