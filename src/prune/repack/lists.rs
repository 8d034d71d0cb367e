//! The lists of sizes and places that nodes read: those that are stored get other numbers, those that are computed get some numbers put
//! in and stay computed otherwise.

use crate::graph::{Graph, Node, ValueId};
use crate::message::Message;
use crate::tensor::{DType, Tensor};

/// The elements in which a list differs from the one that an input computes, by their places. `None` where the input is stored or left
/// out, or where both lists can't be compared.
pub fn changed(graph: &Graph, input: Option<ValueId>, list: &Tensor) -> Option<Vec<(usize, i64)>> {
    let value = graph.value(input.filter(|&id| graph.constant(id).is_none())?);
    let (before, after) = (value.content.as_ref()?.integers()?, list.integers()?);
    let both = before.iter().zip(&after).enumerate();
    let changed = both.filter(|(_, (before, after))| before != after);
    let numbers = changed.map(|(place, (_, &after))| (place, after)).collect();
    (before.len() == after.len()).then_some(numbers)
}

/// Gives an input of the node at this place a list of its own.
pub fn set(packed: &mut Graph, at: usize, input: usize, list: Tensor) -> Result<(), Message> {
    let wish = format!("{}_input_{input}", packed.node_label(&packed.nodes[at]));
    let value = packed.add_constant(&wish, list);
    let inputs = &mut packed.nodes[at].inputs;
    inputs.resize(inputs.len().max(input + 1), None);
    inputs[input] = Some(value);
    Ok(())
}

/// Puts these numbers in place of some elements of the list that an input of the node at this place holds. Where the list is computed,
/// nodes at the end of the graph do so: the graph has to be sorted then.
pub fn replace(
    packed: &mut Graph,
    at: usize,
    input: usize,
    numbers: &[(usize, i64)],
) -> Result<(), Message> {
    let unknown = || message!("reason-node-target-unknown");
    if numbers.is_empty() {
        return Ok(());
    }
    let value = packed.nodes[at].input(input).ok_or_else(unknown)?;
    if let Some(stored) = packed.constant(value) {
        let mut list = stored.integers().ok_or_else(unknown)?;
        for &(place, number) in numbers {
            *list.get_mut(place).ok_or_else(unknown)? = number;
        }
        let list = typed(list, stored.dtype()).ok_or_else(unknown)?;
        return set(packed, at, input, list);
    }
    let ty = packed.value(value).ty.clone().ok_or_else(unknown)?;
    let length = ty.known_shape().ok_or_else(unknown)?;
    let (mut stays, mut put) = (
        vec![1; length.iter().product()],
        vec![0; length.iter().product()],
    );
    for &(place, number) in numbers {
        *stays.get_mut(place).ok_or_else(unknown)? = 0;
        put[place] = number;
    }
    // What stays times 1, plus 0; what goes times 0, plus the number.
    let label = packed.node_label(&packed.nodes[at]);
    let mut list = value;
    for (operator, numbers) in [("Mul", stays), ("Add", put)] {
        let numbers = typed(numbers, ty.dtype).ok_or_else(unknown)?;
        let wish = format!("{label}_input_{input}_{}", operator.to_lowercase());
        let numbers = packed.add_constant(&format!("{wish}_by"), numbers);
        let out = packed.add_value(&wish, Some(ty.clone()));
        packed.nodes.push(Node {
            name: packed.value(out).name.clone(),
            domain: String::new(),
            op_type: operator.into(),
            inputs: vec![Some(list), Some(numbers)],
            outputs: vec![Some(out)],
            attributes: Default::default(),
            captures: Vec::new(),
        });
        list = out;
    }
    packed.nodes[at].inputs[input] = Some(list);
    Ok(())
}

/// A list of this element type.
fn typed(numbers: Vec<i64>, dtype: DType) -> Option<Tensor> {
    Tensor::from_i64(&[numbers.len()], numbers).cast(dtype)
}
