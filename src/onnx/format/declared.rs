//! What the file states of values: names, element types, dimensions (`ValueInfoProto`).

use super::{proto, tensor};
use crate::graph::{Dim, TensorType};
use crate::onnx::refusal::bad;
use crate::tensor::DType;
use crate::{Error, Result};
use bytes::Bytes;
use prost::Message;

/// A dimension that the file leaves unnamed.
pub fn unnamed(value: &str, axis: usize) -> Dim {
    Dim::symbol(&format!("{value}.{axis}"))
}

/// A value’s name, and its type: unknown where the file says no shape, an error where it is no tensor.
pub type Declared = (String, Result<Option<TensorType>>);

/// Reads an encoded `ValueInfoProto`; `what` says in messages what it describes.
pub fn value_info(bytes: Bytes, what: &str) -> Result<Declared> {
    let info = proto::ValueInfo::decode(bytes)
        .map_err(|_| Error::NotOnnx(message!("error-declaration-damaged", what = what)))?;
    let name = info.name.unwrap_or_default();
    if name.is_empty() {
        return bad(message!("error-declaration-nameless", what = what));
    }
    let ty = match info.ty {
        None => Ok(None),
        Some(proto::Type { tensor: None }) => bad(message!(
            "error-declaration-no-tensor",
            what = what,
            name = name
        )),
        Some(proto::Type { tensor: Some(ty) }) => tensor_type(&name, ty, what),
    };
    Ok((name, ty))
}

fn tensor_type(name: &str, ty: proto::TensorType, what: &str) -> Result<Option<TensorType>> {
    let Some(shape) = ty.shape else {
        return Ok(None);
    };
    if shape.dims.len() > tensor::MAX_RANK {
        let count = shape.dims.len();
        return bad(message!(
            "error-declaration-axes",
            what = what,
            name = name,
            count = count
        ));
    }
    let dims = shape
        .dims
        .into_iter()
        .enumerate()
        .map(|(axis, dim)| match (dim.value, dim.param) {
            (Some(size), _) if size > 0 => usize::try_from(size).map_or_else(
                |_| {
                    bad(message!(
                        "error-declaration-size",
                        what = what,
                        name = name,
                        size = size
                    ))
                },
                |size| Ok(Dim::Known(size)),
            ),
            // Some exporters write a question mark where they have no name: two of them need not be the same size.
            (_, Some(symbol)) if !symbol.is_empty() && symbol != "?" => Ok(Dim::symbol(&symbol)),
            _ => Ok(unnamed(name, axis)),
        });
    let dtype = DType::from_onnx(ty.elem_type.unwrap_or(0));
    Ok(Some(TensorType::new(dtype, dims.collect::<Result<_>>()?)))
}
