//! The preset: a small JSON document that says how a photo becomes a model's input and what its classes are called.
//! `docs/preset.md` describes it for its users.

use super::classes::imagenet_name;
use crate::error::{Error, Result};
use crate::graph::Dim;
use crate::message::Message;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest side, in pixels, that a preset may ask for.
pub const LONGEST_SIDE: u32 = 4096;
/// Pictures of this many pixels and fewer are small.
const SMALL_PICTURE: u32 = 64 * 64;

/// How a photo becomes a tensor: crop, resize to `size`, then `(pixel − mean) / std` on pixels from 0 to 255.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Document")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Preset {
    /// What the preset is called, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Width and height of the model's input, in pixels.
    pub size: [u32; 2],
    /// How a photo of other proportions is made to fit.
    pub crop: Crop,
    /// Subtracted from each color channel: three numbers red, green, blue; one for a gray model. From 0 to 255.
    pub mean: Vec<f32>,
    /// What each color channel is then divided by, as many numbers as `mean`.
    pub std: Vec<f32>,
    /// The order in which the model takes the color channels.
    pub channel_order: ChannelOrder,
    /// The order of the input tensor's axes.
    pub layout: Layout,
    /// The names of the model's classes, in the order of its outputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
}

/// A preset as it is written down: most of it may be left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    name: Option<String>,
    size: Size,
    #[serde(default)]
    crop: Crop,
    #[serde(default = "no_mean")]
    mean: Vec<f32>,
    #[serde(default = "whole_range", alias = "scale")]
    std: Vec<f32>,
    #[serde(default)]
    channel_order: ChannelOrder,
    #[serde(default)]
    layout: Layout,
    classes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "size must be a whole number of pixels or [width, height]"
)]
enum Size {
    Square(u32),
    Sides([u32; 2]),
}

impl TryFrom<Document> for Preset {
    type Error = Message;

    fn try_from(document: Document) -> Result<Preset, Message> {
        let preset = Preset {
            name: document.name,
            size: match document.size {
                Size::Square(side) => [side, side],
                Size::Sides(sides) => sides,
            },
            crop: document.crop,
            mean: document.mean,
            std: document.std,
            channel_order: document.channel_order,
            layout: document.layout,
            classes: document.classes,
        };
        preset.problem().map_or(Ok(preset), Err)
    }
}

/// How a photo of other proportions than the model's input is made to fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Crop {
    /// The largest box of the input's proportions, from the middle of the photo.
    #[default]
    Center,
    /// The whole photo, its proportions changed.
    #[serde(alias = "none")]
    Squash,
    /// The whole photo, its proportions kept; the bands beside it hold zeros, which is the mean color.
    Letterbox,
}

/// The order in which a model takes the color channels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum ChannelOrder {
    #[default]
    Rgb,
    Bgr,
}

/// The order of the input tensor's axes: batch, channels, height, width or batch, height, width, channels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Layout {
    #[default]
    Nchw,
    Nhwc,
}

impl Preset {
    /// Whether pictures have few pixels: what is kept of each in memory grows with them, so more of small ones are used at a time.
    pub fn is_small(&self) -> bool {
        let [width, height] = self.size;
        width * height <= SMALL_PICTURE
    }

    /// Reads and checks a preset document.
    pub fn parse(text: &str) -> Result<Preset> {
        let document: Document = serde_json::from_str(text)
            .map_err(|e| unusable(message!("reason-preset-document", reason = e.to_string())))?;
        Preset::try_from(document).map_err(unusable)
    }

    /// An error if the numbers make no sense together.
    pub fn check(&self) -> Result<()> {
        self.problem()
            .map_or(Ok(()), |problem| Err(unusable(problem)))
    }

    fn problem(&self) -> Option<Message> {
        let [width, height] = self.size;
        if !(1..=LONGEST_SIDE).contains(&width) || !(1..=LONGEST_SIDE).contains(&height) {
            return Some(message!(
                "reason-preset-size",
                width = width,
                height = height,
                most = LONGEST_SIDE
            ));
        }
        if self.mean.len() != self.std.len() || !matches!(self.mean.len(), 1 | 3) {
            return Some(message!(
                "reason-preset-counts",
                means = self.mean.len(),
                stds = self.std.len()
            ));
        }
        if let Some(mean) = self.mean.iter().find(|m| !m.is_finite()) {
            return Some(message!("reason-preset-mean", value = mean));
        }
        if let Some(std) = self.std.iter().find(|s| !(s.is_finite() && **s >= 1.0)) {
            return Some(message!("reason-preset-std", value = std));
        }
        if self.classes.as_ref().is_some_and(Vec::is_empty) {
            return Some(message!("reason-preset-classes"));
        }
        None
    }

