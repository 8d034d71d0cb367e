//! ONNX files written field by field, so that tests can make invalid ones.

#![allow(dead_code)] // each test binary uses a part of it

/// One length-delimited field of a protobuf message.
pub fn field(number: u32, content: &[u8]) -> Vec<u8> {
    let mut out = varint(u64::from(number << 3 | 2));
    out.extend(varint(content.len() as u64));
    out.extend_from_slice(content);
    out
}

/// One integer field.
pub fn int(number: u32, value: i64) -> Vec<u8> {
    [varint(u64::from(number << 3)), varint(value as u64)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// A node, its attributes already encoded.
pub fn node(op: &str, inputs: &[&str], outputs: &[&str], attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for name in inputs {
        out.extend(field(1, name.as_bytes()));
    }
    for name in outputs {
        out.extend(field(2, name.as_bytes()));
    }
    out.extend(field(4, op.as_bytes()));
    for attribute in attributes {
        out.extend(field(5, attribute));
    }
    field(1, &out)
}

/// An attribute that holds one integer.
pub fn int_attribute(name: &str, value: i64) -> Vec<u8> {
    [field(1, name.as_bytes()), int(3, value), int(20, 2)].concat()
}

/// A stored tensor with raw data.
pub fn tensor(name: &str, dtype: i64, dims: &[i64], raw: &[u8]) -> Vec<u8> {
    let dims: Vec<u8> = dims.iter().flat_map(|&d| int(1, d)).collect();
    field(
        5,
        &[
            dims,
            int(2, dtype),
            field(8, name.as_bytes()),
            field(9, raw),
        ]
        .concat(),
    )
}

/// A stored float tensor.
pub fn floats(name: &str, dims: &[i64], elements: &[f32]) -> Vec<u8> {
    let raw: Vec<u8> = elements.iter().flat_map(|x| x.to_le_bytes()).collect();
    tensor(name, 1, dims, &raw)
}

/// A stored int64 tensor of one axis.
pub fn integers(name: &str, elements: &[i64]) -> Vec<u8> {
    let raw: Vec<u8> = elements.iter().flat_map(|x| x.to_le_bytes()).collect();
    tensor(name, 7, &[elements.len() as i64], &raw)
}

/// A float input; a dimension that is not a number is a symbol.
pub fn input(name: &str, dims: &[&str]) -> Vec<u8> {
    field(11, &info(name, dims))
}

pub fn output(name: &str, dims: &[&str]) -> Vec<u8> {
    field(12, &info(name, dims))
}

fn info(name: &str, dims: &[&str]) -> Vec<u8> {
    let dims: Vec<u8> = dims
        .iter()
        .flat_map(|dim| match dim.parse() {
            Ok(size) => field(1, &int(1, size)),
            Err(_) => field(1, &field(2, dim.as_bytes())),
        })
        .collect();
    let ty = [int(1, 1), field(2, &dims)].concat();
    [field(1, name.as_bytes()), field(2, &field(1, &ty))].concat()
}

/// A model of one graph, at a version of the default operator set.
pub fn model(opset: i64, graph: &[Vec<u8>]) -> Vec<u8> {
    [
        int(1, 8),
        field(7, &graph.concat()),
        field(8, &int(2, opset)),
    ]
    .concat()
}
