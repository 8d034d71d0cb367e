/** What is shown before cuts are measured: the criterion is, where it looks at photos, and then the original. */
import type { Progress } from "../core/protocol";
import { loading, type Status } from "../state/status";
import { text } from "../text";

export function preparing({ phase, done, of }: Progress): Status<never> {
  const what = phase === "scoring" ? text("page-progress-criterion") : text("page-progress-original");
  return loading(text("page-progress-step", { what, done, total: of }), of > 0 ? done / of : null);
}
