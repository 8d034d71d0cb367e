/**
 * A training step of the benchmark's network in TensorFlow.js, on its CPU backend: the WASM backend has no gradients of
 * convolutions.
 */
import "@tensorflow/tfjs-backend-cpu";
import { ready, setBackend, tensor, train } from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";

const SIDE = 28;
const CLASSES = 10;
const FILTERS = [16, 32, 64];

/** A step takes a batch of pictures, (batch, 28, 28, 1), and their classes; it returns the loss before the update. */
export async function begin(rate) {
  await setBackend("cpu");
  await ready();
  const model = sequential();
  for (const [at, filters] of FILTERS.entries()) {
    if (at > 0) model.add(layers.maxPooling2d({ poolSize: 2 }));
    const input = at === 0 ? { inputShape: [SIDE, SIDE, 1] } : {};
    model.add(layers.conv2d({ filters, kernelSize: 3, padding: "same", ...input }));
    model.add(layers.batchNormalization());
    model.add(layers.reLU());
  }
  model.add(layers.globalAveragePooling2d({}));
  model.add(layers.dense({ units: CLASSES, activation: "softmax" }));
  model.compile({ optimizer: train.momentum(rate, 0.9), loss: "sparseCategoricalCrossentropy" });
  return async (images, labels) => {
    const x = tensor(images, [labels.length, SIDE, SIDE, 1]);
    const y = tensor(Float32Array.from(labels), [labels.length, 1]);
    const loss = await model.trainOnBatch(x, y);
    x.dispose();
    y.dispose();
    return loss;
  };
}
