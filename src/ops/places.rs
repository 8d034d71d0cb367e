//! Places of elements in row-major order.

/// How far neighbors along each axis are apart.
pub fn strides(shape: &[usize]) -> Vec<usize> {
    let mut steps = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        steps[axis - 1] = steps[axis] * shape[axis].max(1);
    }
    steps
}

/// Calls `body` with the indices of each element of a shape, in row-major order.
pub fn each(shape: &[usize], mut body: impl FnMut(&[usize])) {
    let count: usize = shape.iter().product();
    let mut index = vec![0; shape.len()];
    for _ in 0..count {
        body(&index);
        for (i, &length) in index.iter_mut().zip(shape).rev() {
            *i += 1;
            if *i < length {
                break;
            }
            *i = 0;
        }
    }
}

/// The place that each element of a shape goes to, `steps` apart along each axis.
pub fn walk(shape: &[usize], steps: &[usize]) -> Vec<usize> {
    let mut places = Vec::with_capacity(shape.iter().product());
    each(shape, |index| {
        places.push(index.iter().zip(steps).map(|(i, step)| i * step).sum());
    });
    places
}

/// The place in a tensor of shape `from` that each element reads when it is broadcast to shape `to`. `None` where it does not
/// fit.
pub fn stretched(from: &[usize], to: &[usize]) -> Option<Vec<usize>> {
    let added = to.len().checked_sub(from.len())?;
    let own = strides(from);
    let steps: Option<Vec<usize>> = (0..to.len())
        .map(|axis| match axis.checked_sub(added) {
            None => Some(0),
            Some(at) if from[at] == to[axis] => Some(own[at]),
            Some(at) => (from[at] == 1).then_some(0),
        })
        .collect();
    Some(walk(to, &steps?))
}

/// A shape seen from one axis: how many elements lie before it, along it, and behind it.
pub fn around(shape: &[usize], axis: usize) -> (usize, usize, usize) {
    let product = |part: &[usize]| part.iter().product();
    (
        product(&shape[..axis]),
        shape[axis],
        product(&shape[axis + 1..]),
    )
}
