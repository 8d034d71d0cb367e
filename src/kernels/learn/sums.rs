//! Sums over long slices: eight running sums at once, put together in double precision.

/// `Σ f(aᵢ, bᵢ)`
#[inline(always)]
pub fn sum(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> f64 {
    // Short runs keep what rounding loses small.
    let blocks = a.chunks(1024).zip(b.chunks(1024));
    blocks.map(|(a, b)| f64::from(block(a, b, &f))).sum()
}

#[inline(always)]
fn block(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0f32; 8];
    for (a, b) in a.iter().zip(b) {
        for i in 0..8 {
            sums[i] += f(a[i], b[i]);
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(&a, &b)| f(a, b)).sum();
    sums.iter().sum::<f32>() + rest
}
