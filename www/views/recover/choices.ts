/** What the recovery panel offers, in words. */
import type { Method } from "../../core/protocol";

export const METHODS: Record<Method, { readonly name: string; readonly about: string }> = {
  reconstruct: {
    name: "Reconstruct",
    about:
      "Fits the weights that are left so that each layer gives what it gave in the original. No labels, a few dozen photos, seconds.",
  },
  distill: {
    name: "Distil",
    about: "The original teaches the pruned model, step by step, on any photos. No labels.",
  },
  finetune: {
    name: "Fine-tune",
    about: "The labels teach: choose labelled data, such as a folder with one sub-folder a class.",
  },
  recalibrate: {
    name: "Recalibrate",
    about: "Only measures the statistics of BatchNormalization anew. No labels, a moment.",
  },
};

export const learns = (method: Method) => method === "distill" || method === "finetune";

/** How the rounds of cutting and recovering go. */
export const PACES = {
  search: "feel the way to the line",
  oneShot: "cut all at once",
  linear: "cut equal parts",
  cubic: "cut most at first",
} as const;

/** What a target saves. */
export const SAVED = {
  macs: "multiply-adds",
  parameters: "parameters",
  bytes: "bytes",
  sparsity: "weights",
} as const;
