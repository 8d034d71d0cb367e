/**
 * The check of a cut that our engine can't run: ONNX Runtime Web, loaded for it, runs the masked dense model and the cut's
 * file on the same photo, and the core compares what both gave.
 */
import type { ExternallyChecked, Core } from "../core/protocol";
import { empty, failed, loading, type Status } from "../state/status";
import { say, text } from "../text";
import { CANCELED, message, PageError } from "../text/message";
import { waitingFor, type Job, type JobQueue } from "./queue.svelte";
import type { OfModel } from "./subject";

export class ExternalCheck {
  /** Under way, or why there is no answer; an answer goes into the cut itself. */
  work = $state.raw<Status<never>>(empty);
  #current: Uint8Array | null = null;
  #job: Job | null = null;

  constructor(
    private readonly core: Core,
    private readonly queue: JobQueue,
    private readonly onCancel: () => void,
  ) {}

  get isBusy(): boolean {
    return this.work.state === "loading";
  }

  /** Checks the cut that was packed last, whose file is `packed`. `null` where another check or none is wanted by now. */
  async check(packed: Uint8Array, of: OfModel): Promise<ExternallyChecked | null> {
    this.forget();
    this.#current = packed;
    const job: Job = {
      ...of,
      what: message("page-jobs-check", { model: of.title }),
      worker: "peer",
      isBrief: true,
      cancel: () => this.#end(job, packed),
    };
    const ahead = this.queue.ahead("peer");
    this.#job = job;
    this.work = loading(ahead ? say(waitingFor(ahead)) : text("page-progress-check-writing"), ahead ? null : 0);
    let checked: ExternallyChecked | null = null;
    await this.queue.run(job, async () => {
      checked = await this.#check(packed);
    });
    return checked;
  }

  cancel(): void {
    if (this.isBusy) this.#job?.cancel();
  }

  /** Another cut is made: what waits is taken out, and what is under way is of no use any more and ends at its next step. */
  forget(): void {
    if (this.#job) this.queue.withdraw(this.#job);
    this.#current = null;
    this.work = empty;
  }

  async #check(packed: Uint8Array): Promise<ExternallyChecked | null> {
    const { cutter, peer } = this.core;
    const isOver = () => this.#current !== packed;
    const show = (what: string, share: number) => (this.work = loading(what, share));
    if (isOver()) return null;
    try {
      show(text("page-progress-check-writing"), 0);
      const { masked, inputs } = await cutter.externalRun();
      if (isOver()) return null;
      show(text("page-progress-check-masked"), 0.2);
      const ofMasked = await peer.answer(masked, inputs);
      if (isOver()) return null;
      show(text("page-progress-check-packed"), 0.7);
      const ofPacked = await peer.answer(packed, inputs);
      if (isOver()) return null;
      const checked = await cutter.checkExternally(ofMasked, ofPacked);
      if (isOver()) return null;
      this.work = empty;
      return checked;
    } catch (error) {
      if (!isOver()) this.work = failed(error);
      return null;
    }
  }

  /** Ends the check of this file, even if that is of no use any more. */
  #end(job: Job, packed: Uint8Array): void {
    if (this.#current === packed) {
      this.#current = null;
      this.work = failed(new PageError(CANCELED, "canceled"));
    }
    if (!this.queue.withdraw(job)) this.core.cancel("peer");
    this.onCancel();
  }
}
