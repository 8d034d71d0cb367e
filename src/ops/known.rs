//! What is known of a tensor before the model runs, and arithmetic on sizes of which some are symbols.

use crate::graph::{Dim, TensorType};
use crate::message::Message;
use crate::tensor::{DType, Tensor};
use std::sync::Arc;

/// More axes than any network has.
pub const MAX_RANK: usize = 32;

/// No tensor has more elements: more could not be addressed on wasm32.
pub const MAX_ELEMENTS: usize = i32::MAX as usize;

/// The longest tensor whose elements are followed as [`Known::sizes`].
const MAX_SIZES: usize = 64;

/// Elements of a tensor of this shape. A file may claim any sizes, so this is the largest number where they are too many.
pub fn count(shape: &[usize]) -> u64 {
    let sizes = shape.iter().map(|&size| size as u64);
    sizes.fold(1, u64::saturating_mul)
}

/// One element of an integer or boolean tensor that holds sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    Number(i64),
    /// A size that is only known when the model runs.
    Symbol(Arc<str>),
    /// A number of which nothing is known, not even that it is a size.
    Unknown,
}

impl Extent {
    /// The size as a number, `None` for a symbol.
    pub fn number(&self) -> Option<i64> {
        match self {
            Extent::Number(n) => Some(*n),
            Extent::Symbol(_) | Extent::Unknown => None,
        }
    }

    /// As a dimension; negative numbers are none, and an unknown one has no name.
    pub fn dim(&self) -> Option<Dim> {
        match self {
            Extent::Number(n) => usize::try_from(*n).ok().map(Dim::Known),
            Extent::Symbol(name) => Some(Dim::Symbol(name.clone())),
            Extent::Unknown => Some(Dim::unnamed()),
        }
    }
}

impl From<&Dim> for Extent {
    fn from(dim: &Dim) -> Self {
        match dim {
            Dim::Known(n) => Extent::Number(*n as i64),
            Dim::Symbol(name) => Extent::Symbol(name.clone()),
        }
    }
}

/// What is known of one tensor while shapes are inferred.
#[derive(Debug, Clone)]
pub struct Known {
    pub ty: TensorType,
    /// The tensor itself, where it is a constant.
    pub constant: Option<Arc<Tensor>>,
    /// The elements of a small integer tensor of rank 0 or 1 that holds sizes, some of which may be symbols:
    /// what `Shape`, `Gather`, `Concat` and their like make of dynamic dimensions.
    pub sizes: Option<Vec<Extent>>,
}

impl Known {
    /// A value of which the type and the shape are known and no element.
    pub fn new(dtype: DType, shape: Vec<Dim>) -> Self {
        Known {
            ty: TensorType::new(dtype, shape),
            constant: None,
            sizes: None,
        }
    }

    /// All of a constant.
    pub fn of(tensor: Arc<Tensor>) -> Self {
        let small = tensor.shape().len() <= 1 && tensor.len() <= MAX_SIZES;
        let numbers = small.then(|| tensor.integers()).flatten();
        Known {
            ty: TensorType::of(&tensor),
            sizes: numbers.map(|all| all.into_iter().map(Extent::Number).collect()),
            constant: Some(tensor),
        }
    }

    /// With its elements as sizes. Only for few elements and at most one axis, as shape computations have them; for others nothing is
    /// kept.
    pub fn with_sizes(mut self, sizes: Option<Vec<Extent>>) -> Self {
        self.sizes = sizes.filter(|sizes| sizes.len() <= MAX_SIZES && self.rank() <= 1);
        self
    }

    /// Sizes without symbols are as good as a constant: makes them one.
    pub fn settled(mut self) -> Self {
        let (None, Some(sizes), Some(shape)) = (&self.constant, &self.sizes, self.ty.known_shape())
        else {
            return self;
        };
        let numbers: Option<Vec<i64>> = sizes.iter().map(Extent::number).collect();
        if let Some(numbers) = numbers.filter(|n| n.len() == shape.iter().product::<usize>()) {
            self.constant = Tensor::from_i64(&shape, numbers)
                .cast(self.ty.dtype)
                .map(Arc::new);
        }
        self
    }

    /// The type of its elements.
    pub fn dtype(&self) -> DType {
        self.ty.dtype
    }

    /// Its sizes, outermost axis first.
    pub fn shape(&self) -> &[Dim] {
        &self.ty.shape
    }

    /// How many axes it has.
    pub fn rank(&self) -> usize {
        self.ty.rank()
    }

