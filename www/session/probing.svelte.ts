/** Cuts that are measured and not kept: of the whole at many sizes, and of each layer alone. Each has workers of its own. */
import type { Advance, Core, Curves, Probe, Prober, Recipe } from "../core/protocol";
import { originOf, type Lesson } from "../data/sets/lesson";
import { randomId } from "../state/ids";
import { UNKNOWN } from "../state/origin";
import { sensitivityOf, withSensitivity, type Sensitivity } from "../state/sensitivity";
import { empty, failed, loading, type Status } from "../state/status";
import type { Storage } from "../state/storage";
import { withSweep, type SweepCurve } from "../state/sweeps";
import { gather, together } from "./gather";
import { prepare } from "./prepare";
import type { Probed } from "./subject";

/** Shares to remove: a curve of the whole, and of each layer. */
export const SWEEP = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95] as const;
export const LEVELS = [0.25, 0.5, 0.75, 0.9] as const;

const MEASURING = "Measuring the original";
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
  paused = $state(false);
  #go: (() => void)[] = [];
  #sweeper: Prober | null = null;
  #layerProbers: readonly Prober[] = [];

  constructor(
    private readonly core: Core,
    private readonly storage: Storage,
  ) {}

  /** Brings back what was measured on earlier visits. */
  async start(): Promise<void> {
    const sweeps = await this.storage.load<readonly SweepCurve[]>(SWEEPS);
    this.sweeps = (sweeps ?? []).map((sweep) => ({ ...UNKNOWN, ...sweep }));
    const sensitivities = await this.storage.load<readonly Sensitivity[]>(SENSITIVITIES);
    this.sensitivities = (sensitivities ?? []).map((each) => ({ ...each, compared: each.compared ?? [] }));
  }

  /** Cuts to many sizes and measures each, without recovery. */
  async sweep(subject: Probed, lessons: readonly Lesson[]): Promise<void> {
    if (this.sweepWork.state === "loading") return;
    this.sweepWork = loading("Getting ready");
    const prober = (this.#sweeper = this.core.prober());
    try {
      await this.#gather([prober], subject, lessons, (work) => (this.sweepWork = work));
      const { model, before, recipe } = subject;
      await prober.sweep(subject.original, recipe, subject.seed);
      await prepare(prober, MEASURING, {
        onProgress: (what, advance) => (this.sweepWork = shown(what, advance)),
        // A prober that was ended refuses the next photo.
        unpaused: () => Promise.resolve(),
      });
      const { original, fingerprint, milliseconds } = await prober.begin();
      let curve: SweepCurve = {
        id: randomId(),
        at: Date.now(),
        model,
        recipe,
        before,
        original,
        fingerprint,
        milliseconds: milliseconds ?? null,
        ...originOf(lessons),
        points: [],
      };
      for (const [index, removed] of SWEEP.entries()) {
        this.sweepWork = loading(`Cut ${index + 1} of ${SWEEP.length}`, index / SWEEP.length);
        const point = await prober.swept(Number((1 - removed).toFixed(4)));
        // Larger cuts are beyond the recipe's limits as well.
        if (!point) break;
        curve = { ...curve, points: [...curve.points, point] };
        this.sweeps = withSweep(this.sweeps, curve);
        const sweeps = this.sweeps;
        void this.storage.change<readonly SweepCurve[]>(SWEEPS, (kept) => sweeps.reduce(withSweep, kept ?? []));
      }
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
  async probeLayers(subject: Probed, lessons: readonly Lesson[]): Promise<void> {
    if (this.layersWork.state === "loading") return;
    this.layersWork = loading("Getting ready");
    this.paused = false;
    const workers = Math.max(2, Math.min(MOST_WORKERS, navigator.hardwareConcurrency ?? 2));
    const probers = (this.#layerProbers = Array.from({ length: workers }, () => this.core.prober()));
    try {
      await this.#gather(probers, subject, lessons, (work) => (this.layersWork = work));
      const before = sensitivityOf(this.sensitivities, subject.model, subject.recipe)?.curves ?? null;
      const begin = async (prober: Prober) => {
        await prober.sensitivity(subject.original, subject.recipe, LEVELS, subject.seed, before);
        await prepare(prober, MEASURING, {
          // All see the same photos, so one speaks for all.
          onProgress: (what, advance) => prober === probers[0] && (this.layersWork = shown(what, advance)),
          unpaused: () => this.#unpaused(),
        });
        return prober.beginLayers();
      };
      const [first] = await Promise.all(probers.map(begin));
      let { curves } = first!;
      const { probes, left } = first!;
      const { compared } = originOf(lessons);
      const waiting = [...left];
      let done = probes - left.length;
      const work = async (prober: Prober): Promise<void> => {
        while (waiting.length > 0) {
          await this.#unpaused();
          const next = waiting.shift();
          if (next === undefined) return;
          const probe = await prober.probe(next);
          curves = withProbe(curves, probe);
          done += 1;
          this.layersWork = loading(`Layer by layer: ${done} of ${probes} cuts`, done / probes);
          this.#keep({ model: subject.model, levels: levelsOf(curves, LEVELS), compared, curves });
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

  /** The recipe's target, shared out by what each layer can bear. */
  async guide(original: Uint8Array, curves: Curves, recipe: Recipe): Promise<Recipe> {
    const prober = this.core.prober();
    try {
      return await prober.guide(original, curves, recipe);
    } finally {
      prober.end();
    }
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    for (const go of this.#go.splice(0)) go();
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

  async #unpaused(): Promise<void> {
    if (this.paused) await new Promise<void>((go) => this.#go.push(go));
  }

  #gather(
    probers: readonly Prober[],
    { preset }: Probed,
    lessons: readonly Lesson[],
    show: (work: Status<never>) => void,
  ): Promise<void> {
    this.remarks = [];
    return gather(together(probers), preset, lessons, {
      onProgress: (what, share) => show(loading(what, share)),
      onLeftOut: (message) => (this.remarks = [...this.remarks, message]),
      // A prober that was ended refuses the next photo.
      isStopped: () => false,
    });
  }
}

function shown(what: string, { done, of }: Advance): Status<never> {
  return loading(`${what}: ${done} of ${of}`, of > 0 ? done / of : null);
}

function withProbe(curves: Curves, { curve: at, probed }: Probe): Curves {
  const added = curves.curves.map((curve, index) =>
    index === at ? { ...curve, points: [...curve.points, probed].sort((a, b) => a.share - b.share) } : curve,
  );
  return { ...curves, curves: added };
}

/** A pattern such as 2:4 leaves one level, whatever was asked for. */
function levelsOf({ recipe, curves }: Curves, asked: readonly number[]): readonly number[] {
  const isPattern = (recipe.granularity ?? "channel").includes(":");
  const measured = curves.find(({ points }) => points.length > 0)?.points ?? [];
  return isPattern ? measured.map(({ share }) => share) : asked;
}
