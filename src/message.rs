//! What the core has to say to a person: a key of the catalog in `text/` and the parameters of that entry. The doors
//! turn it into a sentence.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A message from its key and parameters: `message!("error-file-missing", path = name)`. `npm run lint` compares both
/// with the catalog.
#[macro_export]
macro_rules! message {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::message::Message::new(
            $key,
            [$((stringify!($name), $crate::message::Argument::value(&$value))),*],
        )
    };
}

/// An entry of the catalog with its parameters. [`message!`](crate::message!) makes one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Shown")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Message {
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
    pub key: Cow<'static, str>,
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, MessageValue>"))]
    pub args: BTreeMap<Cow<'static, str>, MessageValue>,
}

/// A parameter of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum MessageValue {
    Number(f64),
    /// A name, a path, a shape: whatever is the same in every language.
    Text(String),
    List(Vec<MessageValue>),
    /// A part of a sentence that is an entry of the catalog itself.
    Message(Message),
}

/// How messages were kept. Earlier versions kept finished sentences.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Sentence(String),
    Entry {
        key: String,
        args: BTreeMap<Cow<'static, str>, MessageValue>,
    },
}

impl From<Kept> for Message {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Sentence(text) => message!("kept-sentence", text = text),
            Kept::Entry { key, args } => Message {
                key: Cow::Owned(key),
                args,
            },
        }
    }
}

/// What makes a sentence of a message, where there is such a thing.
static RENDERER: OnceLock<fn(&Message) -> String> = OnceLock::new();

/// From now on, messages are written to JSON with their sentence beside the key: for reports that a person reads, too.
pub fn write_with(renderer: fn(&Message) -> String) {
    // The first that was set stays, as a program has one.
    let _ = RENDERER.set(renderer);
}

/// How messages are written.
#[derive(Serialize)]
struct Shown {
    key: Cow<'static, str>,
    args: BTreeMap<Cow<'static, str>, MessageValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl From<Message> for Shown {
    fn from(message: Message) -> Self {
        Shown {
            text: RENDERER.get().map(|render| render(&message)),
            key: message.key,
            args: message.args,
        }
    }
}

impl Message {
    /// A message of the catalog by its key, with its parameters by name.
    pub fn new<const N: usize>(key: &'static str, args: [(&'static str, MessageValue); N]) -> Self {
        let args = args.map(|(name, value)| (Cow::Borrowed(name), value));
        Message {
            key: Cow::Borrowed(key),
            args: args.into(),
        }
    }
}

/// Names in the language's quotation marks, to be listed in a message.
pub fn quoted<T: Argument>(names: impl IntoIterator<Item = T>) -> Vec<Message> {
    let quote = |name: T| message!("list-quoted", name = name);
    names.into_iter().map(quote).collect()
}

/// For programmers and logs: the key and the parameters.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)?;
        for (i, (name, value)) in self.args.iter().enumerate() {
            let before = if i == 0 { " (" } else { ", " };
            write!(f, "{before}{name}: {value}")?;
        }
        f.write_str(if self.args.is_empty() { "" } else { ")" })
    }
}

impl fmt::Display for MessageValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MessageValue::Number(number) => write!(f, "{number}"),
            MessageValue::Text(text) => write!(f, "{text:?}"),
            MessageValue::Message(message) => write!(f, "{message}"),
            MessageValue::List(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", values.join(", "))
            }
        }
    }
}

/// What can be a parameter of a message.
pub trait Argument {
    fn value(&self) -> MessageValue;
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Argument for $number {
            fn value(&self) -> MessageValue {
                MessageValue::Number(*self as f64)
            }
        })*
    };
}

numbers!(u8, u32, u64, usize, i32, i64, f32, f64);

impl Argument for str {
    fn value(&self) -> MessageValue {
        MessageValue::Text(self.into())
    }
}

impl Argument for String {
    fn value(&self) -> MessageValue {
        MessageValue::Text(self.clone())
    }
}

/// What other software says, in its own words.
macro_rules! shown {
    ($($shown:ty),*) => {
        $(impl Argument for $shown {
            fn value(&self) -> MessageValue {
                MessageValue::Text(self.to_string())
            }
        })*
    };
}

shown!(
    std::path::Display<'_>,
    std::io::Error,
    serde_json::Error,
    serde_json::Value
);

impl Argument for Message {
    fn value(&self) -> MessageValue {
        MessageValue::Message(self.clone())
    }
}

impl Argument for MessageValue {
    fn value(&self) -> MessageValue {
        self.clone()
    }
}

impl<T: Argument> Argument for Vec<T> {
    fn value(&self) -> MessageValue {
        MessageValue::List(self.iter().map(Argument::value).collect())
    }
}

impl<T: Argument + ?Sized> Argument for &T {
    fn value(&self) -> MessageValue {
        (**self).value()
    }
}

impl<T: Argument + ?Sized> Argument for Arc<T> {
    fn value(&self) -> MessageValue {
        (**self).value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_key_and_parameters_in_json() {
        let inner = message!("reason-inner", axis = 2usize);
        let message = message!(
            "error-outer",
            reason = inner,
            names = vec!["a", "b"],
            size = 0.5
        );
        let json = serde_json::to_string(&message).unwrap();
        assert_eq!(
            json,
            r#"{"key":"error-outer","args":{"names":["a","b"],"reason":{"key":"reason-inner","args":{"axis":2.0}},"size":0.5}}"#
        );
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
    }

    #[test]
    fn a_sentence_that_an_earlier_version_kept_stays_readable() {
        let message: Message = serde_json::from_str(r#""training diverged""#).unwrap();
        assert_eq!(
            message,
            message!("kept-sentence", text = "training diverged")
        );
    }

    #[test]
    fn logs_show_the_key_and_the_parameters() {
        let message = message!("error-outer", names = vec!["a"], size = 2usize);
        assert_eq!(
            message.to_string(),
            r#"error-outer (names: ["a"], size: 2)"#
        );
        assert_eq!(message!("error-bare").to_string(), "error-bare");
    }
}
