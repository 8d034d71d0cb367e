//! What the page is told when it opens.

use secateur::prune::criteria;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_page_is_told_of_each_criterion() {
    let told = secateur::web::criteria().unwrap();
    let text = String::from(js_sys::JSON::stringify(&told.js_value()).unwrap());
    let told: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(told.len(), criteria::all().count());
    for (told, criterion) in told.iter().zip(criteria::all()) {
        let info = &criterion.info;
        assert_eq!(told["name"], info.name);
        assert_eq!(told["title"], info.title);
        assert_eq!(told["about"], info.about);
        assert_eq!(told["needs"], json!(info.needs));
        assert_eq!(told["weights"], info.weights);
        assert_eq!(told["channels"], info.channels);
        assert_eq!(told["pictures"], criterion.looks_at_pictures());
    }
}
