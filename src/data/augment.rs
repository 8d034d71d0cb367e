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
    /// The most that brightness, contrast and each color are changed, as a share.
    pub jitter: f32,
}

impl Augmentation {
    /// An error where a number is out of its range: shares are 0 to 1, and a picture is turned by at most half a turn.
    pub fn check(&self) -> Result<()> {
        let within = |what: &str, value: f32, most: f32| match (0.0..=most).contains(&value) {
            true => Ok(()),
            false => Err(Error::BadInput(message!(
                "error-augmentation",
                name = what,
                value = value,
                most = most
            ))),
        };
        within("shift", self.shift, 1.0)?;
        within("rotation", self.rotation, 180.0)?;
        within("jitter", self.jitter, 1.0)
    }

    /// How the next picture is to be changed.
    pub fn draw(&self, preset: &Preset, random: &mut SplitMix64) -> Change {
        let mirrored = self.flip && random.below(2) == 1;
        let shift = preset
            .size
            .map(|side| (random.between() * self.shift * side as f32).round());
        Change {
            mirrored,
            shift,
            angle: (random.between() * self.rotation).to_radians(),
            tone: self.tone(random),
        }
    }

    /// Whether a picture has no other forms than its own and its mirror image.
    pub fn only_mirrors(&self) -> bool {
        [self.shift, self.rotation, self.jitter] == [0.0; 3]
    }

