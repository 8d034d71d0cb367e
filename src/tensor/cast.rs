//! From one element type to another.

use super::{DType, Tensor};
use half::{bf16, f16};
use ndarray::{ArrayD, IxDyn};

/// How the elements of a tensor are read, by their place in row-major order.
enum Read<'a> {
    Floats(Box<dyn Fn(usize) -> f64 + 'a>),
    Whole(Box<dyn Fn(usize) -> i128 + 'a>),
}

impl Tensor {
    /// The elements converted to another type, as ONNX's `Cast` does: floats lose their fraction on the way to
    /// integers, and what is not zero is true. `None` from or to opaque types.
    pub fn cast(&self, to: DType) -> Option<Tensor> {
        if self.dtype() == to && !matches!(to, DType::Other(_)) {
            return Some(self.clone());
        }
        let (read, shape, count) = (self.read()?, self.shape(), self.len());
        let float = |at: usize| match &read {
            Read::Floats(read) => read(at),
            Read::Whole(read) => read(at) as f64,
        };
        // Numbers past the largest go to it on the way, and wrap around from there, as the frameworks have it.
        let whole = |at: usize| match &read {
            Read::Floats(read) => read(at) as i64 as i128,
            Read::Whole(read) => read(at),
        };
        macro_rules! to {
            ($variant:ident, $convert:expr) => {
                Tensor::$variant(array(shape, (0..count).map($convert).collect())?)
            };
        }
        Some(match to {
            DType::F32 => to!(F32, |at| float(at) as f32),
            DType::F64 => to!(F64, float),
            DType::F16 => to!(F16, |at| f16::from_f64(float(at))),
            DType::BF16 => to!(BF16, |at| bf16::from_f64(float(at))),
            DType::I64 => to!(I64, |at| whole(at) as i64),
            DType::I32 => to!(I32, |at| whole(at) as i32),
            DType::I16 => to!(I16, |at| whole(at) as i16),
            DType::I8 => to!(I8, |at| whole(at) as i8),
            DType::U64 => to!(U64, |at| whole(at) as u64),
            DType::U32 => to!(U32, |at| whole(at) as u32),
            DType::U16 => to!(U16, |at| whole(at) as u16),
            DType::U8 => to!(U8, |at| whole(at) as u8),
            DType::Bool => to!(Bool, |at| float(at) != 0.0),
            DType::Other(_) => return None,
        })
    }

    fn read(&self) -> Option<Read<'_>> {
        macro_rules! read {
            ($kind:ident, $array:expr, $convert:expr) => {{
                let elements = $array.as_slice()?;
                Read::$kind(Box::new(move |at| $convert(elements[at])))
            }};
        }
        Some(match self {
            Tensor::F32(a) => read!(Floats, a, f64::from),
            Tensor::F64(a) => read!(Floats, a, |x| x),
            Tensor::F16(a) => read!(Floats, a, f64::from),
            Tensor::BF16(a) => read!(Floats, a, f64::from),
            Tensor::I64(a) => read!(Whole, a, i128::from),
            Tensor::I32(a) => read!(Whole, a, i128::from),
            Tensor::I16(a) => read!(Whole, a, i128::from),
            Tensor::I8(a) => read!(Whole, a, i128::from),
            Tensor::U64(a) => read!(Whole, a, i128::from),
            Tensor::U32(a) => read!(Whole, a, i128::from),
            Tensor::U16(a) => read!(Whole, a, i128::from),
            Tensor::U8(a) => read!(Whole, a, i128::from),
            Tensor::Bool(a) => read!(Whole, a, |x| i128::from(u8::from(x))),
            Tensor::Opaque(_) => return None,
        })
    }
}

fn array<T>(shape: &[usize], elements: Vec<T>) -> Option<ArrayD<T>> {
    ArrayD::from_shape_vec(IxDyn(shape), elements).ok()
}
