//! Elementwise functions that a producer can apply to its result before it is stored.

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
