/** Cuts that are measured and not kept: of the whole at many sizes, and of each layer alone. Each has workers of its own. */
import type { Core, Curves, Prober, Progress, Recipe } from "../core/protocol";
import { originOf, type TrainingItem } from "../data/sets/training-item";
import { Driver } from "../jobs/driver.svelte";
import type { Job, JobQueue } from "../jobs/queue.svelte";
import { randomId } from "../state/ids";
import { UNKNOWN } from "../state/kept/origin";
import { sensitivityOf, withSensitivity, type Sensitivity } from "../state/kept/sensitivity";
import { empty, failed, loading, type Status } from "../state/status";
import type { Storage } from "../state/kept/storage";
import { withSweep, type SweepCurve } from "../state/kept/sweeps";
import { text } from "../text";
import { message } from "../text/message";
import { gather, together } from "./gather";
import { completedSensitivities, completedSweeps } from "../state/kept/migrations";
import type { Probed } from "../jobs/subject";

/** Shares of the whole to keep, one for each point of a curve. */
export const SWEEP = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05] as const;
/** Shares to remove of each layer. */
export const LEVELS = [0.25, 0.5, 0.75, 0.9] as const;

const SWEEPS = "sweeps";
const SENSITIVITIES = "sensitivities";
/** More workers than this would keep the page from its own work on most machines. */
const MOST_WORKERS = 4;

export class Probing {
  sweepWork = $state.raw<Status<never>>(empty);
  layersWork = $state.raw<Status<never>>(empty);
  sweeps = $state.raw<readonly SweepCurve[]>([]);
  sensitivities = $state.raw<readonly Sensitivity[]>([]);
  remarks = $state.raw<readonly string[]>([]);
  /** The sweep and the probing of layers that go on, or were the last ones. */
  sweepJob = $state.raw<Job | null>(null);
  layersJob = $state.raw<Job | null>(null);
  /** Sweeps are not paused. */
  readonly #sweepDriver = new Driver();
  readonly #layersDriver = new Driver();
  #sweeper: Prober | null = null;
  #layerProbers: readonly Prober[] = [];

  constructor(
    private readonly core: Core,
    private readonly storage: Storage,
    private readonly queue: JobQueue,
  ) {}

  get paused(): boolean {
    return this.#layersDriver.paused;
  }

  /** Brings back what was measured on earlier visits. */
  async start(): Promise<void> {
    const sweeps = await this.storage.load<readonly SweepCurve[]>(SWEEPS);
    const known = (sweeps ?? []).map((sweep) => ({ ...UNKNOWN, ...sweep }));
    this.sweeps = await completedSweeps(this.core.cutter, known);
    const sensitivities = await this.storage.load<readonly Sensitivity[]>(SENSITIVITIES);
    const measured = (sensitivities ?? []).map((each) => ({ ...each, compared: each.compared ?? [] }));
    this.sensitivities = await completedSensitivities(this.core.cutter, measured);
  }