    /// The elements of a list, each as far as it is known. `None` where not even their number is.
    pub fn elements(&self) -> Option<Vec<Extent>> {
        let unknown = || match &self.ty.known_shape()?[..] {
            &[count] if count <= MAX_SIZES && !self.dtype().is_float() => {
                Some(vec![Extent::Unknown; count])
            }
            _ => None,
        };
        self.sizes.clone().or_else(unknown)
    }

    /// The elements of an integer tensor, where all are known.
    pub fn numbers(&self) -> Option<Vec<i64>> {
        match (&self.constant, &self.sizes) {
            (Some(tensor), _) => tensor.integers(),
            (None, Some(sizes)) => sizes.iter().map(Extent::number).collect(),
            (None, None) => None,
        }
    }
}

/// The `i`-th input, where it is there.
pub fn given(inputs: &[Option<Known>], i: usize) -> Option<&Known> {
    inputs.get(i)?.as_ref()
}

/// The `i`-th input, which must be there.
pub fn needed(inputs: &[Option<Known>], i: usize) -> Result<&Known, Message> {
    given(inputs, i).ok_or_else(|| lacks_input(i))
}

/// The `i`-th tensor, which must be there.
pub fn tensor<'a>(inputs: &[Option<&'a Tensor>], i: usize) -> Result<&'a Tensor, Message> {
    let input = inputs.get(i).copied().flatten();
    input.ok_or_else(|| lacks_input(i))
}

fn lacks_input(i: usize) -> Message {
    message!("reason-node-lacks-input", number = i + 1)
}

/// The outputs' shapes for whole tensors, by the operator's own shape rule.
pub fn output_shapes(
    operator: &dyn super::Operator,
    inputs: &[Option<&Tensor>],
) -> Result<Vec<Vec<usize>>, Message> {
    let known = inputs.iter().map(|input| {
        let tensor = (*input)?;
        // Only lists of sizes, bounds and scales matter to shapes.
        Some(match tensor.len() <= 4096 && tensor.shape().len() <= 1 {
            true => Known::of(Arc::new(tensor.clone())),
            false => Known::new(tensor.dtype(), TensorType::of(tensor).shape),
        })
    });
    let outputs = operator.infer(&known.collect::<Vec<_>>())?;
    let shapes = outputs.iter().map(|known| {
        check(&known.ty)?;
        let shape = known.ty.known_shape();
        shape.ok_or_else(|| message!("reason-node-unknown-output"))
    });
    let shapes: Vec<_> = shapes.collect::<Result<_, _>>()?;
    match shapes.is_empty() {
        true => Err(message!("reason-node-computed-size")),
        false => Ok(shapes),
    }
}

/// Fails for tensors past what can be held.
pub fn check(ty: &TensorType) -> Result<(), Message> {
    if ty.rank() > MAX_RANK {
        return Err(message!("reason-node-too-many-axes", axes = ty.rank()));
    }
    // Axes of length 0 do not excuse others that are out of bounds.
    let sizes = ty.shape.iter().map(|dim| dim.known().unwrap_or(1).max(1));
    let count = sizes.fold(1usize, usize::saturating_mul);
    if count > MAX_ELEMENTS {
        return Err(message!("reason-node-too-many-elements", count = count));
    }
    Ok(())
}

/// The dimensions that two tensors broadcast to.
pub fn broadcast(a: &[Dim], b: &[Dim]) -> Result<Vec<Dim>, Message> {
    let rank = a.len().max(b.len());
    let at = |dims: &[Dim], axis: usize| match (axis + dims.len()).checked_sub(rank) {
        Some(i) => dims[i].clone(),
        None => Dim::Known(1),
    };
    let axes = (0..rank).map(|axis| match (at(a, axis), at(b, axis)) {
        (x, y) if x == y => Ok(x),
        (Dim::Known(1), other) | (other, Dim::Known(1)) => Ok(other),
        // A symbol beside a number can only be that number or 1.
        (Dim::Known(n), Dim::Symbol(_)) | (Dim::Symbol(_), Dim::Known(n)) => Ok(Dim::Known(n)),
        (x @ Dim::Symbol(_), y @ Dim::Symbol(_)) => Ok(match y == Dim::unnamed() {
            true => y,
            false => x,
        }),
        _ => Err(message!(
            "reason-node-input-shapes",
            first = display(a),
            second = display(b)
        )),
    });
    axes.collect()
}

/// Dimensions for a message.
pub fn display(dims: &[Dim]) -> String {
    let sizes: Vec<String> = dims.iter().map(Dim::to_string).collect();
    format!("[{}]", sizes.join(", "))
}
