//! Cutting and zeroing slices of stored tensors.

use super::super::constants::Indices;
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

/// A float tensor with some slices along an axis set to zero; `None` for other element types.
pub fn zeroed(tensor: &Tensor, axis: usize, indices: &[usize]) -> Option<Tensor> {
    let axis = ndarray::Axis(axis);
    let mut tensor = tensor.clone();
    for &index in indices {
        match &mut tensor {
            Tensor::F32(a) => a.index_axis_mut(axis, index).fill(0.0),
            Tensor::F64(a) => a.index_axis_mut(axis, index).fill(0.0),
            Tensor::F16(a) => a.index_axis_mut(axis, index).fill(f16::ZERO),
            _ => return None,
        }
    }
    Some(tensor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeroes_whole_slices_only() {
        let t = Tensor::from_f32(&[2, 3], vec![1., 2., 3., 4., 5., 6.]);
        let columns = zeroed(&t, 1, &[0, 2]).unwrap();
        assert_eq!(
            columns,
            Tensor::from_f32(&[2, 3], vec![0., 2., 0., 0., 5., 0.])
        );
        assert_eq!(zeroed(&Tensor::from_i64(&[1], vec![1]), 0, &[0]), None);
    }
}