  /** Cuts to many sizes and measures each, without recovery. */
  async sweep(subject: Probed, items: readonly TrainingItem[]): Promise<void> {
    if (this.sweepWork.state === "loading") return;
    const { model, title } = subject;
    const what = message("page-jobs-sweep", { model: title });
    this.sweepJob = { what, model, title, worker: "sweep", cancel: () => this.cancelSweep() };
    await this.queue.run(this.sweepJob, () => this.#sweep(subject, items));
  }

  async #sweep(subject: Probed, items: readonly TrainingItem[]): Promise<void> {
    this.sweepWork = loading(text("page-progress-preparing"));
    const prober = (this.#sweeper = this.core.prober());
    try {
      await this.#gather([prober], subject, items, (work) => (this.sweepWork = work));
      const { model, before, recipe } = subject;
      await prober.sweep(subject.original, recipe, Float64Array.from(SWEEP), subject.sizes);
      let curve: SweepCurve | null = null;
      await this.#sweepDriver.drive(prober, {
        progress: (progress) => {
          const points = curve?.points.length ?? 0;
          this.sweepWork = curve ? ofPoint(points, progress.done / progress.of) : shown(progress);
        },
        began: ({ original, fingerprint, milliseconds }) => {
          const { compared, taught } = originOf(items);
          curve = {
            id: randomId(),
            at: Date.now(),
            model,
            recipe,
            before,
            original,
            fingerprint,
            milliseconds: milliseconds ?? null,
            compared,
            taught,
            points: [],
          };
          this.sweepWork = ofPoint(0, 0);
        },
        point: (point) => {
          curve = { ...curve!, points: [...curve!.points, point] };
          this.sweepWork = ofPoint(curve.points.length, 0);
          this.sweeps = withSweep(this.sweeps, curve);
          const sweeps = this.sweeps;
          void this.storage.change<readonly SweepCurve[]>(SWEEPS, (kept) => sweeps.reduce(withSweep, kept ?? []));
        },
      });
      this.sweepWork = empty;
    } catch (error) {
      this.sweepWork = failed(error);
    } finally {
      prober.end();
      this.#sweeper = null;
    }
  }

  /**
   * Measures what each layer alone can bear, shared out over the machine's processors. What was measured before of the same
   * model by the same recipe on the same photos counts.
   */
  async probeLayers(subject: Probed, items: readonly TrainingItem[]): Promise<void> {
    if (this.layersWork.state === "loading") return;
    const { model, title } = subject;
    const what = message("page-jobs-sensitivity", { model: title });
    this.layersJob = { what, model, title, worker: "layers", cancel: () => this.cancelLayers() };
    await this.queue.run(this.layersJob, () => this.#probeLayers(subject, items));
  }

  async #probeLayers(subject: Probed, items: readonly TrainingItem[]): Promise<void> {
    this.layersWork = loading(text("page-progress-preparing"));
    this.#layersDriver.begin();
    const workers = Math.max(2, Math.min(MOST_WORKERS, navigator.hardwareConcurrency ?? 2));
    const probers = (this.#layerProbers = Array.from({ length: workers }, () => this.core.prober()));
    try {
      await this.#gather(probers, subject, items, (work) => (this.layersWork = work));
      const before = sensitivityOf(this.sensitivities, subject.model, subject.recipe)?.curves ?? null;
      const ready = (prober: Prober) =>
        prober.sensitivity(
          subject.original,
          subject.recipe,
          Float64Array.from(LEVELS),
          subject.seed,
          before,
          subject.sizes,
        );
      await Promise.all(probers.map(ready));
      const first = probers[0]!;
      await first.findOut();
      const { found } = await this.#layersDriver.drive(first, {
        progress: (progress) => (this.layersWork = shown(progress)),
      });
      // What the photos told one, they would tell each.
      const [begun] = await Promise.all(probers.map((prober) => prober.beginProbes(found!)));
      const { probes, levels, left } = begun!;
      /** Probes are added one after the other, each to what the one before made: several may end at the same time. */
      let merged = Promise.resolve(begun!.curves);
      const { compared } = originOf(items);
      const waiting = [...left];
      let done = probes - left.length;
      /** How much of its present cut each has measured. */
      const parts = probers.map(() => 0);
      const work = async (prober: Prober, at: number): Promise<void> => {
        const show = (part: number) => {
          parts[at] = part;
          const share = parts.reduce((sum, each) => sum + each, done) / probes;
          this.layersWork = loading(text("page-progress-layers", { done, total: probes }), share);
        };
        while (waiting.length > 0) {
          await this.#layersDriver.unpaused();
          const next = waiting.shift();
          if (next === undefined) return;
          await prober.probe(next);
          const { probe } = await this.#layersDriver.drive(prober, {
            progress: (progress) => show(progress.done / progress.of),
          });
          merged = merged.then((curves) => prober.withProbe(curves, probe!));
          const curves = await merged;
          done += 1;
          show(0);
          this.#keep({ model: subject.model, levels, compared, curves });
        }
      };
      await Promise.all(probers.map(work));
      this.layersWork = empty;
    } catch (error) {
      this.layersWork = failed(error);
    } finally {
      for (const prober of probers) prober.end();
      this.#layerProbers = [];
    }
  }

  /** The subject's target, shared out by what each layer can bear. */
  async guide({ original, sizes, recipe }: Probed, curves: Curves): Promise<Recipe> {
    const prober = this.core.prober();
    try {
      return await prober.guide(original, curves, recipe, sizes);
    } finally {
      prober.end();
    }
  }

  pause(): void {
    this.#layersDriver.pause();
  }

  resume(): void {
    this.#layersDriver.resume();
  }

  cancelSweep(): void {
    this.#sweeper?.end();
  }

  cancelLayers(): void {
    for (const prober of this.#layerProbers) prober.end();
    this.resume();
  }

  #keep(sensitivity: Sensitivity): void {
    this.sensitivities = withSensitivity(this.sensitivities, sensitivity);
    const all = this.sensitivities;
    void this.storage.change<readonly Sensitivity[]>(SENSITIVITIES, (kept) => all.reduce(withSensitivity, kept ?? []));
  }

  #gather(
    probers: readonly Prober[],
    subject: Probed,
    items: readonly TrainingItem[],
    show: (work: Status<never>) => void,
  ): Promise<void> {
    this.remarks = [];
    return gather(together(probers), subject, items, {
      onProgress: (what, share) => show(loading(what, share)),
      onLeftOut: (message) => (this.remarks = [...this.remarks, message]),
      // A prober that was ended refuses the next photo.
      isStopped: () => false,
    });
  }
}

/** How far the next point of a curve is. */
function ofPoint(points: number, share: number): Status<never> {
  const total = SWEEP.length;
  return loading(text("page-progress-curve", { number: Math.min(points + 1, total), total }), (points + share) / total);
}

/** What is shown before cuts are measured. */
function shown({ phase, done, of }: Progress): Status<never> {
  const what = phase === "scoring" ? text("page-progress-criterion") : text("page-progress-original");
  return loading(text("page-progress-step", { what, done, total: of }), of > 0 ? done / of : null);
}