    /// Color channels of the input: 3, or 1 for a gray model.
    pub fn channels(&self) -> usize {
        self.mean.len()
    }

    /// The shape of the tensor that a photo becomes: a batch of one.
    pub fn tensor_shape(&self) -> [usize; 4] {
        let [width, height] = self.size.map(|side| side as usize);
        match self.layout {
            Layout::Nchw => [1, self.channels(), height, width],
            Layout::Nhwc => [1, height, width, self.channels()],
        }
    }

    /// Numbers for the axes that the model's input, of this name and shape, leaves open, by their names; none for the batch. Where axes
    /// of one name get different numbers, each is called by its place, as `x.2`.
    pub fn lengths(&self, name: &str, input: &[Dim]) -> BTreeMap<String, usize> {
        let made = self.tensor_shape();
        if input.len() != made.len() {
            return BTreeMap::new();
        }
        let axes = input.iter().zip(made).enumerate().skip(1);
        let open: Vec<_> = axes.filter(|(_, (dim, _))| dim.known().is_none()).collect();
        let lengths = open.iter().map(|&(axis, (dim, size))| {
            let others = open.iter().filter(|(_, (other, _))| *other == dim);
            match others.clone().all(|(_, (_, other))| *other == size) {
                true => (dim.to_string(), size),
                false => (format!("{name}.{axis}"), size),
            }
        });
        lengths.collect()
    }

    /// An error if the model's input, of this shape, can't take what the preset makes.
    pub fn check_fits(&self, input: &[Dim]) -> Result<()> {
        let made = self.tensor_shape();
        let fits = input.len() == made.len()
            && input
                .iter()
                .zip(made)
                .all(|(dim, size)| dim.known().is_none_or(|n| n == size));
        if fits {
            return Ok(());
        }
        Err(Error::BadInput(message!(
            "error-preset-unfit",
            model = join(input),
            preset = join(&made)
        )))
    }

    /// What class `index` of a model with `outputs` classes is called: the preset's own name for it; without any,
    /// ImageNet's if their number fits; otherwise the number.
    pub fn label(&self, index: usize, outputs: usize) -> String {
        let own = self.classes.as_ref().map(|names| names.get(index).cloned());
        own.unwrap_or_else(|| imagenet_name(index, outputs).map(str::to_owned))
            .unwrap_or_else(|| format!("class {index}"))
    }
}

fn join<T: ToString>(sizes: &[T]) -> String {
    sizes
        .iter()
        .map(T::to_string)
        .collect::<Vec<_>>()
        .join(" × ")
}

fn no_mean() -> Vec<f32> {
    vec![0.0; 3]
}

fn whole_range() -> Vec<f32> {
    vec![255.0; 3]
}

