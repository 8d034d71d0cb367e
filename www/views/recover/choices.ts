/** What the recovery panel offers, in words. */
import type { Method, OptimizerName, Plan } from "../../core/protocol";
import type { Attempt } from "../../state/kept/attempts";
import { plansOf } from "../../state/kept/automatic";
import type { ScheduleName, Reduced, Unit } from "../../state/decisions/training";
import { text } from "../../text";

interface Words {
  readonly name: string;
  readonly about: string;
}

const METHODS: Record<Method, () => Words> = {
  reconstruct: () => ({ name: text("page-recover-reconstruct"), about: text("page-recover-reconstruct-about") }),
  "correct-bias": () => ({ name: text("page-recover-correct-bias"), about: text("page-recover-correct-bias-about") }),
  distill: () => ({ name: text("page-recover-distill"), about: text("page-recover-distill-about") }),
  finetune: () => ({ name: text("page-recover-finetune"), about: text("page-recover-finetune-about") }),
  recalibrate: () => ({ name: text("page-recover-recalibrate"), about: text("page-recover-recalibrate-about") }),
};

/** All methods, in the order in which they are offered. */
export const methods = Object.keys(METHODS) as readonly Method[];

export const wordsOf = (method: Method) => METHODS[method]();

/** What training is measured in. */
export const units = (): Record<Unit, Words> => ({
  steps: { name: text("page-recover-steps"), about: text("page-recover-steps-about") },
  epochs: { name: text("page-recover-epochs"), about: text("page-recover-epochs-about") },
  minutes: { name: text("page-recover-minutes"), about: text("page-recover-minutes-about") },
});

export const optimizers = (): Record<OptimizerName, string> => ({
  sgd: text("page-recover-optimizer-sgd"),
  adamw: text("page-recover-optimizer-adamw"),
});

export const rateSchedules = (): Record<Plan["schedule"], string> => ({
  cosine: text("page-recover-rate-cosine"),
  "one-cycle": text("page-recover-rate-one-cycle"),
  constant: text("page-recover-rate-constant"),
});

/** The names of the methods that a model was recovered with, the first one first. */
export const methodsOf = ({ earlier, plan, automatic }: Pick<Attempt, "earlier" | "plan" | "automatic">) =>
  (automatic ? plansOf(automatic.steps) : [...earlier, plan]).map(({ method }) => wordsOf(method).name);

/** “Reconstruct, then Distill”, of one at least. */
export const inTurn = (names: readonly string[]) =>
  names.reduce((first, next) => text("page-recover-result-then", { first, next }));

/** How much each round of pruning and recovering removes. */
export const pruningSchedules = (): Record<ScheduleName, string> => ({
  search: text("page-recover-schedule-adaptive"),
  oneShot: text("page-recover-schedule-one-shot"),
  linear: text("page-recover-schedule-linear"),
  cubic: text("page-recover-schedule-cubic"),
});

/** What the search makes smaller. */
export const targets = (): Record<Reduced, string> => ({
  macs: text("page-recover-reduce-macs"),
  parameters: text("page-recover-reduce-parameters"),
  bytes: text("page-recover-reduce-bytes"),
  sparsity: text("page-recover-reduce-sparsity"),
  time: text("page-recover-reduce-time"),
});
