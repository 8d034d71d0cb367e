//! N-dimensional tensors of every element type that ONNX models carry, on `ndarray`, in row-major order.

mod cast;
mod moves;

use half::{bf16, f16};
use ndarray::{ArrayD, IxDyn};
use std::borrow::Cow;
use std::fmt;

/// Element types, named as ONNX names them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum DType {
    F32,
    F64,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
    /// Any other `TensorProto.DataType`, by its number: carried through, never computed with.
    Other(i32),
}

/// Names of element types that are only carried through, by their numbers.
const CARRIED: [(i32, &str); 12] = [
    (8, "string"),
    (14, "complex64"),
    (15, "complex128"),
    (17, "float8e4m3fn"),
    (18, "float8e4m3fnuz"),
    (19, "float8e5m2"),
    (20, "float8e5m2fnuz"),
    (21, "uint4"),
    (22, "int4"),
    (23, "float4e2m1"),
    (24, "float8e8m0"),
    (25, "uint2"),
];

/// As messages name it.
impl fmt::Debug for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let DType::Other(number) = self {
            let mut names = CARRIED.iter();
            return match names.find(|(other, _)| other == number) {
                Some((_, name)) => f.write_str(name),
                None => write!(f, "number {number}"),
            };
        }
        f.write_str(&match self {
            DType::Bool => "Bool".into(),
            DType::BF16 => "BF16".into(),
            number => number
                .name()
                .replace("uint", "U")
                .replace("int", "I")
                .replace("float", "F"),
        })
    }
}

impl DType {
    /// The type that a `TensorProto.DataType` number stands for.
    pub fn from_onnx(number: i32) -> Self {
        match number {
            1 => DType::F32,
            2 => DType::U8,
            3 => DType::I8,
            4 => DType::U16,
            5 => DType::I16,
            6 => DType::I32,
            7 => DType::I64,
            9 => DType::Bool,
            10 => DType::F16,
            11 => DType::F64,
            12 => DType::U32,
            13 => DType::U64,
            16 => DType::BF16,
            other => DType::Other(other),
        }
    }

    /// Its `TensorProto.DataType` number.
    pub fn to_onnx(self) -> i32 {
        match self {
            DType::F32 => 1,
            DType::U8 => 2,
            DType::I8 => 3,
            DType::U16 => 4,
            DType::I16 => 5,
            DType::I32 => 6,
            DType::I64 => 7,
            DType::Bool => 9,
            DType::F16 => 10,
            DType::F64 => 11,
            DType::U32 => 12,
            DType::U64 => 13,
            DType::BF16 => 16,
            DType::Other(number) => number,
        }
    }

    /// What runtimes call it.
    pub fn name(self) -> &'static str {
        match self {
            DType::F32 => "float32",
            DType::F64 => "float64",
            DType::F16 => "float16",
            DType::BF16 => "bfloat16",
            DType::I64 => "int64",
            DType::I32 => "int32",
            DType::I16 => "int16",
            DType::I8 => "int8",
            DType::U64 => "uint64",
            DType::U32 => "uint32",
            DType::U16 => "uint16",
            DType::U8 => "uint8",
            DType::Bool => "bool",
            DType::Other(_) => "other",
        }
    }

    /// Whether values of this type are computed in floating point.
    pub fn is_float(self) -> bool {
        matches!(self, DType::F32 | DType::F64 | DType::F16 | DType::BF16)
    }

    /// Bytes of one element; `None` where the type is only carried through.
    pub fn size(self) -> Option<usize> {
        Some(match self {
            DType::F64 | DType::I64 | DType::U64 => 8,
            DType::F32 | DType::I32 | DType::U32 => 4,
            DType::F16 | DType::BF16 | DType::I16 | DType::U16 => 2,
            DType::I8 | DType::U8 | DType::Bool => 1,
            DType::Other(_) => return None,
        })
    }
}

/// A tensor; its array is always in standard (row-major, contiguous) layout.
#[derive(Debug, Clone, PartialEq)]
pub enum Tensor {
    F32(ArrayD<f32>),
    F64(ArrayD<f64>),
    F16(ArrayD<f16>),
    BF16(ArrayD<bf16>),
    I64(ArrayD<i64>),
    I32(ArrayD<i32>),
    I16(ArrayD<i16>),
    I8(ArrayD<i8>),
    U64(ArrayD<u64>),
    U32(ArrayD<u32>),
    U16(ArrayD<u16>),
    U8(ArrayD<u8>),
    Bool(ArrayD<bool>),
    /// An element type that is only carried through, as its encoded `TensorProto`.
    Opaque(OpaqueTensor),
}

/// A tensor whose elements mean nothing to us: kept as the bytes it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct OpaqueTensor {
    pub dtype: i32,
    pub shape: Vec<usize>,
    /// The encoded `TensorProto`, name and all.
    pub proto: bytes::Bytes,
}

