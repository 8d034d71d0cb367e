/** The original and the pruned model side by side on the photos at hand, measured in the runner's worker. */
import type { Core, Engine } from "../core/protocol";
import type { ComparisonSummary, Difference, PhotoComparison, Pixels, Preset, Timing } from "../core/protocol";
import { Latest } from "../state/latest";
import { empty, failed, failureOf, loading, ready, wasCanceled, type Failure, type Status } from "../state/status";
import { say, text } from "../text";
import { CANCELED, message, PageError } from "../text/message";
import { waitingFor, type Job, type JobQueue } from "./queue.svelte";
import type { OpenedModel } from "../state/model.svelte";
import { ofModel, type OfModel } from "./subject";

/** What is compared. */
export interface Pair extends OfModel {
  readonly original: Uint8Array;
  readonly pruned: Uint8Array;
  /** Numbers for the dynamic axes of both. */
  readonly sizes: Record<string, number>;
  readonly preset: Preset;
  /** Whether our engine knows all operators of both; else ONNX Runtime Web runs them. */
  readonly runsHere: boolean;
  /** Whether both answer with probabilities instead of logits. */
  readonly probabilities: boolean;
}

export interface Subject {
  readonly id: string;
  readonly name: string;
  readonly pixels: Pixels;
}

export interface PhotoResult {
  readonly comparison: PhotoComparison;
  readonly times: Times | null;
  readonly peer: PeerResult | null;
}

export interface Times {
  readonly original: Timing;
  readonly pruned: Timing;
}

/** The same bytes in ONNX Runtime Web, and how far its outputs are from ours. */
export interface PeerResult extends Times {
  readonly originalDifference: Difference;
  readonly prunedDifference: Difference;
}

interface Task {
  readonly pair: Pair;
  readonly subjects: readonly Subject[];
  readonly peer: boolean;
}

/** Timed runs for each model and photo. */
const RUNS = 11;

export class Comparison {
  results = $state.raw<ReadonlyMap<string, PhotoResult>>(new Map());
  failures = $state.raw<ReadonlyMap<string, Failure>>(new Map());
  summary = $state.raw<Status<ComparisonSummary>>(empty);
  /** Why ONNX Runtime Web runs both models although our engine knows their operators. */
  instead = $state.raw<Failure | null>(null);
  /** Why ONNX Runtime Web could not be asked. */
  peerFailure = $state.raw<Failure | null>(null);
  readonly #tasks = new Latest<Task>((task, superseded) => this.#workInTurn(task, superseded));
  readonly #inputs = new Map<string, Float32Array>();
  /** What is compared, or was last. */
  #followed: readonly unknown[] = [];
  #pair: Pair | null = null;
  #peerHolds: Pair | null = null;
  /** What runs the pair. */
  #engine: Engine;
  /** The comparison that runs, waits or was the last one. */
  #job: Job | null = null;
  /** Goes up whenever there is nothing left to compare: what is under way comes to nothing. */
  #clearings = 0;

  constructor(
    private readonly core: Core,
    private readonly queue: JobQueue,
  ) {
    this.#engine = core.runner;
  }

  /** Compares these, unless they are what was compared last. */
  follow(pair: Pair, subjects: readonly Subject[], peer: boolean): void {
    const { original, pruned, preset } = pair;
    const parts = [original, pruned, preset, peer, ...subjects.flatMap(({ id, pixels }) => [id, pixels])];
    const isSame = parts.length === this.#followed.length && parts.every((part, at) => part === this.#followed[at]);
    if (isSame) return;
    this.#followed = parts;
    this.#tasks.push({ pair, subjects, peer });
  }

  /** What was compared last may be compared again. */
  forget(): void {
    this.#followed = [];
  }