fn unusable(problem: Message) -> Error {
    Error::BadInput(message!("error-preset", reason = problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;

    fn message(text: &str) -> String {
        said(&Preset::parse(text).unwrap_err())
    }

    #[test]
    fn a_size_alone_is_a_preset() {
        let preset = Preset::parse(r#"{"size": 224}"#).unwrap();
        assert_eq!(preset.size, [224, 224]);
        assert_eq!((preset.crop, preset.layout), (Crop::Center, Layout::Nchw));
        assert_eq!((preset.mean, preset.std), (vec![0.0; 3], vec![255.0; 3]));
        assert_eq!(preset.channel_order, ChannelOrder::Rgb);
    }

    #[test]
    fn every_field_is_read_and_written_back() {
        let text = r#"{"name":"p","size":[20,10],"crop":"letterbox","mean":[1.0,2.0,3.0],"std":[4.0,5.0,6.0],
            "channelOrder":"bgr","layout":"nhwc","classes":["a","b"]}"#;
        let preset = Preset::parse(text).unwrap();
        assert_eq!(preset.tensor_shape(), [1, 10, 20, 3]);
        let again = Preset::parse(&serde_json::to_string(&preset).unwrap()).unwrap();
        assert_eq!(preset, again);
    }

    #[test]
    fn unknown_fields_are_named() {
        let message = message(r#"{"size": 224, "color": "rgb"}"#);
        assert!(message.contains("unknown field `color`"), "{message}");
        assert!(message.contains("`channelOrder`"), "{message}");
    }

    #[test]
    fn nonsense_is_explained() {
        for (text, part) in [
            (r#"{"size": 0}"#, "“size” is 0 × 0"),
            (r#"{"size": [224, 100000]}"#, "from 1 to 4096"),
            (
                r#"{"size": "big"}"#,
                "whole number of pixels or [width, height]",
            ),
            (
                r#"{"size": -3}"#,
                "whole number of pixels or [width, height]",
            ),
            (r#"{"crop": "center"}"#, "missing field `size`"),
            (
                r#"{"size": 8, "crop": "middle"}"#,
                "unknown variant `middle`",
            ),
            (
                r#"{"size": 8, "mean": [1]}"#,
                "“mean” has 1 and “std” has 3 numbers",
            ),
            (
                r#"{"size": 8, "mean": [1,2], "std": [9,9]}"#,
                "three of each",
            ),
            (r#"{"size": 8, "std": [0.229, 0.224, 0.225]}"#, "by 255"),
            (r#"{"size": 8, "std": [0, 1, 1]}"#, "1 or more"),
            (r#"{"size": 8, "mean": [1e39, 0, 0]}"#, "out of range"),
            (r#"{"size": 8, "std": [1e39, 1, 1]}"#, "out of range"),
            (r#"{"size": 8, "classes": []}"#, "empty list"),
            (r#"{"size": 8"#, "can't be used"),
            ("", "can't be used"),
        ] {
            let message = message(text);
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn scale_is_another_name_of_std_and_none_of_squash() {
        let preset = Preset::parse(r#"{"size": 8, "scale": [9, 9, 9], "crop": "none"}"#).unwrap();
        assert_eq!((preset.std, preset.crop), (vec![9.0; 3], Crop::Squash));
    }

    #[test]
    fn a_model_of_another_shape_is_refused() {
        let preset = Preset::parse(r#"{"size": 32}"#).unwrap();
        let batch = Dim::symbol("N");
        assert!(
            preset
                .check_fits(&[batch.clone(), 3.into(), 32.into(), Dim::symbol("w")])
                .is_ok()
        );
        let error = preset
            .check_fits(&[batch, 3.into(), 224.into(), 224.into()])
            .unwrap_err();
        assert!(said(&error).contains("N × 3 × 224 × 224"), "{error}");
        assert!(said(&error).contains("1 × 3 × 32 × 32"), "{error}");
    }

    #[test]
    fn open_axes_get_their_lengths() {
        let mut preset = Preset::parse(r#"{"size": [20, 10]}"#).unwrap();
        let [batch, high, wide] = ["N", "h", "w"].map(Dim::symbol);
        let lengths = preset.lengths("x", &[batch.clone(), 3.into(), high.clone(), wide.clone()]);
        assert_eq!(
            lengths,
            BTreeMap::from([("h".into(), 10), ("w".into(), 20)])
        );
        preset.layout = Layout::Nhwc;
        let lengths = preset.lengths("x", &[batch.clone(), high.clone(), wide, 3.into()]);
        assert_eq!(
            lengths,
            BTreeMap::from([("h".into(), 10), ("w".into(), 20)])
        );
        // One name for two axes that get different lengths: each goes by its place.
        assert_eq!(
            preset.lengths("x", &[batch.clone(), high.clone(), high.clone(), 3.into()]),
            BTreeMap::from([("x.1".into(), 10), ("x.2".into(), 20)])
        );
        assert!(preset.lengths("x", &[batch, high]).is_empty());
    }

    #[test]
    fn labels_come_from_the_preset_then_imagenet_then_the_number() {
        let mut preset = Preset::parse(r#"{"size": 8, "classes": ["cat", "dog"]}"#).unwrap();
        assert_eq!(preset.label(1, 2), "dog");
        assert_eq!(preset.label(2, 1000), "class 2");
        preset.classes = None;
        assert_eq!(preset.label(285, 1000), "Egyptian cat");
        assert_eq!(preset.label(1, 2), "class 1");
    }
}
