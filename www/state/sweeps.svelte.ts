/** Curves of cuts that were not recovered, on this visit and before. */
import type { Core } from "../core/protocol";
import { completedSweeps } from "./kept/migrations";
import { UNKNOWN } from "./kept/origin";
import type { Storage } from "./kept/storage";
import { withSweep, type SweepCurve } from "./kept/sweeps";

/** The name that they are kept under. */
const SWEEPS = "sweeps";

export class Sweeps {
  /** Newest last. */
  all = $state.raw<readonly SweepCurve[]>([]);

  constructor(
    private readonly core: Core,
    private readonly storage: Storage,
  ) {}

  /** Brings back those of earlier visits. */
  async load(): Promise<void> {
    const kept = (await this.storage.load<readonly SweepCurve[]>(SWEEPS)) ?? [];
    const known = kept.map((sweep) => ({ ...UNKNOWN, ...sweep }));
    this.all = await completedSweeps(this.core.cutter, known);
  }

  /** Keeps a curve as far as it has been measured. */
  keep(curve: SweepCurve): void {
    const all = (this.all = withSweep(this.all, curve));
    void this.storage.change<readonly SweepCurve[]>(SWEEPS, (kept) => all.reduce(withSweep, kept ?? []));
  }
}
