/** What has to be measured before a recovery, a search or probes can begin: some photos a call. */
import type { Advance, Learner } from "../core/protocol";
import { text } from "../text";

export interface Watcher {
  onProgress(what: string, advance: Advance): void;
  /** Waits while the work is paused; rejects where it was cancelled. */
  unpaused(): Promise<void>;
}

/** Shows photos until all are through. `measuring` says what is measured on them, beside the criterion. */
export async function prepare(
  worker: Pick<Learner, "prepare">,
  measuring: string,
  { onProgress, unpaused }: Watcher,
): Promise<void> {
  for (;;) {
    await unpaused();
    const at = await worker.prepare();
    if ("scoring" in at) onProgress(text("page-progress-criterion"), at.scoring);
    else {
      onProgress(measuring, at.measuring);
      if (at.measuring.done >= at.measuring.of) return;
    }
  }
}
