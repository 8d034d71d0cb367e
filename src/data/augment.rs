//! Random changes of pictures that leave what they show as it is.

use super::preset::Preset;
use crate::error::{Error, Result};
use crate::random::SplitMix64;
use serde::{Deserialize, Serialize};

/// How far pictures may be changed. The default changes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Augmentation {
    /// Whether half of the pictures are mirrored, left for right.
    pub flip: bool,
    /// The share of a side by which a picture may be moved (a crop from a padded picture).
    pub shift: f32,
    /// The most that it is turned, in degrees.
    pub rotation: f32,
    /// The most that brightness, contrast and each colour are changed, as a share.
    pub jitter: f32,
}

impl Augmentation {
    /// An error where a number is out of its range: shares are 0 to 1, and a picture is turned by at most half a turn.
    pub fn check(&self) -> Result<()> {
        let within = |what: &str, value: f32, most: f32| match (0.0..=most).contains(&value) {
            true => Ok(()),
            false => Err(Error::BadInput(format!(
                "the augmentation “{what}” is {value}; it can be from 0 to {most}"
            ))),
        };
        within("shift", self.shift, 1.0)?;
        within("rotation", self.rotation, 180.0)?;
        within("jitter", self.jitter, 1.0)
    }

    /// One picture at a model's size, changed. What comes in from beyond its border has the preset's mean colour.
    pub fn apply(&self, levels: &[u8], preset: &Preset, random: &mut SplitMix64) -> Vec<u8> {
        let [width, height] = preset.size.map(|side| side as f32);
        let mirrored = self.flip && random.below(2) == 1;
        let shift = [width, height].map(|side| (random.between() * self.shift * side).round());
        let angle = (random.between() * self.rotation).to_radians();
        let mean = |channel: usize| preset.mean[channel.min(preset.mean.len() - 1)];
        let tone = self.tone(random);
        let (sine, cosine) = angle.sin_cos();
        let (middle_x, middle_y) = ((width - 1.0) / 2.0, (height - 1.0) / 2.0);
        let mut changed = Vec::with_capacity(levels.len());
        for y in 0..preset.size[1] {
            for x in 0..preset.size[0] {
                // Where this pixel comes from.
                let (dx, dy) = (x as f32 - middle_x, y as f32 - middle_y);
                let dx = if mirrored { -dx } else { dx };
                let from_x = cosine * dx - sine * dy + middle_x + shift[0];
                let from_y = sine * dx + cosine * dy + middle_y + shift[1];
                let place = Place::new(preset.size, from_x, from_y);
                for (channel, tone) in tone.iter().enumerate() {
                    changed.push(tone.apply(place.level(levels, channel, mean(channel))));
                }
            }
        }
        changed
    }

    /// What becomes of each colour's levels.
    fn tone(&self, random: &mut SplitMix64) -> [Tone; 3] {
        if self.jitter == 0.0 {
            return [Tone {
                factor: 1.0,
                summand: 0.0,
            }; 3];
        }
        let contrast = 1.0 + self.jitter * random.between();
        let brightness = 128.0 * self.jitter * random.between();
        std::array::from_fn(|_| {
            let factor = contrast * (1.0 + 0.5 * self.jitter * random.between());
            Tone {
                factor,
                summand: 128.0 * (1.0 - factor) + brightness,
            }
        })
    }
}

#[derive(Debug, Clone, Copy)]
struct Tone {
    factor: f32,
    summand: f32,
}

impl Tone {
    fn apply(&self, level: f32) -> u8 {
        let level = (level * self.factor + self.summand).clamp(0.0, 255.0);
        // Rounded as `round` does, which WebAssembly has no instruction for.
        let whole = level as u8;
        whole + u8::from(level - f32::from(whole) >= 0.5)
    }
}

/// A place between pixels.
struct Place {
    size: [i32; 2],
    /// The pixel to the left and above.
    left: i32,
    top: i32,
    /// How far the place is to the right of it, and below it.
    right: f32,
    below: f32,
}

impl Place {
    fn new(size: [u32; 2], x: f32, y: f32) -> Self {
        let (left, top) = (x.floor(), y.floor());
        Place {
            size: size.map(|side| side as i32),
            left: left as i32,
            top: top as i32,
            right: x - left,
            below: y - top,
        }
    }

    /// The level there, by the four around it (bilinear).
    #[inline(always)]
    fn level(&self, levels: &[u8], channel: usize, outside: f32) -> f32 {
        let [width, height] = self.size;
        let at = |x: i32, y: i32| {
            if (0..width).contains(&x) && (0..height).contains(&y) {
                f32::from(levels[(y * width + x) as usize * 3 + channel])
            } else {
                outside
            }
        };
        if self.right == 0.0 && self.below == 0.0 {
            return at(self.left, self.top);
        }
        let row =
            |y: i32| at(self.left, y) * (1.0 - self.right) + at(self.left + 1, y) * self.right;
        row(self.top) * (1.0 - self.below) + row(self.top + 1) * self.below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset() -> Preset {
        Preset::parse(r#"{"size": 4, "mean": [9, 9, 9], "std": [1, 1, 1]}"#).unwrap()
    }

    fn picture() -> Vec<u8> {
        (0..48).map(|i| i * 5).collect()
    }

    #[test]
    fn nothing_is_changed_where_nothing_is_asked() {
        let changed = Augmentation::default().apply(&picture(), &preset(), &mut SplitMix64(1));
        assert_eq!(changed, picture());
    }

    #[test]
    fn a_mirror_turns_rows_round() {
        let flip = Augmentation {
            flip: true,
            ..Augmentation::default()
        };
        let mut random = SplitMix64(2);
        let mut turned = 0;
        for _ in 0..40 {
            let changed = flip.apply(&picture(), &preset(), &mut random);
            if changed != picture() {
                turned += 1;
                let pixel = |picture: &[u8], x: usize| picture[x * 3..][..3].to_vec();
                assert_eq!(pixel(&changed, 0), pixel(&picture(), 3));
            }
        }
        assert!((8..32).contains(&turned));
    }

    #[test]
    fn what_comes_in_has_the_mean_colour() {
        let shift = Augmentation {
            shift: 1.0,
            ..Augmentation::default()
        };
        let mut random = SplitMix64(3);
        let changed = (0..20).map(|_| shift.apply(&picture(), &preset(), &mut random));
        for changed in changed {
            assert!(
                changed
                    .iter()
                    .all(|level| *level == 9 || picture().contains(level))
            );
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let shift = |shift| Augmentation {
            shift,
            ..Augmentation::default()
        };
        assert_eq!(shift(1.0).check(), Ok(()));
        for bad in [-0.1, 1.5, f32::NAN, f32::INFINITY] {
            let told = shift(bad).check().unwrap_err().to_string();
            assert!(
                told.contains("“shift”") && told.contains("0 to 1"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_seed_repeats() {
        let all = Augmentation {
            flip: true,
            shift: 0.3,
            rotation: 20.0,
            jitter: 0.3,
        };
        let with = |seed| all.apply(&picture(), &preset(), &mut SplitMix64(seed));
        assert_eq!(with(4), with(4));
        assert_ne!(with(4), with(5));
    }
}
