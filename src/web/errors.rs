//! Errors on their way to JavaScript: an `Error` whose `name` is the stable code and whose `message` is for people.

use crate::Error;
use wasm_bindgen::JsValue;

pub type JsResult<T> = Result<T, JsValue>;

impl From<Error> for JsValue {
    fn from(error: Error) -> JsValue {
        let out = js_sys::Error::new(&error.to_string());
        out.set_name(error.code());
        out.into()
    }
}
