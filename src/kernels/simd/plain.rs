//! Plain numbers.

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
pub fn sub(a: Vector, b: Vector) -> Vector {
    zip(a, b, |x, y| x - y)
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
#[inline(always)]
pub fn low_pairs(a: Vector, b: Vector) -> Vector {
    [a[0], b[0], a[1], b[1]]
}
#[inline(always)]
pub fn high_pairs(a: Vector, b: Vector) -> Vector {
    [a[2], b[2], a[3], b[3]]
}
#[inline(always)]
pub fn evens(a: Vector, b: Vector) -> Vector {
    [a[0], a[2], b[0], b[2]]
}
#[inline(always)]
pub fn low_halves(a: Vector, b: Vector) -> Vector {
    [a[0], a[1], b[0], b[1]]
}
#[inline(always)]
pub fn high_halves(a: Vector, b: Vector) -> Vector {
    [a[2], a[3], b[2], b[3]]
}
#[inline(always)]
pub fn shifted1(a: Vector, b: Vector) -> Vector {
    [a[1], a[2], a[3], b[0]]
}
#[inline(always)]
pub fn shifted2(a: Vector, b: Vector) -> Vector {
    [a[2], a[3], b[0], b[1]]
}
#[inline(always)]
pub fn shifted3(a: Vector, b: Vector) -> Vector {
    [a[3], b[0], b[1], b[2]]
}
#[inline(always)]
pub fn above(x: Vector, y: Vector) -> Vector {
    zip(x, y, |x, y| {
        f32::from_bits(if x > y || x.is_nan() { u32::MAX } else { 0 })
    })
}
#[inline(always)]
pub fn choose(mask: Vector, a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|i| if mask[i].to_bits() == 0 { b[i] } else { a[i] })
}
