/** How workers are started, from the page and from other workers. */
import script from "../worker?worker&url";

/** What a worker does. */
export type Role = "cutter" | "runner" | "learner" | "replica" | "peer" | "photo" | "sets";

export function startWorker(role: Role): Worker {
  return new Worker(`${script}#${role}`, { type: "module", name: role });
}
