/** A budget search that can go on where it ended: after a reload, a crash or a cancel. */
import type { Plan, Preset } from "../../core/protocol";
import type { Origin } from "./origin";

export interface Search {
  /** What its rounds are called together. */
  readonly run: string;
  /** The model that it cuts, as `sourceId` names it. */
  readonly model: string;
  readonly plan: Plan;
  readonly preset: Preset;
  /** Of the models that its rounds make. */
  readonly origin: Origin;
  /** Rounds that are finished. */
  readonly rounds: number;
  /** What the core needs to go on, as it gave it. */
  readonly state: string;
  /** The file that was accepted last; empty where none was. */
  readonly best: Uint8Array;
}
