//! Functions by their polynomials, free of branches so that loops over slices become vector code,
//! and with the same bits in every build.

/// `eˣ`, to about two units in the last place; subnormal results become 0.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    /// Adding it leaves a number's nearest integer in the low bits (1.5 · 2²³).
    const ROUND: f32 = 12_582_912.0;
    let clamped = if x > 88.722_8 { 88.722_8 } else { x };
    let clamped = if clamped < -87.336_5 {
        -87.336_5
    } else {
        clamped
    };
    let shifted = clamped * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    // ln 2 in two parts, so that the product with a small integer is exact.
    let r = clamped - n * 0.693_359_4 + n * 2.121_944_4e-4;
    // The polynomial of Cephes' expf.
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 5.000_000_3e-1;
    let mantissa = p * r * r + r + 1.0;
    // 2ⁿ in two halves: n reaches 128, one more than an exponent can say.
    let n = shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i32;
    let half = n >> 1;
    let power = |k: i32| f32::from_bits((k.wrapping_add(127) as u32) << 23);
    let result = mantissa * power(half) * power(n.wrapping_sub(half));
    let result = if x > 88.722_8 { f32::INFINITY } else { result };
    if x < -87.336_5 { 0.0 } else { result }
}

/// The hyperbolic tangent by a quotient of polynomials (the minimax fit that Eigen uses).
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    const END: f32 = 7.905_311;
    let c = if x > END { END } else { x };
    let c = if c < -END { -END } else { c };
    let s = c * c;
    let mut p = -2.760_768_5e-16;
    p = p * s + 2.000_188e-13;
    p = p * s - 8.604_672e-11;
    p = p * s + 5.122_297e-8;
    p = p * s + 1.485_722_4e-5;
    p = p * s + 6.372_619e-4;
    p = p * s + 4.893_524_6e-3;
    let mut q = 1.198_258_4e-6;
    q = q * s + 1.185_347e-4;
    q = q * s + 2.268_434_6e-3;
    q = q * s + 4.893_525e-3;
    c * p / q
}

/// The error function by a quotient of polynomials (the minimax fit that Eigen uses).
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let c = if x > 4.0 { 4.0 } else { x };
    let c = if c < -4.0 { -4.0 } else { c };
    let s = c * c;
    let mut p = -2.726_142_4e-10;
    p = p * s + 2.770_681_5e-8;
    p = p * s - 2.101_024e-6;
    p = p * s - 5.692_506_4e-5;
    p = p * s - 7.349_906_4e-4;
    p = p * s - 2.954_6e-3;
    p = p * s - 1.609_603_3e-2;
    let mut q = -1.456_607_2e-5;
    q = q * s - 2.133_740_5e-4;
    q = q * s - 1.682_827e-3;
    q = q * s - 7.373_329e-3;
    q = q * s - 1.426_473_9e-2;
    c * p / q
}

/// `1 / (1 + e⁻ˣ)`
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// `eˣ − 1` without cancellation around 0.
#[inline(always)]
pub fn exp_minus_one(x: f32) -> f32 {
    let t = tanh(0.5 * x);
    let near = 2.0 * t / (1.0 - t);
    if !(-1.0..=1.0).contains(&x) {
        exp(x) - 1.0
    } else {
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error function by its power series, in double precision.
    fn erf_series(x: f64) -> f64 {
        let mut term = x;
        let mut sum = x;
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    fn worst(f: fn(f32) -> f32, exact: fn(f64) -> f64, from: f32, to: f32) -> f64 {
        let points = (0..=20_000).map(|i| from + (to - from) * i as f32 / 20_000.0);
        points
            .map(|x| {
                let want = exact(f64::from(x));
                (f64::from(f(x)) - want).abs() / want.abs().max(1e-30)
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn agree_with_double_precision() {
        assert!(worst(exp, f64::exp, -87.0, 88.7) < 5e-7);
        assert!(worst(tanh, f64::tanh, -12.0, 12.0) < 1e-6);
        assert!(worst(erf, erf_series, -4.5, 4.5) < 1e-6);
        assert!(worst(exp_minus_one, f64::exp_m1, -20.0, 5.0) < 2e-6);
        assert!(worst(sigmoid, |x| 1.0 / (1.0 + (-x).exp()), -80.0, 80.0) < 1e-6);
    }

    #[test]
    fn keep_the_ends() {
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NAN).is_nan() && tanh(f32::NAN).is_nan() && erf(f32::NAN).is_nan());
        assert_eq!(sigmoid(f32::NEG_INFINITY), 0.0);
    }
}