    /// What becomes of each color's levels.
    fn tone(&self, random: &mut SplitMix64) -> [Tone; 3] {
        if self.jitter == 0.0 {
            return [Tone::AS_IT_IS; 3];
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

/// One change of one picture.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    pub mirrored: bool,
    /// Whole pixels, to the left and up.
    shift: [f32; 2],
    /// In radians.
    angle: f32,
    tone: [Tone; 3],
}

impl Change {
    /// A picture at a model's size, changed. What comes in from beyond its border has the preset's mean color.
    pub fn apply(&self, levels: &[u8], preset: &Preset) -> Vec<u8> {
        let outside: [f32; 3] = std::array::from_fn(|c| preset.mean[c.min(preset.mean.len() - 1)]);
        if self.angle == 0.0 {
            return self.move_pixels(levels, preset.size, outside);
        }
        let [width, height] = preset.size.map(|side| side as f32);
        let (sine, cosine) = self.angle.sin_cos();
        let (middle_x, middle_y) = ((width - 1.0) / 2.0, (height - 1.0) / 2.0);
        let mut changed = Vec::with_capacity(levels.len());
        for y in 0..preset.size[1] {
            for x in 0..preset.size[0] {
                // Where this pixel comes from.
                let (dx, dy) = (x as f32 - middle_x, y as f32 - middle_y);
                let dx = if self.mirrored { -dx } else { dx };
                let from_x = cosine * dx - sine * dy + middle_x + self.shift[0];
                let from_y = sine * dx + cosine * dy + middle_y + self.shift[1];
                let place = Place::new(preset.size, from_x, from_y);
                for (channel, tone) in self.tone.iter().enumerate() {
                    let level = place.level(levels, channel, outside[channel]);
                    changed.push(tone.apply(level));
                }
            }
        }
        changed
    }

    /// Where nothing is turned, each pixel comes from one other.
    fn move_pixels(&self, levels: &[u8], size: [u32; 2], outside: [f32; 3]) -> Vec<u8> {
        let [width, height] = size.map(i64::from);
        let [left, up] = self.shift.map(|by| by as i64);
        let tones = self.tone.map(|tone| tone.table());
        let border: [u8; 3] = std::array::from_fn(|c| self.tone[c].apply(outside[c]));
        let mut changed = Vec::with_capacity(levels.len());
        for y in (0..height).map(|y| y + up) {
            for x in 0..width {
                let x = if self.mirrored { width - 1 - x } else { x } + left;
                if (0..width).contains(&x) && (0..height).contains(&y) {
                    let pixel = &levels[(y * width + x) as usize * 3..][..3];
                    changed.extend(pixel.iter().zip(&tones).map(|(&l, tone)| tone[l as usize]));
                } else {
                    changed.extend(border);
                }
            }
        }
        changed
    }
}

#[derive(Debug, Clone, Copy)]
struct Tone {
    factor: f32,
    summand: f32,
}

impl Tone {
    const AS_IT_IS: Tone = Tone {
        factor: 1.0,
        summand: 0.0,
    };

    /// What becomes of each level.
    fn table(self) -> [u8; 256] {
        std::array::from_fn(|level| self.apply(level as f32))
    }

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
    use crate::text::said;

    fn preset() -> Preset {
        Preset::parse(r#"{"size": 4, "mean": [9, 9, 9], "std": [1, 1, 1]}"#).unwrap()
    }

    fn picture() -> Vec<u8> {
        (0..48).map(|i| i * 5).collect()
    }

    fn changed(augmentation: &Augmentation, random: &mut SplitMix64) -> Vec<u8> {
        augmentation
            .draw(&preset(), random)
            .apply(&picture(), &preset())
    }

    #[test]
    fn nothing_is_changed_where_nothing_is_asked() {
        let changed = changed(&Augmentation::default(), &mut SplitMix64(1));
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
            let changed = changed(&flip, &mut random);
            if changed != picture() {
                turned += 1;
                let pixel = |picture: &[u8], x: usize| picture[x * 3..][..3].to_vec();
                assert_eq!(pixel(&changed, 0), pixel(&picture(), 3));
            }
        }
        assert!((8..32).contains(&turned));
    }

    #[test]
    fn what_comes_in_has_the_mean_color() {
        let shift = Augmentation {
            shift: 1.0,
            ..Augmentation::default()
        };
        let mut random = SplitMix64(3);
        let changed = (0..20).map(|_| changed(&shift, &mut random));
        for changed in changed {
            assert!(
                changed
                    .iter()
                    .all(|level| *level == 9 || picture().contains(level))
            );
        }
    }

    /// A turn by next to nothing goes the way of all turns, pixel by pixel between its neighbors.
    #[test]
    fn whole_moves_are_what_a_turn_by_nothing_gives() {
        let all = Augmentation {
            flip: true,
            shift: 0.5,
            jitter: 0.4,
            ..Augmentation::default()
        };
        let mut random = SplitMix64(6);
        for _ in 0..50 {
            let change = all.draw(&preset(), &mut random);
            let turned = Change {
                angle: 1e-30,
                ..change
            };
            assert_eq!(
                change.apply(&picture(), &preset()),
                turned.apply(&picture(), &preset())
            );
        }
    }

    #[test]
    fn a_quarter_turn_is_the_turned_picture() {
        let quarter = Change {
            mirrored: false,
            shift: [0.0; 2],
            angle: std::f32::consts::FRAC_PI_2,
            tone: [Tone::AS_IT_IS; 3],
        };
        let turned = quarter.apply(&picture(), &preset());
        assert_eq!(turned.len(), picture().len());
        for (at, &level) in turned.iter().enumerate() {
            let (y, x, channel) = (at / 12, at / 3 % 4, at % 3);
            // Against the clock: what was the right column is the top row.
            let expected = picture()[(x * 4 + 3 - y) * 3 + channel];
            assert!(level.abs_diff(expected) <= 1, "{x}, {y}: {level}");
        }
    }

    /// What is drawn keeps to its range, and goes as far as that.
    #[test]
    fn two_hundred_draws_fill_their_ranges() {
        let wide =
            Preset::parse(r#"{"size": [32, 20], "mean": [9, 9, 9], "std": [1, 1, 1]}"#).unwrap();
        let all = Augmentation {
            flip: true,
            shift: 0.25,
            rotation: 30.0,
            jitter: 0.4,
        };
        let mut random = SplitMix64(7);
        let drawn: Vec<Change> = (0..200).map(|_| all.draw(&wide, &mut random)).collect();
        let fills = |what: &str, ends: [f32; 2], slack: f32, of: &dyn Fn(&Change) -> f32| {
            let numbers = drawn.iter().map(of);
            let [least, most] = [f32::min, f32::max].map(|f| numbers.clone().reduce(f).unwrap());
            let [low, high] = ends;
            assert!(
                least >= low - 1e-4 && least <= low + slack,
                "{what}: {least}"
            );
            assert!(
                most <= high + 1e-4 && most >= high - slack,
                "{what}: {most}"
            );
        };
        // Whole pixels: a quarter of each side.
        fills("to the left", [-8.0, 8.0], 0.0, &|change| change.shift[0]);
        fills("up", [-5.0, 5.0], 0.0, &|change| change.shift[1]);
        fills("degrees", [-30.0, 30.0], 2.0, &|change| {
            change.angle.to_degrees()
        });
        for color in 0..3 {
            // The middle is what contrast leaves, so only brightness moves it: by 0.4 of 128.
            let middle = |change: &Change| {
                let Tone { factor, summand } = change.tone[color];
                128.0 * factor + summand - 128.0
            };
            fills("brightness", [-51.2, 51.2], 3.0, &middle);
            // Contrast by 0.4, and each color by half as much more.
            let factor = |change: &Change| change.tone[color].factor;
            fills("contrast", [0.6 * 0.8, 1.4 * 1.2], 0.15, &factor);
        }
        for change in &drawn {
            let [red, green, blue] = change.tone.map(|tone| tone.factor);
            assert!(red != green && green != blue && blue != red);
        }
        assert!((80..120).contains(&drawn.iter().filter(|change| change.mirrored).count()));
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let shift = |shift| Augmentation {
            shift,
            ..Augmentation::default()
        };
        assert_eq!(shift(1.0).check(), Ok(()));
        for bad in [-0.1, 1.5, f32::NAN, f32::INFINITY] {
            let told = said(&shift(bad).check().unwrap_err());
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
        let with = |seed| changed(&all, &mut SplitMix64(seed));
        assert_eq!(with(4), with(4));
        assert_ne!(with(4), with(5));
    }
}
