/**
 * The check of a cut that our engine can't run: ONNX Runtime Web, loaded for it, runs the masked dense model and the cut's
 * file on the same photo, and the core compares what both gave.
 */
import type { CheckedElsewhere, Core } from "../core/protocol";
import { empty, failed, loading, type Status } from "../state/status";
import { text } from "../text";
import { CANCELLED, PageError } from "../text/message";

export class ElsewhereCheck {
  /** Under way, or why there is no answer; an answer goes into the cut itself. */
  work = $state.raw<Status<never>>(empty);
  #current: Uint8Array | null = null;

  constructor(private readonly core: Core) {}

  get isBusy(): boolean {
    return this.work.state === "loading";
  }

  /** Checks the cut that was packed last, whose file is `packed`. `null` where another check or none is wanted by now. */
  async check(packed: Uint8Array): Promise<CheckedElsewhere | null> {
    const { cutter, peer } = this.core;
    const isOver = () => this.#current !== packed;
    const show = (what: string, share: number) => (this.work = loading(what, share));
    this.#current = packed;
    try {
      show(text("page-progress-check-writing"), 0);
      const { masked, inputs } = await cutter.elsewhere();
      if (isOver()) return null;
      show(text("page-progress-check-masked"), 0.2);
      const ofMasked = await peer.answer(masked, inputs);
      if (isOver()) return null;
      show(text("page-progress-check-packed"), 0.7);
      const ofPacked = await peer.answer(packed, inputs);
      if (isOver()) return null;
      const checked = await cutter.checkElsewhere(ofMasked, ofPacked);
      if (isOver()) return null;
      this.work = empty;
      return checked;
    } catch (error) {
      if (!isOver()) this.work = failed(error);
      return null;
    }
  }

  cancel(): void {
    if (!this.isBusy) return;
    this.#current = null;
    this.work = failed(new PageError(CANCELLED, "cancelled"));
    this.core.cancel("peer");
  }

  /** Another cut is made: what is under way is of no use any more, and ends at its next step. */
  forget(): void {
    this.#current = null;
    this.work = empty;
  }
}
