//! Tensors where a `usize` has four bytes.

use secateur::tensor::Tensor;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn selecting_channels_keeps_their_elements_in_the_order_asked_for() {
    let weight = Tensor::from_f32(&[3, 2], vec![0.0, 0.1, 1.0, 1.1, 2.0, 2.1]);
    let rows = weight.select(0, &[2, 0]).unwrap();
    assert_eq!(rows.shape(), [2, 2]);
    assert_eq!(rows.floats().unwrap().as_ref(), [2.0, 2.1, 0.0, 0.1]);
    let columns = weight.select(1, &[1]).unwrap();
    assert_eq!(columns.floats().unwrap().as_ref(), [0.1, 1.1, 2.1]);
}
