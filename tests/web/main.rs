//! The core inside a real browser: `npm run test:wasm`. What holds natively is tested natively; here stands what
//! WebAssembly could change. Natively this is a program that does nothing.

#[cfg(target_arch = "wasm32")]
mod lists;
#[cfg(target_arch = "wasm32")]
mod models;
#[cfg(target_arch = "wasm32")]
mod tensors;

// The page calls the core from a worker.
#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn main() {}
