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
    /// The largest share of the area that a crop leaves out, 0 to below 1; what is left is resized to the whole.
    pub crop: f32,
}

/// With less of it, a picture no longer shows what it is of.
const MOST_CROPPED: f32 = 0.99;
/// How far the proportions of a crop may be from those of the picture, either way.
const PROPORTIONS: f32 = 4.0 / 3.0;

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
        within("jitter", self.jitter, 1.0)?;
        within("crop", self.crop, MOST_CROPPED)
    }

    /// How the next picture is to be changed.
    pub fn draw(&self, preset: &Preset, random: &mut SplitMix64) -> Change {
        let mirrored = self.flip && random.below(2) == 1;
        let shift = preset
            .size
            .map(|side| (random.between() * self.shift * side as f32).round());
        let angle = (random.between() * self.rotation).to_radians();
        let tone = self.tone(random);
        let window = match self.crop > 0.0 {
            true => Window::draw(self.crop, random),
            false => Window::WHOLE,
        };
        Change {
            mirrored,
            shift,
            angle,
            tone,
            window,
        }
    }

    /// Whether a picture has no other forms than its own and its mirror image.
    pub fn only_mirrors(&self) -> bool {
        [self.shift, self.rotation, self.jitter, self.crop] == [0.0; 4]
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
    window: Window,
}

/// The part of a picture that a crop leaves: the shares of width and height, and where it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Window {
    size: [f32; 2],
    start: [f32; 2],
}

impl Window {
    const WHOLE: Window = Window {
        size: [1.0; 2],
        start: [0.0; 2],
    };

    /// As Szegedy et al. (“Going Deeper with Convolutions”, CVPR 2015) crop: the share of the area is drawn evenly, the
    /// logarithm of the proportions too, and then the place. A side is never longer than the picture's.
    fn draw(most: f32, random: &mut SplitMix64) -> Self {
        let area = 1.0 - most * random.share();
        let widest = PROPORTIONS.min(1.0 / area).ln();
        let stretched = (0.5 * widest * random.between()).exp();
        let size = [area.sqrt() * stretched, area.sqrt() / stretched].map(|side| side.min(1.0));
        Window {
            size,
            start: size.map(|side| (1.0 - side) * random.fraction() as f32),
        }
    }

    /// What is so many pixels from the middle of the crop, along one axis of a picture of `side` pixels, in pixels from the
    /// picture's middle. The outermost half pixel has the color of the outermost pixel.
    fn along(self, axis: usize, from_middle: f32, side: f32) -> f32 {
        if self == Window::WHOLE {
            return from_middle;
        }
        let middle = self.start[axis] + self.size[axis] / 2.0 - 0.5;
        let end = (side - 1.0) / 2.0;
        (self.size[axis] * from_middle + middle * side).clamp(-end, end)
    }
}

impl Change {
    /// A picture at a model's size, changed. What comes in from beyond its border has the preset's mean color.
    pub fn apply(&self, levels: &[u8], preset: &Preset) -> Vec<u8> {
        let outside: [f32; 3] = std::array::from_fn(|c| preset.mean[c.min(preset.mean.len() - 1)]);
        if self.angle == 0.0 && self.window == Window::WHOLE {
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
                let (dx, dy) = (
                    self.window.along(0, dx, width),
                    self.window.along(1, dy, height),
                );
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
            window: Window::WHOLE,
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

    fn cropped(window: Window, mirrored: bool) -> Change {
        Change {
            mirrored,
            shift: [0.0; 2],
            angle: 0.0,
            tone: [Tone::AS_IT_IS; 3],
            window,
        }
    }

    #[test]
    fn a_crop_of_the_whole_is_the_picture() {
        let nearly = Window {
            size: [1.0 - 1e-6; 2],
            start: [0.0; 2],
        };
        for window in [Window::WHOLE, nearly] {
            let same = cropped(window, false).apply(&picture(), &preset());
            assert_eq!(same, picture());
        }
    }

    /// Between pixels levels lie on a line, so a crop of an even slope is a gentler slope.
    #[test]
    fn a_crop_of_a_slope_is_the_slope_between_its_ends() {
        let side = 20;
        let preset = r#"{"size": 20, "mean": [9, 9, 9], "std": [1, 1, 1]}"#;
        let preset = Preset::parse(preset).unwrap();
        let level = |x: f32, y: f32| 10.0 + 4.0 * x + 6.0 * y;
        let places = || (0..side).flat_map(|y| (0..side).map(move |x| (x as f32, y as f32)));
        let slope: Vec<u8> = places().flat_map(|(x, y)| [level(x, y) as u8; 3]).collect();
        let (size, start) = ([0.5, 0.75], [0.3, 0.25]);
        for mirrored in [false, true] {
            let crop = cropped(Window { size, start }, mirrored).apply(&slope, &preset);
            for ((x, y), pixel) in places().zip(crop.chunks_exact(3)) {
                let x = if mirrored { 19.0 - x } else { x };
                // A pixel covers its area, so its middle is half a pixel from its edge.
                let from = |at: f32, axis: usize| {
                    let edge = 20.0 * start[axis] + (at + 0.5) * size[axis] - 0.5;
                    edge.clamp(0.0, 19.0)
                };
                let expected = level(from(x, 0), from(y, 1));
                assert!((f32::from(pixel[0]) - expected).abs() <= 0.51, "{x} {y}");
            }
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
            crop: 0.5,
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
        let share = |change: &Change| change.window.size.iter().product::<f32>();
        fills("area", [0.5, 1.0], 0.02, &share);
        // Where 3 : 4 would not fit into the picture, the proportions are as far from 1 : 1 as may be.
        let proportions = |change: &Change| change.window.size[0] / change.window.size[1];
        fills("proportions", [0.75, 4.0 / 3.0], 0.05, &proportions);
        for axis in 0..2 {
            let left_over = |change: &Change| 1.0 - change.window.size[axis];
            let before = |change: &Change| match left_over(change) {
                0.0 => 0.5,
                left_over => change.window.start[axis] / left_over,
            };
            fills("place", [0.0, 1.0], 0.05, &before);
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
            crop: 0.3,
        };
        let with = |seed| changed(&all, &mut SplitMix64(seed));
        assert_eq!(with(4), with(4));
        assert_ne!(with(4), with(5));
    }
}
