//! Elementwise functions that a producer can apply to its result before it is stored.

use super::math;

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// `min(max(x, low), high)`: Relu, Relu6 and Clip. Either end may be infinite.
    Clamp {
        low: f32,
        high: f32,
    },
    /// `x < 0 ? slope·x : x`
    LeakyRelu {
        slope: f32,
    },
    /// `x < 0 ? alpha·(eˣ − 1) : x`
    Elu {
        alpha: f32,
    },
    /// `1 / (1 + e⁻ˣ)`
    Sigmoid,
    /// `min(max(alpha·x + beta, 0), 1)`
    HardSigmoid {
        alpha: f32,
        beta: f32,
    },
    /// `x · min(max(x/6 + 1/2, 0), 1)`
    HardSwish,
    Tanh,
    /// `x · Φ(x)` with the exact normal distribution function.
    Gelu,
    /// `x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))`
    GeluTanh,
    Erf,
    Exp,
    Sqrt,
}

impl Activation {
    /// The ends of a clamp: what a product kernel applies to its registers.
    pub fn clamp(self) -> Option<(f32, f32)> {
        match self {
            Activation::Clamp { low, high } => Some((low, high)),
            _ => None,
        }
    }

    /// Replaces each number by its image.
    pub fn apply(self, data: &mut [f32]) {
        fn each(data: &mut [f32], f: impl Fn(f32) -> f32) {
            for x in data {
                *x = f(*x);
            }
        }
        match self {
            Activation::Clamp { low, high } => each(data, |x| {
                let x = if x < low { low } else { x };
                if x > high { high } else { x }
            }),
            Activation::LeakyRelu { slope } => each(data, |x| if x < 0.0 { slope * x } else { x }),
            Activation::Elu { alpha } => each(data, |x| {
                let below = alpha * math::exp_minus_one(x);
                if x < 0.0 { below } else { x }
            }),
            Activation::Sigmoid => each(data, math::sigmoid),
            Activation::HardSigmoid { alpha, beta } => each(data, |x| unit(alpha * x + beta)),
            Activation::HardSwish => each(data, |x| x * unit(x * (1.0 / 6.0) + 0.5)),
            Activation::Tanh => each(data, math::tanh),
            Activation::Gelu => each(data, |x| {
                0.5 * x * (1.0 + math::erf(x * std::f32::consts::FRAC_1_SQRT_2))
            }),
            Activation::GeluTanh => each(data, |x| {
                let inner = 0.797_884_6 * (x + 0.044_715 * x * x * x);
                0.5 * x * (1.0 + math::tanh(inner))
            }),
            Activation::Erf => each(data, math::erf),
            Activation::Exp => each(data, math::exp),
            Activation::Sqrt => each(data, f32::sqrt),
        }
    }

    /// Writes `given · f′(x)`, where `y = f(x)`. At a kink it is the slope to the left of it, as in the frameworks.
    pub fn gradient(self, x: &[f32], y: &[f32], given: &[f32], wanted: &mut [f32]) {
        let each = |wanted: &mut [f32], slope: &dyn Fn(f32, f32) -> f32| {
            let numbers = x.iter().zip(y).zip(given);
            for (wanted, ((&x, &y), &given)) in wanted.iter_mut().zip(numbers) {
                *wanted = given * slope(x, y);
            }
        };
        let line = |inside: bool, slope: f32| if inside { slope } else { 0.0 };
        match self {
            Activation::Clamp { low, high } => {
                for (wanted, (&x, &given)) in wanted.iter_mut().zip(x.iter().zip(given)) {
                    *wanted = if x > low && x < high { given } else { 0.0 };
                }
            }
            Activation::LeakyRelu { slope } => {
                each(wanted, &|x, _| if x > 0.0 { 1.0 } else { slope });
            }
            Activation::Elu { alpha } => {
                each(wanted, &|x, y| if x > 0.0 { 1.0 } else { y + alpha });
            }
            Activation::Sigmoid => each(wanted, &|_, y| y * (1.0 - y)),
            Activation::HardSigmoid { alpha, .. } => {
                each(wanted, &|_, y| line(y > 0.0 && y < 1.0, alpha));
            }
            Activation::HardSwish => each(wanted, &|x, _| match x {
                x if x <= -3.0 => 0.0,
                x if x >= 3.0 => 1.0,
                x => x / 3.0 + 0.5,
            }),
            Activation::Tanh => each(wanted, &|_, y| 1.0 - y * y),
            Activation::Gelu => each(wanted, &|x, _| {
                let below = 0.5 * (1.0 + math::erf(x * std::f32::consts::FRAC_1_SQRT_2));
                below + x * 0.398_942_3 * math::exp(-0.5 * x * x)
            }),
            Activation::GeluTanh => each(wanted, &|x, _| {
                let t = math::tanh(0.797_884_6 * (x + 0.044_715 * x * x * x));
                let inner = 0.797_884_6 * (1.0 + 3.0 * 0.044_715 * x * x);
                0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * inner
            }),
            Activation::Erf => each(wanted, &|x, _| {
                std::f32::consts::FRAC_2_SQRT_PI * math::exp(-x * x)
            }),
            Activation::Exp => each(wanted, &|_, y| y),
            Activation::Sqrt => each(wanted, &|_, y| 0.5 / y),
        }
    }
}

#[inline(always)]
fn unit(x: f32) -> f32 {
    let x = if x < 0.0 { 0.0 } else { x };
    if x > 1.0 { 1.0 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_by_hand() {
        let at = |f: Activation, x: f32| {
            let mut data = [x];
            f.apply(&mut data);
            data[0]
        };
        let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-6, "{a} {b}");
        let relu6 = Activation::Clamp {
            low: 0.0,
            high: 6.0,
        };
        assert_eq!(
            [at(relu6, -1.0), at(relu6, 5.0), at(relu6, 7.0)],
            [0.0, 5.0, 6.0]
        );
        close(at(Activation::LeakyRelu { slope: 0.1 }, -2.0), -0.2);
        close(
            at(Activation::Elu { alpha: 2.0 }, -1.0),
            2.0 * (-1f32).exp_m1(),
        );
        close(
            at(
                Activation::HardSigmoid {
                    alpha: 0.2,
                    beta: 0.5,
                },
                1.0,
            ),
            0.7,
        );
        close(at(Activation::HardSwish, 1.0), 4.0 / 6.0);
        close(at(Activation::Gelu, 1.0), 0.841_344_7);
        close(at(Activation::GeluTanh, 1.0), 0.841_192);
        close(at(Activation::Sigmoid, 2.0), 0.880_797);
    }
}
