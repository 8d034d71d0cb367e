//! The training step that `npm run bench` compares ours with: by Burn, on its CPU backend for browsers, on the same
//! network (benches/page/training.ts).

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::nn::pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use wasm_bindgen::prelude::*;

const FILTERS: [usize; 3] = [16, 32, 64];
const CLASSES: usize = 10;
const SIDE: usize = 28;

#[derive(Module, Debug)]
struct Network {
    convolutions: Vec<Conv2d>,
    normalizations: Vec<BatchNorm>,
    pool: MaxPool2d,
    average: AdaptiveAvgPool2d,
    dense: Linear,
}

impl Network {
    fn new(device: &Device) -> Self {
        let mut channels = 1;
        let mut convolutions = Vec::new();
        for filters in FILTERS {
            let config = Conv2dConfig::new([channels, filters], [3, 3]);
            let same = PaddingConfig2d::Explicit(1, 1, 1, 1);
            convolutions.push(config.with_padding(same).init(device));
            channels = filters;
        }
        Network {
            convolutions,
            normalizations: FILTERS.map(|n| BatchNormConfig::new(n).init(device)).into(),
            pool: MaxPool2dConfig::new([2, 2]).init(),
            average: AdaptiveAvgPool2dConfig::new([1, 1]).init(),
            dense: LinearConfig::new(channels, CLASSES).init(device),
        }
    }

    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let layers = self.convolutions.iter().zip(&self.normalizations);
        let mut x = images;
        for (at, (convolution, normalization)) in layers.enumerate() {
            if at > 0 {
                x = self.pool.forward(x);
            }
            x = relu(normalization.forward(convolution.forward(x)));
        }
        self.dense.forward(self.average.forward(x).flatten(1, 3))
    }
}

/// A network trained by SGD with momentum.
#[wasm_bindgen]
pub struct Peer {
    device: Device,
    network: Network,
    optimizer: ModuleOptimizer,
    loss: CrossEntropyLoss,
    rate: f64,
}

#[wasm_bindgen]
impl Peer {
    #[wasm_bindgen(constructor)]
    pub fn new(rate: f64) -> Peer {
        let device = Device::flex().autodiff();
        let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0);
        Peer {
            network: Network::new(&device),
            optimizer: SgdConfig::new().with_momentum(Some(momentum)).init(),
            loss: CrossEntropyLossConfig::new().init(&device),
            rate,
            device,
        }
    }

    /// Forward, backward, and an update of the weights; returns the loss before the update. `images` are (labels, 1, 28, 28).
    pub fn step(&mut self, images: Vec<f32>, labels: Vec<i32>) -> f32 {
        let count = labels.len();
        let images = TensorData::new(images, [count, 1, SIDE, SIDE]);
        let images = Tensor::<4>::from_data(images, &self.device);
        let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [count]), &self.device);
        let loss = self.loss.forward(self.network.forward(images), labels);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        self.network = self
            .optimizer
            .step(self.rate, self.network.clone(), gradients);
        loss.into_scalar()
    }
}
