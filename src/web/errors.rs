//! Errors on their way to JavaScript: an `Error` whose `name` is the stable code and whose `message` is for people.

use crate::Error;
use wasm_bindgen::JsValue;

pub type JsResult<T> = Result<T, JsValue>;

impl From<Error> for JsValue {
    fn from(error: Error) -> JsValue {
        coded(error.code(), &error.to_string())
    }
}

/// A message that could not be read or built: the page and the core are not of one version.
pub fn mismatch(error: impl std::fmt::Display) -> JsValue {
    coded(
        "mismatch",
        &format!("the page and its core do not fit together; reload the page ({error})"),
    )
}

fn coded(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name(code);
    error.into()
}
