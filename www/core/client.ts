/** The page's only way to the core: four workers, each of which is restarted with its work if it dies. */
import type { CutterApi } from "./cutter.worker";
import type { LearnerApi } from "./learner.worker";
import type { PeerApi } from "./peer.worker";
import type { Core, WorkerName } from "./protocol";
import { RestartableWorker, type CoreError, type Remembered } from "./restartable-worker";
import type { RunnerApi } from "./runner.worker";
import { startWorker } from "./start-worker";

/** The two models that are compared. */
const LOADED = [{ call: "load", byFirst: true }] as const satisfies readonly Remembered<PeerApi & RunnerApi>[];

export function connect(): Core {
  const listeners = new Set<(which: WorkerName, reason: CoreError) => void>();
  const tell = (which: WorkerName) => (reason: CoreError) => listeners.forEach((listener) => listener(which, reason));

  const cutter = new RestartableWorker<CutterApi>({
    start: () => startWorker("cutter"),
    remembers: [{ call: "open", forgets: ["takeScores", "preview"] }, { call: "takeScores" }, { call: "preview" }],
    onRestart: tell("cutter"),
  });
  const runner = new RestartableWorker<RunnerApi>({
    start: () => startWorker("runner"),
    remembers: LOADED,
    onRestart: tell("runner"),
  });
  const peer = new RestartableWorker<PeerApi>({
    start: () => startWorker("peer"),
    remembers: LOADED,
    onRestart: tell("peer"),
  });
  // Unfinished work is lost; the page keeps every finished model, and the best one so far of a recovery.
  const learner = new RestartableWorker<LearnerApi>({
    start: () => startWorker("learner"),
    onRestart: tell("learner"),
  });
  const workers = { cutter, runner, peer, learner };
  cutter.start();
  runner.start();

  return {
    cutter: cutter.calls,
    runner: runner.calls,
    peer: peer.calls,
    learner: learner.calls,
    startLearner() {
      // What it measures does not depend on other work, so whoever started one that is lost tells the visitor.
      const own = new RestartableWorker<LearnerApi>({ start: () => startWorker("learner") });
      return Object.assign(own.calls, { end: () => own.end() });
    },
    cancel: (which) => workers[which].cancel(),
    onRestart(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
