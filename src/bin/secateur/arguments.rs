//! Reading the values of arguments, with reasons from the catalog where they can't be read.

use secateur::message;
use secateur::message::Message;
use secateur::recipe::Target;
use secateur::text::render;
use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;

/// Why a value can't be taken.
#[derive(Debug)]
pub struct Unfit(Message);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(&self.0))
    }
}

impl Error for Unfit {}

/// Any whole number that the core takes.
pub const ANY: RangeInclusive<u32> = 0..=u32::MAX;

/// One thing or more.
pub const SOME: RangeInclusive<u32> = 1..=u32::MAX;

/// Takes whole numbers of a range.
pub fn whole(range: RangeInclusive<u32>) -> impl Fn(&str) -> Result<u32, Unfit> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (least, most) = range.clone().into_inner();
            Unfit(match most {
                u32::MAX => message!("command-usage-number-from", least = least),
                _ => message!("command-usage-number-between", least = least, most = most),
            })
        })
    }
}

/// Takes what is to be left of a model: `macs=0.75`.
pub fn target(text: &str) -> Result<Target, Unfit> {
    let unfit = || Unfit(message!("command-usage-target"));
    let (what, share) = text.split_once('=').ok_or_else(unfit)?;
    let share: f64 = share.parse().map_err(|_| unfit())?;
    match what {
        _ if !(share > 0.0 && share < 1.0) => Err(unfit()),
        "macs" => Ok(Target::Macs(share)),
        "parameters" => Ok(Target::Parameters(share)),
        "bytes" => Ok(Target::Bytes(share)),
        _ => Err(unfit()),
    }
}

/// Takes the length of an axis: `height=224`.
pub fn axis_length(text: &str) -> Result<(String, usize), Unfit> {
    let Some((axis, length)) = text.split_once('=') else {
        return Err(Unfit(message!("command-usage-size")));
    };
    match length.parse() {
        Ok(length) if length > 0 => Ok((axis.into(), length)),
        _ => Err(Unfit(message!("command-usage-number-from", least = 1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_of_a_range_are_taken() {
        assert_eq!(whole(1..=64)("64").unwrap(), 64);
        for text in ["0", "65", "-1", "1.5", "", "many"] {
            assert!(whole(1..=64)(text).unwrap_err().to_string().contains("64"));
        }
        assert_eq!(whole(ANY)("4294967295").unwrap(), u32::MAX);
        assert!(whole(ANY)("4294967296").is_err());
    }

    #[test]
    fn a_target_is_taken() {
        assert_eq!(target("macs=0.75").unwrap(), Target::Macs(0.75));
        assert_eq!(target("bytes=0.5").unwrap(), Target::Bytes(0.5));
        for text in [
            "macs",
            "macs=",
            "macs=0",
            "macs=1",
            "macs=75",
            "sparsity=0.5",
            "macs=NaN",
        ] {
            let told = target(text).unwrap_err().to_string();
            assert!(told.contains("macs=0.75"), "{text}: {told}");
        }
    }

    #[test]
    fn an_axis_and_its_length_are_taken() {
        assert_eq!(axis_length("height=4").unwrap(), ("height".into(), 4));
        for text in ["height", "height=", "height=0", "height=-1"] {
            assert!(axis_length(text).is_err(), "{text}");
        }
    }
}
