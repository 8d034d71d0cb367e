//! What the page is told when it opens.

use secateur::prune::score;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_page_is_told_of_each_criterion() {
    let told = secateur::web::criteria().unwrap();
    let text = String::from(js_sys::JSON::stringify(&told.js_value()).unwrap());
    let told: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(told.len(), score::all().count());
    for (told, entry) in told.iter().zip(score::all()) {
        let about = &entry.about;
        assert_eq!(told["name"], about.name);
        assert_eq!(told["title"], about.title);
        assert_eq!(told["sentence"], about.sentence);
        assert_eq!(told["needs"], json!(about.needs));
        assert_eq!(told["weights"], about.weights);
        assert_eq!(told["pictures"], entry.looks_at_pictures());
    }
}
