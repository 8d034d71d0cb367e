//! A preset for a model that nobody has described, guessed from the shapes of its input and output.

use super::classes;
use super::preset::{ChannelOrder, Crop, Layout, Preset};
use crate::graph::Dim;
use crate::message::Message;

/// The size that is taken where the model leaves its input's size open: the commonest among photo classifiers.
const USUAL_SIDE: u32 = 224;

/// ImageNet's mean and standard deviation of pixels from 0 to 255, which most published classifiers were trained with.
const IMAGENET_MEAN: [f32; 3] = [123.675, 116.28, 103.53];
const IMAGENET_STD: [f32; 3] = [58.395, 57.12, 57.375];

/// A preset, and for each guess in it a sentence that says what was taken for granted.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    pub preset: Preset,
    pub notes: Vec<Message>,
}

impl Preset {
    /// Guesses from the shape of the model's input and, if known, how many classes its output has.
    pub fn guess(input: &[Dim], classes: Option<usize>) -> Guess {
        let mut notes = Vec::new();
        let (layout, channels) = channels_of(input, &mut notes);
        let (width_axis, height_axis) = match layout {
            Layout::Nchw => (3, 2),
            Layout::Nhwc => (2, 1),
        };
        let mut side = |axis: usize, open: Message| match input.get(axis) {
            Some(Dim::Known(n)) if (1..=super::preset::LONGEST_SIDE as usize).contains(n) => {
                *n as u32
            }
            _ => {
                notes.push(open);
                USUAL_SIDE
            }
        };
        let size = [
            side(
                width_axis,
                message!("note-guess-width", assumed = USUAL_SIDE),
            ),
            side(
                height_axis,
                message!("note-guess-height", assumed = USUAL_SIDE),
            ),
        ];
        let (mean, std) = if channels == 1 {
            notes.push(message!("note-guess-gray"));
            (vec![0.0], vec![255.0])
        } else {
            notes.push(message!("note-guess-colors"));
            (IMAGENET_MEAN.into(), IMAGENET_STD.into())
        };
        match classes {
            Some(n) if n == classes::COUNT || n == classes::COUNT + 1 => {
                notes.push(message!("note-guess-imagenet", count = n));
            }
            _ => notes.push(message!("note-guess-classes")),
        }
        let preset = Preset {
            name: None,
            size,
            crop: Crop::Center,
            mean,
            std,
            channel_order: ChannelOrder::Rgb,
            layout,
            classes: None,
        };
        Guess { preset, notes }
    }
}

/// Finds the axis of the color channels: the one of size 3 or 1 among those where channels may stand.
fn channels_of(input: &[Dim], notes: &mut Vec<Message>) -> (Layout, usize) {
    if input.len() != 4 {
        notes.push(message!("note-guess-axes", axes = input.len()));
        return (Layout::Nchw, 3);
    }
    for channels in [3, 1] {
        for (axis, layout) in [(1, Layout::Nchw), (3, Layout::Nhwc)] {
            if input[axis].known() == Some(channels) {
                return (layout, channels);
            }
        }
    }
    notes.push(message!("note-guess-layout"));
    (Layout::Nchw, 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::render;

    fn guess(shape: &[usize], classes: usize) -> Guess {
        let mut dims: Vec<Dim> = shape.iter().map(|&n| n.into()).collect();
        dims.insert(0, Dim::symbol("N"));
        let guess = Preset::guess(&dims, Some(classes));
        guess.preset.check().unwrap();
        guess
    }

    #[test]
    fn color_photos_in_either_layout() {
        let planes = guess(&[3, 192, 160], 1000);
        assert_eq!(
            (planes.preset.layout, planes.preset.size),
            (Layout::Nchw, [160, 192])
        );
        assert!(
            planes
                .notes
                .iter()
                .any(|n| render(n).contains("1000 outputs"))
        );
        let pixels = guess(&[192, 160, 3], 1000);
        assert_eq!(
            (pixels.preset.layout, pixels.preset.size),
            (Layout::Nhwc, [160, 192])
        );
    }

    #[test]
    fn gray_digits() {
        let Guess { preset, notes } = guess(&[1, 28, 28], 10);
        assert_eq!((preset.channels(), preset.size), (1, [28, 28]));
        assert!(notes.iter().any(|n| render(n).contains("numbered")));
        assert_eq!(guess(&[28, 28, 1], 10).preset.layout, Layout::Nhwc);
    }

    #[test]
    fn open_sizes_are_said_to_be_assumed() {
        let dims = ["batch", "3", "h", "w"].map(|d| d.parse().map_or(Dim::symbol(d), Dim::Known));
        let Guess { preset, notes } = Preset::guess(&dims, None);
        assert_eq!(preset.size, [224, 224]);
        assert!(
            notes.iter().any(|n| render(n).contains("width"))
                && notes.iter().any(|n| render(n).contains("height"))
        );
    }

    #[test]
    fn inputs_that_are_no_photos_are_named_as_such() {
        assert!(render(&guess(&[784], 10).notes[0]).contains("2 axes"));
        assert!(render(&guess(&[7, 9, 5], 10).notes[0]).contains("No axis"));
        Preset::guess(&[], None).preset.check().unwrap();
    }
}
