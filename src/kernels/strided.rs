//! Walking several tensors at once, each with its own strides: broadcasting, transposing, slicing.

/// A loop nest over `N` tensors with axes that run on merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk<const N: usize> {
    /// Lengths and strides of the outer axes, slowest first.
    outer: Vec<(usize, [isize; N])>,
    /// Length of the innermost loop, and what it adds to each position.
    pub inner: usize,
    pub steps: [isize; N],
    starts: [isize; N],
}

impl<const N: usize> Walk<N> {
    /// Over `shape`; tensor `t` starts at `starts[t]` and moves by `strides[t][axis]` along each axis.
    pub fn new(shape: &[usize], starts: [isize; N], strides: [&[isize]; N]) -> Self {
        let mut axes: Vec<(usize, [isize; N])> = Vec::new();
        for (axis, &length) in shape.iter().enumerate() {
            let own = strides.map(|s| s[axis]);
            if length == 1 {
                continue;
            }
            match axes.last_mut() {
                // The outer axis goes on where this one ends.
                Some((outer, steps)) if (0..N).all(|t| steps[t] == own[t] * length as isize) => {
                    *outer *= length;
                    *steps = own;
                }
                _ => axes.push((length, own)),
            }
        }
        let (inner, steps) = axes.pop().unwrap_or((1, [0; N]));
        Walk {
            outer: axes,
            inner,
            steps,
            starts,
        }
    }

    /// Takes an outer axis with such strides out of the walk: its length and its strides.
    pub fn take_outer(
        &mut self,
        wanted: impl Fn([isize; N]) -> bool,
    ) -> Option<(usize, [isize; N])> {
        let at = self.outer.iter().position(|(_, steps)| wanted(*steps))?;
        Some(self.outer.remove(at))
    }

    /// Calls `body` with the positions at which each innermost loop starts, in row-major order.
    pub fn each(&self, mut body: impl FnMut([usize; N])) {
        let total: usize = self.outer.iter().map(|(length, _)| length).product();
        if self.inner == 0 {
            return;
        }
        let mut index = vec![0; self.outer.len()];
        let mut at = self.starts;
        for _ in 0..total {
            body(at.map(|x| x as usize));
            for (i, (length, steps)) in index.iter_mut().zip(&self.outer).rev() {
                *i += 1;
                (0..N).for_each(|t| at[t] += steps[t]);
                if *i < *length {
                    break;
                }
                (0..N).for_each(|t| at[t] -= steps[t] * *length as isize);
                *i = 0;
            }
        }
    }
}

/// Strides of a row-major tensor.
pub fn strides(shape: &[usize]) -> Vec<isize> {
    let mut strides = vec![0; shape.len()];
    let mut step = 1;
    for (stride, &length) in strides.iter_mut().zip(shape).rev() {
        *stride = step;
        step *= length as isize;
    }
    strides
}

/// Strides of a row-major tensor that is broadcast to `to`: 0 along axes that it lacks or repeats.
pub fn broadcast_strides(shape: &[usize], to: &[usize]) -> Vec<isize> {
    let missing = to.len() - shape.len();
    let mut broadcast = vec![0; missing];
    let own = strides(shape).into_iter().zip(shape);
    broadcast.extend(own.map(|(stride, &length)| if length == 1 { 0 } else { stride }));
    broadcast
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_what_runs_on() {
        let shape = [2, 3, 4, 5];
        let (a, b) = (strides(&shape), broadcast_strides(&[3, 1, 1], &shape));
        let walk = Walk::new(&shape, [0, 0], [&a, &b]);
        assert_eq!((walk.inner, walk.steps), (20, [1, 0]));
        let mut seen = Vec::new();
        walk.each(|at| seen.push(at));
        assert_eq!(seen, [[0, 0], [20, 1], [40, 2], [60, 0], [80, 1], [100, 2]]);
        let whole = Walk::new(&shape, [0, 0], [&a, &a]);
        assert_eq!((whole.inner, whole.steps), (120, [1, 1]));
    }
}
