/** What crosses between the page and its workers: the messages, as they are generated from the core's own types, and the calls. */
import type { CutterApi } from "./cutter.worker";
import type { LearnerApi } from "./learner.worker";
import type { PeerApi } from "./peer.worker";
import type { Remote } from "./remote";
import type { RunnerApi } from "./runner.worker";

export type * from "../pkg/secateur";
export type {
  Comparison as PhotoComparison,
  Note as PackNote,
  Summary as ComparisonSummary,
  TimedPreview as Preview,
} from "../pkg/secateur";

/** Scores, cuts and packs. A model that fails to open leaves the open one in place. */
export type Cutter = Remote<CutterApi>;

/** Runs ONNX bytes, exactly those that would be downloaded, and measures. */
export type Runner = Remote<RunnerApi>;

/** The same bytes in ONNX Runtime Web, which is loaded on first use. */
export type Peer = Remote<PeerApi>;

/** What can run the pair that is compared. */
export type Engine = Runner | Peer;

/** Brings pruned models back, a piece of work a call. */
export type Learner = Remote<LearnerApi>;

/** A learner that measures cuts which are not kept, in a worker of its own. */
export interface Prober extends Learner {
  /** Ends the worker; pending calls reject with code "cancelled". */
  end(): void;
}

export type WorkerName = "cutter" | "runner" | "peer" | "learner";

/** What the page has of the core: four workers, each started again if it dies, and probers while there is something to probe. */
export interface Core {
  cutter: Cutter;
  runner: Runner;
  peer: Peer;
  learner: Learner;
  /** Starts another prober; whoever asks for it ends it. */
  prober(): Prober;
  /** Stops that worker's long work; pending calls reject with code "cancelled". */
  cancel(which: WorkerName): void;
  /** Tells when a worker was started again, and why. Returns how to stop listening. */
  onRestart(listener: (which: WorkerName, reason: string) => void): () => void;
}
