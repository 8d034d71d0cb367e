/** How much pruning each layer of a model can take, as it was measured on this visit and before. */
import type { Core } from "../core/protocol";
import { completedSensitivities } from "./kept/migrations";
import { withSensitivity, type Sensitivity } from "./kept/sensitivity";
import type { Storage } from "./kept/storage";

/** The name that they are kept under. */
const SENSITIVITIES = "sensitivities";

export class Sensitivities {
  /** Newest last. */
  all = $state.raw<readonly Sensitivity[]>([]);

  constructor(
    private readonly core: Core,
    private readonly storage: Storage,
  ) {}

  /** Brings back those of earlier visits. */
  async load(): Promise<void> {
    const kept = (await this.storage.load<readonly Sensitivity[]>(SENSITIVITIES)) ?? [];
    const known = kept.map((each) => ({ ...each, compared: each.compared ?? [] }));
    this.all = await completedSensitivities(this.core.cutter, known);
  }

  /** Keeps a model's sensitivity as far as it has been measured. */
  keep(sensitivity: Sensitivity): void {
    const all = (this.all = withSensitivity(this.all, sensitivity));
    void this.storage.change<readonly Sensitivity[]>(SENSITIVITIES, (kept) => all.reduce(withSensitivity, kept ?? []));
  }
}
