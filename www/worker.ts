/**
 * The script of all workers: each becomes what the fragment of its address names. They share one script so that what several
 * of them need is there once.
 */
import type { Role } from "./core/start-worker";
import { serve } from "./core/serve";

interface Part {
  /** Objects whose methods answer the calls. */
  readonly served: Promise<readonly object[]>;
}

const PARTS: Record<Role, () => Promise<Part>> = {
  cutter: () => import("./core/cutter.worker"),
  runner: () => import("./core/runner.worker"),
  learner: () => import("./core/learner.worker"),
  replica: () => import("./core/replica.worker"),
  // Brings ONNX Runtime Web along.
  peer: () => import("./core/peer.worker"),
  photo: () => import("./data/photo.worker"),
  sets: () => import("./data/sets/sets.worker"),
};

serve(PARTS[location.hash.slice(1) as Role]().then(({ served }) => served));
