//! IDX files, the format of MNIST and Fashion-MNIST (LeCun, Cortes and Burges, “The MNIST database”): a magic number
//! with the element type and the count of axes, their lengths, and bytes.

use crate::data::image::check_size;
use crate::data::pictures::{Pictures, Stack, check_count};
use crate::data::preset::Preset;
use crate::error::{Error, Result};
use crate::message::Message;

/// Bytes of an IDX file of unsigned bytes, with its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idx<'a> {
    /// How many lengths the file gives: 3 for pictures, 1 for labels.
    pub axes: usize,
    pub shape: [usize; 3],
    pub bytes: &'a [u8],
}

/// Reads pictures (count, rows, columns) or labels (count, then 1 and 1).
///
/// `what` names the file in messages.
pub fn parse<'a>(what: &str, file: &'a [u8]) -> Result<Idx<'a>> {
    let bad = |why: Message| Error::BadInput(message!("error-idx", name = what, reason = why));
    let &[0, 0, kind, axes, ref rest @ ..] = file else {
        return Err(bad(message!("reason-idx-start")));
    };
    if kind != 8 || !(1..=3).contains(&axes) {
        return Err(bad(message!("reason-idx-type", kind = kind, axes = axes)));
    }
    let (lengths, _) = rest.as_chunks::<4>();
    let axes = usize::from(axes);
    let Some(lengths) = lengths.get(..axes) else {
        return Err(bad(message!("reason-idx-header")));
    };
    let mut shape = [1; 3];
    for (length, bytes) in shape.iter_mut().zip(lengths) {
        *length = u32::from_be_bytes(*bytes) as usize;
    }
    let bytes = &rest[axes * 4..];
    let wanted = shape
        .iter()
        .try_fold(1usize, |n, &length| n.checked_mul(length));
    if wanted != Some(bytes.len()) {
        return Err(bad(message!(
            "reason-idx-length",
            shape = format!("{shape:?}"),
            count = bytes.len()
        )));
    }
    Ok(Idx { axes, shape, bytes })
}

/// The pictures of a pair of files with their labels, where those are given, a byte each.
///
/// Errors: [`Error::BadInput`] where either file holds something else, or there is not one label a picture.
pub fn pair<'a>(
    images: &Idx<'a>,
    labels: Option<&Idx<'a>>,
) -> Result<(Stack<'a>, Option<&'a [u8]>)> {
    let side = |axis: usize| u32::try_from(images.shape[axis]).unwrap_or(u32::MAX);
    if images.axes != 3 {
        return Err(Error::BadInput(message!(
            "error-idx-pictures",
            axes = images.axes
        )));
    }
    if let Some(labels) = labels {
        if labels.axes != 1 {
            return Err(Error::BadInput(message!(
                "error-idx-labels",
                axes = labels.axes
            )));
        }
        check_count(images.shape[0], labels.shape[0])?;
    }
    let (width, height) = (side(2), side(1));
    check_size(width, height)?;
    let stack = Stack {
        levels: images.bytes,
        width,
        height,
        channels: 1,
    };
    Ok((stack, labels.map(|labels| labels.bytes)))
}

/// The same as a set for this preset. Gray pictures are taken by color models too.
///
/// Errors: those of [`pair`], and of [`Pictures::add_stack`].
pub fn pictures(images: &Idx, labels: Option<&Idx>, preset: &Preset) -> Result<Pictures> {
    let (stack, labels) = pair(images, labels)?;
    let classes: Option<Vec<u32>> =
        labels.map(|labels| labels.iter().map(|&class| class.into()).collect());
    let mut pictures = Pictures::new(preset)?;
    pictures.add_stack(stack, classes.as_deref())?;
    Ok(pictures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;

    #[test]
    fn pictures_and_labels() {
        let pictures = [
            &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3][..],
            &[1, 2, 3, 4, 5, 6],
        ]
        .concat();
        let idx = parse("train", &pictures).unwrap();
        assert_eq!(idx.shape, [2, 1, 3]);
        assert_eq!(idx.bytes, [1, 2, 3, 4, 5, 6]);
        let labels = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9];
        assert_eq!(parse("labels", &labels).unwrap().shape, [2, 1, 1]);
    }

    #[test]
    fn a_pair_becomes_a_labeled_set() {
        let preset = Preset::parse(r#"{"size": [3, 1], "mean": [2], "std": [2]}"#).unwrap();
        let idx = |axes, shape, bytes| Idx { axes, shape, bytes };
        let images = idx(3, [2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        let set = pictures(&images, Some(&idx(1, [2, 1, 1], &[7, 9])), &preset).unwrap();
        assert_eq!(set.labels(), Some(&[7, 9][..]));
        let mut sample = [0.0; 3];
        set.write(&[1], None, &mut sample);
        assert_eq!(sample, [1.0, 1.5, 2.0]);
        assert_eq!(pictures(&images, None, &preset).unwrap().labels(), None);

        let told = |images: &Idx, labels: &Idx| {
            let refused = pictures(images, Some(labels), &preset).unwrap_err();
            said(&refused)
        };
        let three = idx(1, [3, 1, 1], &[1, 2, 3]);
        assert!(told(&images, &three).contains("2 photos and 3 labels"));
        assert!(told(&three, &three).contains("the file of the labels"));
        assert!(told(&images, &images).contains("the file of the images"));
    }

    #[test]
    fn what_is_none_is_told() {
        let told = |file: &[u8]| said(&parse("t10k", file).unwrap_err());
        assert!(told(b"").contains("t10k"));
        assert!(told(&[0x1f, 0x8b, 8, 0]).contains(".gz"));
        assert!(told(&[0, 0, 13, 1, 0, 0, 0, 0]).contains("type 13"));
        assert!(told(&[0, 0, 8, 3, 0, 0]).contains("header"));
        assert!(told(&[0, 0, 8, 1, 0, 0, 0, 5, 1]).contains("follow"));
        assert!(
            told(&[
                0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255
            ])
            .contains("follow")
        );
    }
}
