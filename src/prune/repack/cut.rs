//! Cutting and zeroing slices of stored tensors.

use super::super::flow::Indices;
use super::not_stored;
use crate::error::Result;
use crate::graph::Graph;
use crate::tensor::Tensor;
use half::f16;
use std::sync::Arc;

/// Keeps only the given indices of every stored tensor's axes.
pub fn constants(graph: &mut Graph, kept: &Indices) -> Result<()> {
    for (axis, indices) in kept {
        let value = graph.value_mut(axis.value);
        let Some(tensor) = &value.constant else {
            continue;
        };
        let cut = tensor.select(axis.axis, indices);
        let cut = cut.ok_or_else(|| not_stored(&value.name))?;
        if let Some(ty) = &mut value.ty {
            ty.shape[axis.axis] = indices.len().into();
        }
        value.constant = Some(Arc::new(cut));
    }
    Ok(())
}

/// Sets some slices of a float tensor along an axis to zero. `false` for other element types.
pub fn zero(tensor: &mut Tensor, axis: usize, indices: &[usize]) -> bool {
    let axis = ndarray::Axis(axis);
    for &index in indices {
        match tensor {
            Tensor::F32(a) => a.index_axis_mut(axis, index).fill(0.0),
            Tensor::F64(a) => a.index_axis_mut(axis, index).fill(0.0),
            Tensor::F16(a) => a.index_axis_mut(axis, index).fill(f16::ZERO),
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeroes_whole_slices_only() {
        let mut t = Tensor::from_f32(&[2, 3], vec![1., 2., 3., 4., 5., 6.]);
        assert!(zero(&mut t, 1, &[0, 2]));
        assert_eq!(t, Tensor::from_f32(&[2, 3], vec![0., 2., 0., 0., 5., 0.]));
        assert!(!zero(&mut Tensor::from_i64(&[1], vec![1]), 0, &[0]));
    }
}