/// Runs one body for whichever array a [`Tensor`] holds.
macro_rules! with_array {
    ($tensor:expr, $array:ident => $body:expr, opaque $opaque:ident => $other:expr) => {
        match $tensor {
            Tensor::F32($array) => $body,
            Tensor::F64($array) => $body,
            Tensor::F16($array) => $body,
            Tensor::BF16($array) => $body,
            Tensor::I64($array) => $body,
            Tensor::I32($array) => $body,
            Tensor::I16($array) => $body,
            Tensor::I8($array) => $body,
            Tensor::U64($array) => $body,
            Tensor::U32($array) => $body,
            Tensor::U16($array) => $body,
            Tensor::U8($array) => $body,
            Tensor::Bool($array) => $body,
            Tensor::Opaque($opaque) => $other,
        }
    };
}

impl Tensor {
    /// A float tensor from its elements in row-major order. Panics if the count does not fit the shape.
    pub fn from_f32(shape: &[usize], elements: Vec<f32>) -> Self {
        Tensor::F32(ArrayD::from_shape_vec(IxDyn(shape), elements).expect("count fits shape"))
    }

    /// An integer tensor from its elements in row-major order. Panics if the count does not fit the shape.
    pub fn from_i64(shape: &[usize], elements: Vec<i64>) -> Self {
        Tensor::I64(ArrayD::from_shape_vec(IxDyn(shape), elements).expect("count fits shape"))
    }

    /// The type of its elements.
    pub fn dtype(&self) -> DType {
        match self {
            Tensor::F32(_) => DType::F32,
            Tensor::F64(_) => DType::F64,
            Tensor::F16(_) => DType::F16,
            Tensor::BF16(_) => DType::BF16,
            Tensor::I64(_) => DType::I64,
            Tensor::I32(_) => DType::I32,
            Tensor::I16(_) => DType::I16,
            Tensor::I8(_) => DType::I8,
            Tensor::U64(_) => DType::U64,
            Tensor::U32(_) => DType::U32,
            Tensor::U16(_) => DType::U16,
            Tensor::U8(_) => DType::U8,
            Tensor::Bool(_) => DType::Bool,
            Tensor::Opaque(t) => DType::Other(t.dtype),
        }
    }

    /// Its sizes, outermost axis first; none for a scalar.
    pub fn shape(&self) -> &[usize] {
        with_array!(self, a => a.shape(), opaque t => &t.shape)
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.shape().iter().product()
    }

    /// Whether one of its sizes is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements as `f32`, copied only where they are another float type; `None` for integers and the rest.
    pub fn floats(&self) -> Option<Cow<'_, [f32]>> {
        Some(match self {
            Tensor::F32(a) => Cow::Borrowed(a.as_slice()?),
            Tensor::F64(a) => Cow::Owned(a.iter().map(|&x| x as f32).collect()),
            Tensor::F16(a) => Cow::Owned(a.iter().map(|x| x.to_f32()).collect()),
            Tensor::BF16(a) => Cow::Owned(a.iter().map(|x| x.to_f32()).collect()),
            _ => return None,
        })
    }

    /// The elements as `i64`, those past it wrapped around; `None` for floats and opaque tensors.
    pub fn integers(&self) -> Option<Vec<i64>> {
        Some(match self {
            Tensor::I64(a) => a.iter().copied().collect(),
            Tensor::I32(a) => a.iter().map(|&x| x.into()).collect(),
            Tensor::I16(a) => a.iter().map(|&x| x.into()).collect(),
            Tensor::I8(a) => a.iter().map(|&x| x.into()).collect(),
            Tensor::U64(a) => a.iter().map(|&x| x as i64).collect(),
            Tensor::U32(a) => a.iter().map(|&x| x.into()).collect(),
            Tensor::U16(a) => a.iter().map(|&x| x.into()).collect(),
            Tensor::U8(a) => a.iter().map(|&x| x.into()).collect(),
            Tensor::Bool(a) => a.iter().map(|&x| x.into()).collect(),
            _ => return None,
        })
    }

    /// A float tensor of this tensor's float type and shape with other elements. `None` where this is no float.
    pub fn with_floats(&self, elements: &[f32]) -> Option<Tensor> {
        let shape = IxDyn(self.shape());
        Some(match self {
            Tensor::F32(_) => Tensor::F32(ArrayD::from_shape_vec(shape, elements.to_vec()).ok()?),
            Tensor::F64(_) => Tensor::F64(
                ArrayD::from_shape_vec(shape, elements.iter().map(|&x| x.into()).collect()).ok()?,
            ),
            Tensor::F16(_) => Tensor::F16(
                ArrayD::from_shape_vec(shape, elements.iter().map(|&x| f16::from_f32(x)).collect())
                    .ok()?,
            ),
            Tensor::BF16(_) => {
                let narrow = elements.iter().map(|&x| bf16::from_f32(x));
                Tensor::BF16(ArrayD::from_shape_vec(shape, narrow.collect()).ok()?)
            }
            _ => return None,
        })
    }

    /// The same elements in row-major order under another shape; `None` where the count differs.
    pub fn reshaped(&self, shape: &[usize]) -> Option<Tensor> {
        macro_rules! reshape {
            ($($variant:ident),*) => {
                match self {
                    $(Tensor::$variant(a) => {
                        Tensor::$variant(a.clone().into_shape_with_order(IxDyn(shape)).ok()?)
                    })*
                    Tensor::Opaque(_) => return None,
                }
            };
        }
        Some(reshape!(
            F32, F64, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, Bool
        ))
    }

    /// The slices at `indices` along `axis`, in that order. Opaque tensors can't be sliced: `None`.
    pub fn select(&self, axis: usize, indices: &[usize]) -> Option<Tensor> {
        macro_rules! pick {
            ($($variant:ident),*) => {
                match self {
                    $(Tensor::$variant(a) => Tensor::$variant(pick_slices(a, axis, indices)),)*
                    Tensor::Opaque(_) => return None,
                }
            };
        }
        Some(pick!(
            F32, F64, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, Bool
        ))
    }

    /// Elements that are not zero. Opaque tensors count whole.
    pub fn nonzeros(&self) -> usize {
        match self {
            Tensor::F32(a) => match a.as_slice() {
                // Counted at every opening and every cut: a plain loop is faster than one over any axes.
                Some(elements) => elements.iter().filter(|x| **x != 0.0).count(),
                None => a.iter().filter(|x| **x != 0.0).count(),
            },
            Tensor::F64(a) => a.iter().filter(|x| **x != 0.0).count(),
            Tensor::F16(a) => a.iter().filter(|x| x.to_f32() != 0.0).count(),
            Tensor::BF16(a) => a.iter().filter(|x| x.to_f32() != 0.0).count(),
            Tensor::I64(a) => a.iter().filter(|x| **x != 0).count(),
            Tensor::I32(a) => a.iter().filter(|x| **x != 0).count(),
            Tensor::I16(a) => a.iter().filter(|x| **x != 0).count(),
            Tensor::I8(a) => a.iter().filter(|x| **x != 0).count(),
            Tensor::U64(a) => a.iter().filter(|x| **x != 0).count(),
            Tensor::U32(a) => a.iter().filter(|x| **x != 0).count(),
            Tensor::U16(a) => a.iter().filter(|x| **x != 0).count(),
            Tensor::U8(a) => a.iter().filter(|x| **x != 0).count(),
            Tensor::Bool(a) => a.iter().filter(|x| **x).count(),
            Tensor::Opaque(t) => t.shape.iter().product(),
        }
    }
}