  clear(): void {
    if (this.#followed.length === 0) return;
    this.forget();
    this.#clearings += 1;
    this.#tasks.forget();
    if (this.#job) this.queue.withdraw(this.#job);
    this.#forgetResults();
    this.summary = empty;
  }

  cancel(): void {
    this.#tasks.forget();
    if (this.#job && this.queue.withdraw(this.#job)) return;
    this.core.cancel("runner");
    this.core.cancel("peer");
  }

  async #workInTurn(task: Task, superseded: () => boolean): Promise<void> {
    const { model, title } = task.pair;
    const clearings = this.#clearings;
    const isOver = () => clearings !== this.#clearings;
    const job: Job = {
      model,
      title,
      what: message("page-jobs-comparison", { model: title }),
      worker: "runner",
      isBrief: true,
      cancel: () => this.cancel(),
    };
    const ahead = this.queue.ahead("runner");
    this.#job = job;
    if (ahead) this.summary = loading(say(waitingFor(ahead)));
    const isBegun = await this.queue.run(job, () => this.#work(task, () => isOver() || superseded(), isOver));
    if (!isBegun && !isOver()) this.summary = failed(new PageError(CANCELED, "canceled"));
  }

  async #work(task: Task, superseded: () => boolean, isOver: () => boolean): Promise<void> {
    try {
      await this.#load(task.pair, isOver);
      for (const subject of task.subjects) {
        if (superseded()) return;
        await this.#predict(task, subject, isOver);
      }
      for (const [index, subject] of task.subjects.entries()) {
        if (superseded()) return;
        this.summary = loading(
          text("page-progress-timing", { number: index + 1, total: task.subjects.length }),
          index / task.subjects.length,
        );
        await this.#time(subject, isOver);
      }
      if (task.peer && this.#engine === this.core.runner) await this.#askPeer(task, superseded, isOver);
      if (superseded()) return;
      const summary = await this.#summarize(task.subjects);
      if (!isOver()) this.summary = summary;
    } catch (error) {
      if (!isOver()) this.summary = failed(error);
    }
  }

  /** Brings both models into the worker, unless they are there. */
  async #load(pair: Pair, isOver: () => boolean): Promise<void> {
    if (
      this.#pair?.original === pair.original &&
      this.#pair.pruned === pair.pruned &&
      this.#pair.preset === pair.preset
    )
      return;
    this.#forgetResults();
    this.summary = loading(text("page-progress-loading-both"));
    this.#engine = pair.runsHere ? this.core.runner : this.core.peer;
    try {
      await loadBoth(this.#engine, pair);
    } catch (error) {
      if (!pair.runsHere || wasCanceled(error) || isOver()) throw error;
      this.instead = failureOf(error);
      this.summary = loading(text("page-progress-loading-both-peer"));
      this.#engine = this.core.peer;
      await loadBoth(this.#engine, pair);
    }
    if (!isOver()) this.#pair = pair;
  }

  async #predict({ pair, subjects }: Task, subject: Subject, isOver: () => boolean): Promise<void> {
    if (this.results.has(subject.id) || this.failures.has(subject.id)) return;
    this.summary = loading(text("page-progress-running", { name: subject.name }), this.results.size / subjects.length);
    try {
      const input = await this.core.runner.prepare(subject.pixels, pair.preset);
      const original = await this.#engine.run("original", input);
      const pruned = await this.#engine.run("pruned", input);
      const comparison = await this.core.runner.compare(
        original.output,
        pruned.output,
        pair.probabilities,
        pair.preset,
      );
      if (isOver()) return;
      this.#inputs.set(subject.id, input);
      this.#put(subject.id, { comparison, times: null, peer: null });
    } catch (error) {
      if (wasCanceled(error) || isOver()) throw error;
      this.failures = new Map(this.failures).set(subject.id, failureOf(error));
    }
  }

  async #time(subject: Subject, isOver: () => boolean): Promise<void> {
    const result = this.results.get(subject.id);
    const input = this.#inputs.get(subject.id);
    if (!result || !input || result.times) return;
    const times = await measureBoth(this.#engine, input);
    if (!isOver()) this.#put(subject.id, { ...result, times });
  }

  async #askPeer(task: Task, superseded: () => boolean, isOver: () => boolean): Promise<void> {
    this.peerFailure = null;
    try {
      if (this.#peerHolds !== this.#pair) {
        this.summary = loading(text("page-progress-loading-peer"));
        await loadBoth(this.core.peer, task.pair);
        if (isOver()) return;
        this.#peerHolds = this.#pair;
      }
      for (const [index, subject] of task.subjects.entries()) {
        if (superseded()) return;
        this.summary = loading(
          text("page-progress-peer", { number: index + 1, total: task.subjects.length }),
          index / task.subjects.length,
        );
        await this.#compareWithPeer(subject, isOver);
      }
    } catch (error) {
      if (wasCanceled(error) || isOver()) throw error;
      this.peerFailure = failureOf(error);
    }
  }

  async #compareWithPeer(subject: Subject, isOver: () => boolean): Promise<void> {
    const { runner, peer } = this.core;
    const result = this.results.get(subject.id);
    const input = this.#inputs.get(subject.id);
    if (!result || !input || result.peer) return;
    const difference = async (which: "original" | "pruned") => {
      const ours = await runner.run(which, input);
      const theirs = await peer.run(which, input);
      return runner.difference(ours.output, theirs.output);
    };
    const originalDifference = await difference("original");
    const prunedDifference = await difference("pruned");
    const times = await measureBoth(peer, input);
    if (!isOver()) this.#put(subject.id, { ...result, peer: { ...times, originalDifference, prunedDifference } });
  }

  async #summarize(subjects: readonly Subject[]): Promise<Status<ComparisonSummary>> {
    const results = subjects.flatMap(({ id }) => this.results.get(id) ?? []);
    const times = results.flatMap((result) => result.times ?? []);
    if (results.length === 0) return empty;
    return ready(
      await this.core.runner.summarize(
        results.map((result) => result.comparison),
        times.map((time) => time.original),
        times.map((time) => time.pruned),
      ),
    );
  }

  #put(id: string, result: PhotoResult): void {
    this.results = new Map(this.results).set(id, result);
  }

  #forgetResults(): void {
    this.#pair = null;
    this.#peerHolds = null;
    this.#inputs.clear();
    this.results = new Map();
    this.failures = new Map();
    this.instead = null;
    this.peerFailure = null;
  }
}

export function pairOf(opened: OpenedModel, pruned: Uint8Array, preset: Preset): Pair {
  const { unsupported, probabilities } = opened.summary;
  return {
    ...ofModel(opened),
    original: opened.bytes,
    pruned,
    sizes: opened.source.sizes,
    preset,
    runsHere: unsupported.length === 0,
    probabilities,
  };
}

async function loadBoth(engine: Engine, { original, pruned, sizes }: Pair): Promise<void> {
  await engine.load("original", original, sizes);
  await engine.load("pruned", pruned, sizes);
}

async function measureBoth(engine: Engine, input: Float32Array): Promise<Times> {
  return {
    original: await engine.measure("original", input, RUNS),
    pruned: await engine.measure("pruned", input, RUNS),
  };
}
