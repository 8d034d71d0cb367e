/** What crosses between the page and its workers: the messages, which are generated from the core's own types, and the calls. */
import type { CutterApi } from "./cutter.worker";
import type { LearnerApi } from "./learner.worker";
import type { PeerApi } from "./peer.worker";
import type { Remote } from "./remote";
import type { CoreError } from "./restartable-worker";
import type { RunnerApi } from "./runner.worker";

export type * from "../pkg/secateur";
export type {
  Comparison as PhotoComparison,
  Note as PackNote,
  Summary as ComparisonSummary,
  TimedPreview as Preview,
} from "../pkg/secateur";

/** Scores, cuts and re-packs. If a model fails to open, the open one stays. */
export type Cutter = Remote<CutterApi>;

/** Runs and measures ONNX bytes: exactly those that would be downloaded. */
export type Runner = Remote<RunnerApi>;

/** Runs the same bytes in ONNX Runtime Web, which is loaded on first use. */
export type Peer = Remote<PeerApi>;

/** Whatever can run the two models that are compared. */
export type Engine = Runner | Peer;

/** Does long work on photos, a step per call. */
export type Learner = Remote<LearnerApi>;

/** A learner in a worker of its own, for cuts that are measured and not kept. */
export interface DedicatedLearner extends Learner {
  /** Ends the worker; pending calls reject with code "canceled". */
  end(): void;
}

export type WorkerName = "cutter" | "runner" | "peer" | "learner";

/** The core as the page sees it: four workers, each restarted if it dies, and more learners while cuts are measured. */
export interface Core {
  cutter: Cutter;
  runner: Runner;
  peer: Peer;
  learner: Learner;
  /** Starts another learner; the caller ends it. */
  startLearner(): DedicatedLearner;
  /** Stops this worker's long work; pending calls reject with code "canceled". */
  cancel(which: WorkerName): void;
  /** Reports when a worker was restarted, and why. Returns a function that stops listening. */
  onRestart(listener: (which: WorkerName, reason: CoreError) => void): () => void;
}