/// The slices at `indices` along `axis`, row by row.
fn pick_slices<T: Copy>(array: &ArrayD<T>, axis: usize, indices: &[usize]) -> ArrayD<T> {
    let mut shape = array.shape().to_vec();
    let inner: usize = shape[axis + 1..].iter().product();
    let block = shape[axis] * inner;
    shape[axis] = indices.len();
    let mut picked = Vec::with_capacity(shape.iter().product());
    let elements = array.as_slice().expect("arrays are row-major");
    for block in elements.chunks(block.max(1)) {
        for &i in indices {
            picked.extend_from_slice(&block[i * inner..][..inner]);
        }
    }
    ArrayD::from_shape_vec(shape, picked).expect("count fits shape")
}

/// The array in row-major layout, copied only where it is in another.
pub fn standard<T: Clone>(array: ArrayD<T>) -> ArrayD<T> {
    match array.is_standard_layout() {
        true => array,
        false => array.as_standard_layout().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shapes that qonnx's pruning states for masked channels taken out of a tensor.
    #[test]
    fn masked_channels_are_taken_out() {
        let t = Tensor::from_f32(&[4, 5, 6], (0..120).map(|x| x as f32).collect());
        let without = |axis: usize, masked: &[usize]| {
            let left = (0..t.shape()[axis]).filter(|index| !masked.contains(index));
            t.select(axis, &left.collect::<Vec<_>>()).unwrap()
        };
        let rows = without(0, &[1, 2]);
        assert_eq!(rows.shape(), [2, 5, 6]);
        assert_eq!(rows.floats().unwrap()[30], 90.0);
        let columns = without(1, &[3]);
        assert_eq!(columns.shape(), [4, 4, 6]);
        assert_eq!(columns.floats().unwrap()[18], 24.0);
    }

    #[test]
    fn select_keeps_order_and_shape() {
        let t = Tensor::from_f32(&[2, 3], vec![0., 1., 2., 3., 4., 5.]);
        let picked = t.select(1, &[2, 0]).unwrap();
        assert_eq!(picked, Tensor::from_f32(&[2, 2], vec![2., 0., 5., 3.]));
        assert_eq!(picked.floats().unwrap()[..], [2., 0., 5., 3.]);
    }

    #[test]
    fn half_precision_reads_as_floats() {
        let t = Tensor::from_f32(&[2], vec![0.5, 0.0]);
        let half = Tensor::F16(ArrayD::from_elem(IxDyn(&[2]), f16::ZERO))
            .with_floats(&[0.5, 0.0])
            .unwrap();
        assert_eq!(half.floats().unwrap(), t.floats().unwrap());
        assert_eq!(half.nonzeros(), 1);
    }
}
