//! Elements that move without being computed with, whatever their type.

use super::Tensor;
use ndarray::{ArrayD, IxDyn};

/// All types of elements that are no opaque ones.
macro_rules! any_type {
    ($tensor:expr, $variant:ident, $array:ident => $body:expr) => {
        any_type!(@ $tensor, $variant, $array => $body;
            F32 F64 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 Bool)
    };
    (@ $tensor:expr, $variant:ident, $array:ident => $body:expr; $($name:ident)*) => {
        match $tensor {
            $(Tensor::$name($array) => {
                #[allow(non_snake_case)]
                let $variant = Tensor::$name;
                $body
            })*
            Tensor::Opaque(_) => None,
        }
    };
}

impl Tensor {
    /// The elements at these places of the row-major order, under a shape of as many. `None` for opaque tensors, and where
    /// a place or the count is wrong.
    pub fn gathered(&self, shape: &[usize], places: &[usize]) -> Option<Tensor> {
        any_type!(self, Variant, array => {
            let elements = array.as_slice()?;
            let picked: Option<Vec<_>> = places.iter().map(|&at| elements.get(at).copied()).collect();
            Some(Variant(ArrayD::from_shape_vec(IxDyn(shape), picked?).ok()?))
        })
    }

    /// The elements of all parts, one part after the other, as a vector. `None` where their types differ.
    pub fn joined(parts: &[&Tensor]) -> Option<Tensor> {
        macro_rules! join {
            ($($name:ident)*) => {
                match parts.first()? {
                    $(Tensor::$name(_) => {
                        let mut all = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
                        for part in parts {
                            let Tensor::$name(array) = part else { return None };
                            all.extend_from_slice(array.as_slice()?);
                        }
                        Some(Tensor::$name(ArrayD::from_shape_vec(IxDyn(&[all.len()]), all).ok()?))
                    })*
                    Tensor::Opaque(_) => None,
                }
            };
        }
        join!(F32 F64 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 Bool)
    }

    /// This tensor with the elements of `updates` put at these places, the last one where several go to the same.
    pub fn scattered(&self, places: &[usize], updates: &Tensor) -> Option<Tensor> {
        let mut sources: Vec<usize> = (0..self.len()).collect();
        for (i, &place) in places.iter().enumerate() {
            *sources.get_mut(place)? = self.len() + i;
        }
        Tensor::joined(&[self, updates])?.gathered(self.shape(), &sources)
    }
}
