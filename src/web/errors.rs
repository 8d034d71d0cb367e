//! Errors on their way to JavaScript: an `Error` whose `name` is the stable code and whose `message` is the catalog's entry
//! with its parameters, as JSON. The page makes the sentence.

use crate::Error;
use crate::message::Message;
use wasm_bindgen::JsValue;

pub type JsResult<T> = Result<T, JsValue>;

impl From<Error> for JsValue {
    fn from(error: Error) -> JsValue {
        coded(error.code(), &error.message())
    }
}

/// A message that could not be read or built: the page and the core are not of one version.
pub fn mismatch(error: impl std::fmt::Display) -> JsValue {
    let message = message!("error-version-mismatch", reason = error.to_string());
    coded("mismatch", &message)
}

/// The same where the core says what does not fit.
pub fn unfit(reason: Message) -> JsValue {
    coded(
        "mismatch",
        &message!("error-version-mismatch", reason = reason),
    )
}

fn coded(code: &str, message: &Message) -> JsValue {
    // A message holds nothing that JSON can't.
    let text = serde_json::to_string(message).unwrap_or_default();
    let error = js_sys::Error::new(&text);
    error.set_name(code);
    error.into()
}
